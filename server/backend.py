"""What the gateway needs of an engine, so that an embedded one and a remote one look the same.

It does not know which one it gets.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Protocol, runtime_checkable

from engine.engine import (
    DenoiseRequest,
    EngineStats,
    Event,
    GenerationRequest,
    ModelInfo,
    PreparedDenoise,
    PreparedRequest,
)


class EngineBackend(Protocol):
    """The public face of `engine.engine.Engine`."""

    @property
    def model(self) -> ModelInfo: ...

    @property
    def ready(self) -> bool: ...

    def stats(self) -> EngineStats: ...

    def check_room(self, caller: str) -> None: ...

    def prepare(
        self, request: GenerationRequest, *, mistakes: Mapping[str, Sequence[str]] = ...
    ) -> PreparedRequest: ...

    def generate(self, request: PreparedRequest) -> AsyncIterator[Event]: ...

    def prepare_denoise(
        self, request: DenoiseRequest, *, mistakes: Mapping[str, Sequence[str]] = ...
    ) -> PreparedDenoise: ...

    def denoise(self, request: PreparedDenoise) -> AsyncIterator[Event]: ...

    async def __aenter__(self) -> Any: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class _Closable(Protocol):
    async def aclose(self) -> None: ...


@asynccontextmanager
async def running(
    engine: EngineBackend, request: PreparedRequest | PreparedDenoise
) -> AsyncIterator[AsyncIterator[Event]]:
    """A request's events; leaving the block early cancels the request in the engine."""
    events = engine.denoise(request) if isinstance(request, PreparedDenoise) else engine.generate(request)
    try:
        yield events
    finally:
        if isinstance(events, _Closable):
            await events.aclose()
