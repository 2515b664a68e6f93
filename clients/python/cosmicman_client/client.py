"""The synchronous client."""

import time
from collections.abc import Generator, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from cosmicman_client import models
from cosmicman_client._exchange import constants, endpoints
from cosmicman_client._exchange.body import GenerateParams
from cosmicman_client._exchange.conversation import Call, Deadline, Lost, Outcome, Send, Wait, converse
from cosmicman_client._exchange.denoise import DenoiseParams
from cosmicman_client._exchange.endpoints import Endpoint
from cosmicman_client._exchange.options import Options
from cosmicman_client._exchange.raw import RawResponse
from cosmicman_client._exchange.reading import Reading
from cosmicman_client._exchange.retry import RetryBudget
from cosmicman_client.denoising import Denoised, Noise
from cosmicman_client.errors import APIStatusError
from cosmicman_client.events import Event
from cosmicman_client.jobs import Jobs
from cosmicman_client.stream import Stream

T = TypeVar("T")


class Client:
    """Talks to one server; safe to use from several threads. Use it as a context manager, or close it.

    Args:
        base_url: Where the server is; else ``COSMICMAN_BASE_URL``, else this machine.
        api_key: A key of the server; else ``COSMICMAN_API_KEY``; none is sent where neither is given.
        timeout: Seconds that one try may take.
        deadline: Seconds that a call may take in all, retries included; None means no limit.
        max_retries: Tries after the first.
        headers: Sent with every request.
        transport: What carries the requests; an `httpx.MockTransport` or `httpx.WSGITransport` in tests.

    Raises:
        ConfigurationError: A URL or key that no request can be sent with.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = constants.TIMEOUT_SECONDS,
        deadline: float | None = None,
        max_retries: int = constants.MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._options = Options.read(
            base_url=base_url,
            api_key=api_key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=headers,
        )
        self._budget = RetryBudget()
        self._http = httpx.Client(transport=transport, follow_redirects=False, timeout=None)
        self.jobs = Jobs(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def with_options(
        self,
        *,
        timeout: float | None = None,
        deadline: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """The same client, connections and retry budget included, with other settings for some calls."""
        changes = {"timeout": timeout, "deadline": deadline, "max_retries": max_retries, "headers": headers}
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._options = self._options.changed(**{name: value for name, value in changes.items() if value is not None})
        other.jobs = Jobs(other)
        return other

    @property
    def with_raw_response(self) -> "RawClient":
        """The same calls, answered with status, headers and request id."""
        return RawClient(self)

    def generate(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> models.Generation:
        """Draws a described person and waits for the pictures.

        Args:
            description: The person, as dense as you like; may be empty where `groups` says it.
            idempotency_key: A name for this very request; the same one never draws twice. Made where it is None.
            params: As in docs/api.md.

        Raises:
            TypeError: An argument of a wrong type; nothing was sent.
            CosmicManError: See `cosmicman_client.errors`.
        """
        return self._do(endpoints.generate(description, params, idempotency_key))

    def stream(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> Stream:
        """The same, told as it happens; leaving the `with` block early cancels the request.

        A connection that breaks is taken up again where it ended.
        """
        return Stream(self._events(endpoints.stream(description, params, idempotency_key)))

    def parse(self, text: str) -> models.Parsed:
        """The body groups of a text."""
        return self._do(endpoints.parse(text))

    def groups(self) -> tuple[models.Group, ...]:
        """All body groups."""
        return self._do(endpoints.groups())

    def model(self) -> models.Model:
        """The loaded model."""
        return self._do(endpoints.model())

    def adapters(self) -> models.Adapters:
        """What `loras` of a request may name, and why some files may not."""
        return self._do(endpoints.adapters())

    def denoise(
        self, latents: object, timesteps: object, descriptions: str | Sequence[str], **params: Unpack[DenoiseParams]
    ) -> Denoised:
        """What the UNet says of noised latents, as score distillation asks it; see docs/api.md.

        Args:
            latents: A NumPy array of float32 or float16, [rows, channels, height, width], or any such buffer.
            timesteps: One for each row, or one for all; between two training timesteps too.
            descriptions: One for all rows, or one for each.
            params: Without a `guidance_scale` both halves come back.

        Raises:
            TypeError: An argument of a wrong type; nothing was sent.
            CosmicManError: See `cosmicman_client.errors`.
        """
        return self._do(endpoints.denoise(latents, timesteps, descriptions, params))

    def noise(self) -> Noise:
        """What the model's latents are, and how noise was added to them in training."""
        return self._do(endpoints.noise())

    def models(self) -> tuple[models.Model, ...]:
        """All models of the server; today it has one."""
        return (self.model(),)

    def ready(self) -> bool:
        """Whether the server answers requests now; asks once.

        Raises:
            APIConnectionError: Nobody answers at all.
        """
        try:
            self.with_options(max_retries=0)._exchange(Call(method="GET", path="/readyz"))
        except APIStatusError:
            return False
        return True

    def _do(self, endpoint: Endpoint[T]) -> T:
        response, _ = self._exchange(endpoint.call)
        return endpoint.parse(response)

    def _exchange(self, call: Call, deadline: Deadline | None = None) -> tuple[httpx.Response, int]:
        """The answer, and how many retries it took."""
        conversation = converse(call, self._options, self._budget, deadline or Deadline(self._options.deadline))
        sent, outcome = 0, None
        try:
            while True:
                step = conversation.send(outcome)
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    outcome = None
                else:
                    sent += 1
                    outcome = self._send(step)
        except StopIteration as end:
            response: httpx.Response = end.value
            return response, sent - 1

    def _send(self, step: Send) -> Outcome:
        try:
            response = self._http.send(step.request, stream=True)
        except httpx.RequestError as error:
            return Lost(error=error)
        try:
            if not (step.stream and response.is_success):
                response.read()
        except httpx.RequestError as error:
            return Lost(error=error, request_id=response.headers.get("x-request-id"))
        return response

    def _events(self, call: Call) -> Generator[Event, None, None]:
        """Events of a stream, taken up again where it breaks; closing the iterator closes the connection."""
        reading = Reading(call, self._options, self._budget)
        while not reading.done:
            response, _ = self._exchange(reading.next_call(), reading.deadline)
            lost: httpx.RequestError | None = None
            try:
                reading.begin(response)
                for piece in response.iter_bytes():
                    yield from reading.feed(piece)
            except httpx.RequestError as error:
                lost = error
            finally:
                response.close()
            if not reading.done:
                time.sleep(reading.broken(lost))


