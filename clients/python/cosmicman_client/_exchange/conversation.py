"""One call from its first try to its answer, without any input or output.

`converse` is a generator: it yields what to do (send a request, wait), is sent what came of it, and returns the answer
or raises. The synchronous and the asynchronous client each carry it out in a few lines, so that both retry alike.
"""

import json
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import httpx

from cosmicman_client._exchange import constants
from cosmicman_client._exchange import retry as retrying
from cosmicman_client._exchange.options import Options
from cosmicman_client._exchange.retry import RetryBudget
from cosmicman_client.errors import (
    APIConnectionError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    CosmicManError,
    DeadlineExceededError,
    class_of_status,
)

IDEMPOTENCY_KEY = "Idempotency-Key"


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is asked.

    Attributes:
        method: GET, POST or DELETE.
        path: Below the base URL.
        body: A JSON object; None sends none.
        content: A body of another kind, instead of one.
        content_type: Of that.
        keyed: Whether a POST is sent with an idempotency key; one whose answer is the same every time needs none.
        query: Of the URL.
        headers: Besides those of every request.
        stream: Whether the answer is read piece by piece.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    content: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    keyed: bool = True
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False

    def with_key(self) -> "Call":
        """The same, a POST with an idempotency key: one for all tries, so that none of them is done twice."""
        if self.method != "POST" or not self.keyed or IDEMPOTENCY_KEY in self.headers:
            return self
        return replace(self, headers={**self.headers, IDEMPOTENCY_KEY: uuid.uuid4().hex})


@dataclass(frozen=True, kw_only=True)
class Send:
    """Send this; answer with the response, read whole unless `stream` and it is a success, or with Lost."""

    request: httpx.Request
    stream: bool


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Wait that long."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Lost:
    """No whole answer came; `request_id` is the server's, where at least the head of one did."""

    error: httpx.RequestError
    request_id: str | None = None


Outcome: TypeAlias = httpx.Response | Lost | None
Conversation: TypeAlias = Generator[Send | Wait, Outcome, httpx.Response]


class Deadline:
    """A call's total deadline."""

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._at = None if seconds is None else clock() + seconds

    def remaining(self, last: Exception | None = None) -> float | None:
        """Seconds that are left; None means no limit.

        Raises:
            DeadlineExceededError: None are.
        """
        if self._at is None or self.seconds is None:
            return None
        left = self._at - self._clock()
        if left <= 0:
            raise DeadlineExceededError(self.seconds, last) from last
        return left

    def allows(self, pause: float, last: Exception) -> None:
        """Raises DeadlineExceededError if a pause would outlast it: there is no use in waiting for that."""
        left = self.remaining(last)
        if left is not None and pause >= left:
            assert self.seconds is not None
            raise DeadlineExceededError(self.seconds, last) from last


def converse(call: Call, options: Options, budget: RetryBudget, deadline: Deadline) -> Conversation:
    """Asks until there is an answer that is worth giving.

    Raises:
        CosmicManError: What the last try ended with.
    """
    call = call.with_key()
    budget.earn()
    last: CosmicManError | None = None
    for retry in range(options.max_retries + 1):
        remaining = deadline.remaining(last)
        outcome = yield Send(request=_request(call, options, retry, remaining), stream=call.stream)
        headers: Mapping[str, str] = {}
        if isinstance(outcome, httpx.Response):
            if outcome.is_success:
                return outcome
            last, headers = refusal(outcome), outcome.headers
            again = retrying.wants_retry(outcome.status_code, headers)
        else:
            last, again = _lost(outcome), True
            deadline.remaining(last)
        pause = retrying.pause(retry, headers)
        if not again or pause is None or retry == options.max_retries or not budget.spend():
            raise last
        deadline.allows(pause, last)
        yield Wait(seconds=pause)
    raise AssertionError("the last try returns or raises")


def _request(call: Call, options: Options, retry: int, remaining: float | None) -> httpx.Request:
    headers = {**options.request_headers(), **call.headers}
    if retry:
        headers["X-Retry-Count"] = str(retry)
    content = call.content
    if call.body is not None:
        content = json.dumps(call.body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    if content is not None:
        headers["Content-Type"] = call.content_type
    timeout = options.request_timeout(remaining, stream=call.stream)
    return httpx.Request(
        call.method,
        options.base_url + call.path,
        params=dict(call.query) or None,
        headers=headers,
        content=content,
        extensions={"timeout": timeout.as_dict()},
    )


def _lost(lost: Lost | None) -> APIConnectionError:
    assert lost is not None
    if isinstance(lost.error, httpx.TimeoutException):
        return APITimeoutError(f"no answer in time ({type(lost.error).__name__})", request_id=lost.request_id)
    where = "the answer broke off" if lost.request_id else "the server could not be reached, or the connection broke"
    return APIConnectionError(f"{where}: {str(lost.error) or type(lost.error).__name__}", request_id=lost.request_id)


def refusal(response: httpx.Response) -> APIStatusError | APIResponseError:
    """The error that a refusal is raised as; one that explains nothing in JSON is one of a proxy on the way."""
    name = response.headers.get("x-request-id")
    text = response.content[: constants.MAX_ERROR_BYTES]
    try:
        problem = json.loads(text)
    except ValueError:
        problem = None
    if isinstance(problem, dict) and isinstance(problem.get("error"), dict):
        problem = {"detail": problem["error"].get("message"), **problem["error"]}
    if not isinstance(problem, dict):
        kind = response.headers.get("content-type", "nothing").partition(";")[0]
        problem = {"detail": f"the answer was {response.status_code} with {kind or 'nothing'} in it"}
    return class_of_status(response.status_code)(
        problem,
        status_code=response.status_code,
        request_id=name or _text(problem.get("request_id")),
        retry_after_seconds=retrying.retry_after(response.headers),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def json_of(response: httpx.Response) -> Any:
    """The JSON of a success.

    Raises:
        APIResponseError: It is none.
    """
    try:
        return json.loads(response.content)
    except ValueError:
        raise not_ours(response, f"expected JSON, got {_kind(response)}") from None


def not_ours(response: httpx.Response, why: str) -> APIResponseError:
    """An error for an answer that is none of this interface."""
    return APIResponseError(
        f"the server at {response.request.url.host} does not answer as CosmicMan Serve does: {why}",
        status_code=response.status_code,
        request_id=response.headers.get("x-request-id"),
    )


def _kind(response: httpx.Response) -> str:
    start = response.content[:40].decode("utf-8", "replace")
    return f"{response.headers.get('content-type', 'no type')} that starts with {start!r}"
