"""Events one can walk through, or wait out."""

from collections.abc import AsyncGenerator, Generator
from types import TracebackType
from typing import Self

from cosmicman_client.errors import APIResponseError
from cosmicman_client.events import Event, Finished, ImageReady, Started
from cosmicman_client.models import Generation, Image, Settings


class _Gathering:
    """Puts a generation together from its events."""

    def __init__(self) -> None:
        self._images: list[Image] = []
        self._settings: Settings | None = None
        self._finished: Finished | None = None

    def take(self, event: Event) -> Event:
        if isinstance(event, Started):
            self._settings = event.settings
        elif isinstance(event, ImageReady):
            self._images.append(event.image)
        elif isinstance(event, Finished):
            self._finished = event
        return event

    def generation(self) -> Generation:
        if self._finished is None or self._settings is None:
            raise APIResponseError("the stream ended without a finished picture", status_code=200, request_id=None)
        images = sorted(self._images, key=lambda image: image.index)
        return Generation(images=tuple(images), settings=self._settings, timings=self._finished.timings)


class Stream:
    """Events of one generation or job: iterate over it, once; use it as a context manager to leave early."""

    def __init__(self, events: Generator[Event, None, None]) -> None:
        self._events = events
        self._gathering = _Gathering()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        return self._gathering.take(next(self._events))

    def close(self) -> None:
        """Ends the connection; a generation that is not finished is cancelled by that, a job goes on."""
        self._events.close()

    def until_done(self) -> Generation:
        """Reads the rest and gives all of it as `generate` does."""
        for _ in self:
            pass
        return self._gathering.generation()


class AsyncStream:
    """The same with `async for` and `async with`."""

    def __init__(self, events: AsyncGenerator[Event, None]) -> None:
        self._events = events
        self._gathering = _Gathering()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        return self._gathering.take(await anext(self._events))

    async def close(self) -> None:
        """Ends the connection; a generation that is not finished is cancelled by that, a job goes on."""
        await self._events.aclose()

    async def until_done(self) -> Generation:
        """Reads the rest and gives all of it as `generate` does."""
        async for _ in self:
            pass
        return self._gathering.generation()