class RawClient:
    """`Client.with_raw_response`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def generate(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> RawResponse[models.Generation]:
        """As `Client.generate`."""
        return self._do(endpoints.generate(description, params, idempotency_key))

    def parse(self, text: str) -> RawResponse[models.Parsed]:
        """As `Client.parse`."""
        return self._do(endpoints.parse(text))

    def groups(self) -> RawResponse[tuple[models.Group, ...]]:
        """As `Client.groups`."""
        return self._do(endpoints.groups())

    def model(self) -> RawResponse[models.Model]:
        """As `Client.model`."""
        return self._do(endpoints.model())

    def adapters(self) -> RawResponse[models.Adapters]:
        """As `Client.adapters`."""
        return self._do(endpoints.adapters())

    def denoise(
        self, latents: object, timesteps: object, descriptions: str | Sequence[str], **params: Unpack[DenoiseParams]
    ) -> RawResponse[Denoised]:
        """As `Client.denoise`."""
        return self._do(endpoints.denoise(latents, timesteps, descriptions, params))

    def noise(self) -> RawResponse[Noise]:
        """As `Client.noise`."""
        return self._do(endpoints.noise())

    def _do(self, endpoint: Endpoint[T]) -> RawResponse[T]:
        response, retries = self._client._exchange(endpoint.call)
        return RawResponse(endpoint, response, retries)
