"""Looks at the process once a second: how late the event loop is, and every few seconds how far the engine came."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from server.backend import EngineBackend
from server.observability.metrics import Metrics

PAUSE_SECONDS = 1.0
#: Every how many looks the engine's counters are kept.
SAMPLE_EVERY = 5


class Watch:
    def __init__(self, engine: EngineBackend, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics
        self._began = time.monotonic()
        self.lag_seconds = 0.0

    @property
    def uptime_seconds(self) -> float:
        return time.monotonic() - self._began

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Looks for as long as the block lasts."""
        task = asyncio.create_task(self._look(), name="watch")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look(self) -> None:
        looks = 0
        while True:
            if looks % SAMPLE_EVERY == 0:
                self._metrics.recent.sample(self._engine.stats())
            looks += 1
            due = time.monotonic() + PAUSE_SECONDS
            await asyncio.sleep(PAUSE_SECONDS)
            self.lag_seconds = max(0.0, time.monotonic() - due)
            self._metrics.event_loop_lag(self.lag_seconds)
