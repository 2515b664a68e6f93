"""The asynchronous client: the same calls, to be awaited."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from cosmicman_client import jobs as routes
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
from cosmicman_client.jobs import Job, JobPage
from cosmicman_client.stream import AsyncStream

T = TypeVar("T")


class AsyncClient:
    """Talks to one server, in one event loop; arguments as of `cosmicman_client.Client`."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        timeout: float = constants.TIMEOUT_SECONDS,
        deadline: float | None = None,
        max_retries: int = constants.MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
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
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False, timeout=None)
        self.jobs = AsyncJobs(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

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
        other.jobs = AsyncJobs(other)
        return other

    @property
    def with_raw_response(self) -> "AsyncRawClient":
        """The same calls, answered with status, headers and request id."""
        return AsyncRawClient(self)

    async def generate(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> models.Generation:
        """As `Client.generate`; cancelling the task cancels the request."""
        return await self._do(endpoints.generate(description, params, idempotency_key))

    def stream(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> AsyncStream:
        """As `Client.stream`."""
        return AsyncStream(self._events(endpoints.stream(description, params, idempotency_key)))

    async def parse(self, text: str) -> models.Parsed:
        """The body groups of a text."""
        return await self._do(endpoints.parse(text))

    async def groups(self) -> tuple[models.Group, ...]:
        """All body groups."""
        return await self._do(endpoints.groups())

    async def model(self) -> models.Model:
        """The loaded model."""
        return await self._do(endpoints.model())

    async def adapters(self) -> models.Adapters:
        """What `loras` of a request may name, and why some files may not."""
        return await self._do(endpoints.adapters())

    async def denoise(
        self, latents: object, timesteps: object, descriptions: str | Sequence[str], **params: Unpack[DenoiseParams]
    ) -> Denoised:
        """As `Client.denoise`; cancelling the task cancels the request."""
        return await self._do(endpoints.denoise(latents, timesteps, descriptions, params))

    async def noise(self) -> Noise:
        """As `Client.noise`."""
        return await self._do(endpoints.noise())

    async def models(self) -> tuple[models.Model, ...]:
        """All models of the server; today it has one."""
        return (await self.model(),)

    async def ready(self) -> bool:
        """As `Client.ready`."""
        try:
            await self.with_options(max_retries=0)._exchange(Call(method="GET", path="/readyz"))
        except APIStatusError:
            return False
        return True

    async def _do(self, endpoint: Endpoint[T]) -> T:
        response, _ = await self._exchange(endpoint.call)
        return endpoint.parse(response)

    async def _exchange(self, call: Call, deadline: Deadline | None = None) -> tuple[httpx.Response, int]:
        """The answer, and how many retries it took."""
        conversation = converse(call, self._options, self._budget, deadline or Deadline(self._options.deadline))
        sent, outcome = 0, None
        try:
            while True:
                step = conversation.send(outcome)
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    outcome = None
                else:
                    sent += 1
                    outcome = await self._send(step)
        except StopIteration as end:
            response: httpx.Response = end.value
        return response, sent - 1

    async def _send(self, step: Send) -> Outcome:
        try:
            response = await self._http.send(step.request, stream=True)
        except httpx.RequestError as error:
            return Lost(error=error)
        try:
            if not (step.stream and response.is_success):
                await response.aread()
        except httpx.RequestError as error:
            return Lost(error=error, request_id=response.headers.get("x-request-id"))
        return response

    async def _events(self, call: Call) -> AsyncGenerator[Event, None]:
        """Events of a stream, taken up again where it breaks; closing the generator closes the connection."""
        reading = Reading(call, self._options, self._budget)
        while not reading.done:
            response, _ = await self._exchange(reading.next_call(), reading.deadline)
            lost: httpx.RequestError | None = None
            try:
                reading.begin(response)
                async for piece in response.aiter_bytes():
                    for event in reading.feed(piece):
                        yield event
            except httpx.RequestError as error:
                lost = error
            finally:
                await response.aclose()
            if not reading.done:
                await asyncio.sleep(reading.broken(lost))


class AsyncJobs:
    """`AsyncClient.jobs`; each as its namesake of `cosmicman_client.jobs.Jobs`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def create(
        self,
        description: str = "",
        *,
        webhook: str | None = None,
        idempotency_key: str | None = None,
        **params: Unpack[GenerateParams],
    ) -> Job:
        """Hands a generation in."""
        return await self._client._do(routes.create(description, params, webhook, idempotency_key))

    async def get(self, job_id: str) -> Job:
        """How a job is."""
        return await self._client._do(routes.get(job_id))

    async def cancel(self, job_id: str) -> Job:
        """Cancels a job."""
        return await self._client._do(routes.cancel(job_id))

    async def page(self, *, limit: int = 20, status: str | None = None, cursor: str | None = None) -> JobPage:
        """Some of one's jobs, newest first."""
        return await self._client._do(routes.page(limit, status, cursor))

    async def __aiter__(self) -> AsyncIterator[Job]:
        """All of one's jobs, newest first."""
        cursor: str | None = None
        while True:
            found = await self.page(limit=100, cursor=cursor)
            for job in found.jobs:
                yield job
            cursor = found.cursor
            if cursor is None:
                return

    def events(self, job_id: str, *, after: str | None = None) -> AsyncStream:
        """What happens to a job."""
        return AsyncStream(self._client._events(routes.events(job_id, after)))

    async def wait(self, job_id: str, *, deadline: float | None = None) -> Job:
        """The job once it has ended well."""
        limit = Deadline(deadline)
        for pause in routes.looks():
            job = await self.get(job_id)
            if job.ended:
                return job.checked()
            left = limit.remaining()
            await asyncio.sleep(pause if left is None else min(pause, left))
        raise AssertionError("looks never end")

    async def images(self, job: Job) -> tuple[models.Image, ...]:
        """The pictures of a job that are ready, with their files."""
        found = []
        for picture in job.images:
            response, _ = await self._client._exchange(routes.image_call(job.id, picture.index))
            found.append(routes.image_of(picture, response.content))
        return tuple(found)


class AsyncRawClient:
    """`AsyncClient.with_raw_response`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def generate(
        self, description: str = "", *, idempotency_key: str | None = None, **params: Unpack[GenerateParams]
    ) -> RawResponse[models.Generation]:
        """As `AsyncClient.generate`."""
        return await self._do(endpoints.generate(description, params, idempotency_key))

    async def parse(self, text: str) -> RawResponse[models.Parsed]:
        """As `AsyncClient.parse`."""
        return await self._do(endpoints.parse(text))

    async def groups(self) -> RawResponse[tuple[models.Group, ...]]:
        """As `AsyncClient.groups`."""
        return await self._do(endpoints.groups())

    async def model(self) -> RawResponse[models.Model]:
        """As `AsyncClient.model`."""
        return await self._do(endpoints.model())

    async def adapters(self) -> RawResponse[models.Adapters]:
        """As `AsyncClient.adapters`."""
        return await self._do(endpoints.adapters())

    async def denoise(
        self, latents: object, timesteps: object, descriptions: str | Sequence[str], **params: Unpack[DenoiseParams]
    ) -> RawResponse[Denoised]:
        """As `AsyncClient.denoise`."""
        return await self._do(endpoints.denoise(latents, timesteps, descriptions, params))

    async def noise(self) -> RawResponse[Noise]:
        """As `AsyncClient.noise`."""
        return await self._do(endpoints.noise())

    async def _do(self, endpoint: Endpoint[T]) -> RawResponse[T]:
        response, retries = await self._client._exchange(endpoint.call)
        return RawResponse(endpoint, response, retries)
