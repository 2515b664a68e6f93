"""A vision-language model behind any OpenAI-compatible server, as a viewer that answers yes or no about pictures.

It knows HTTP, retries and how a picture travels; it does not know what is asked or how answers are counted.
"""

import base64
import email.utils
import io
import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
from PIL import Image

from engine.train.evaluation.answerers import Answer, read_answer
from engine.train.evaluation.sources import Pixels
from engine.train.evaluation.vqa_model import INSTRUCTION
from engine.train.questions.yes_no import AtomicQuestion

ENVIRONMENT = ("COSMICMAN_VLM_BASE_URL", "COSMICMAN_VLM_MODEL", "COSMICMAN_VLM_API_KEY")
LONGEST_SIDE = 1024  # pixels of a picture as it is sent; larger ones are scaled down
_TRY_AGAIN = (408, 429, 500, 502, 503, 504)
_MOST_TOKENS = 8
_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class VisionEndpoint:
    """Chat completions with a picture, several at a time.

    Attributes:
        base_url: Up to and with the version, e.g. ``http://127.0.0.1:8000/v1``.
        model: The name the server knows it by.
        api_key: Sent as a bearer token; never shown, not even in ``repr``.
        concurrency: Requests under way at once.
        timeout_seconds: Of one request.
        attempts: How often a request is made before the evaluation gives up.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    concurrency: int = 8
    timeout_seconds: float = 60.0
    attempts: int = 5

    def __post_init__(self) -> None:
        try:
            url = httpx.URL(self.base_url)
        except httpx.InvalidURL:
            url = httpx.URL()
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError(f"the endpoint must be an http(s) URL such as http://host:8000/v1, got {self.base_url!r}")
        if not self.model:
            raise ValueError(f"the endpoint needs a model's name: --vlm-model or {ENVIRONMENT[1]}")
        if self.concurrency < 1:
            raise ValueError(f"at least one request at a time, got {self.concurrency}")

    @classmethod
    def of(cls, base_url: str | None, model: str | None, concurrency: int) -> "VisionEndpoint":
        """From options, the environment where they are silent; the key from the environment alone."""
        told = [os.environ.get(name, "") for name in ENVIRONMENT]
        return cls(
            base_url=base_url or told[0], model=model or told[1], api_key=told[2].strip(), concurrency=concurrency
        )

    @property
    def name(self) -> str:
        """Model and host; a URL's user and password are left out."""
        return f"{self.model} at {httpx.URL(self.base_url).copy_with(userinfo=b'')}"

    def answer(self, asked: Sequence[tuple[Pixels, AtomicQuestion]]) -> list[Answer]:
        """See ``engine.train.evaluation.answerers.Viewer``; raises ValueError where the server cannot be asked."""
        pictures = {id(picture): picture for picture, _ in asked}
        sent = {number: _data_url(picture) for number, picture in pictures.items()}
        stop = threading.Event()
        with self.client() as client, ThreadPoolExecutor(self.concurrency) as pool:

            def one(pair: tuple[Pixels, AtomicQuestion]) -> Answer:
                picture, question = pair
                try:
                    return self._one(client, sent[id(picture)], question.text, stop)
                except BaseException:
                    stop.set()  # the others need not be tried any more
                    raise

            return list(pool.map(one, asked))

    def client(self) -> httpx.Client:
        """A client for the endpoint, for several threads; whoever asks closes it."""
        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=self.timeout_seconds)

    def complete(self, client: httpx.Client, body: Mapping[str, object], stop: threading.Event) -> str | None:
        """A completion's text; None where the reply is none. Raises ValueError where the server cannot be asked."""
        response = self._post(client, body, stop)
        return None if response is None else _content(response)

    def _one(self, client: httpx.Client, picture: str, question: str, stop: threading.Event) -> Answer:
        content = [
            {"type": "image_url", "image_url": {"url": picture}},
            {"type": "text", "text": f"{question} {INSTRUCTION}"},
        ]
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": _MOST_TOKENS,
            "temperature": 0,
        }
        text = self.complete(client, body, stop)
        return Answer.UNREADABLE if text is None else read_answer(text)

    def _post(self, client: httpx.Client, body: Mapping[str, object], stop: threading.Event) -> httpx.Response | None:
        """A reply that is a success, tried again where that may help; None once another request has failed for good."""
        for attempt in range(1, self.attempts + 1):
            if stop.is_set():
                return None
            try:
                response = client.post("chat/completions", json=body)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
                wait = _backoff(attempt)
            else:
                if response.is_success:
                    return response
                trouble = f"status {response.status_code}: {response.text[:200]!r}"
                if response.status_code not in _TRY_AGAIN:
                    raise ValueError(f"{self.name} refuses: {trouble}")
                wait = _retry_after(response.headers, attempt)
            if attempt < self.attempts:
                stop.wait(wait)
        raise ValueError(f"{self.name} cannot be asked, tried {self.attempts} times: {trouble}")


def _data_url(picture: Pixels) -> str:
    image = Image.fromarray(picture)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    image.save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def _content(response: httpx.Response) -> str | None:
    """The completion's text; None where the body is no completion."""
    try:
        content = response.json()["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        return None
    return content if isinstance(content, str) else None


def _backoff(attempt: int) -> float:
    return min(_LONGEST_WAIT_SECONDS, 0.25 * float(2**attempt))


def _retry_after(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds to wait: what ``Retry-After`` says, a number or a date (RFC 9110, section 10.2.3)."""
    told = headers.get("retry-after", "")
    try:
        seconds = float(told)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(told).timestamp() - time.time()
        except ValueError:
            return _backoff(attempt)
    return min(_LONGEST_WAIT_SECONDS, max(0.0, seconds))
