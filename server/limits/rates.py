"""Requests a minute of each caller, in a moving window: in memory, or in a Redis that several gateways share.

Where that Redis is down or silent each gateway counts for itself until it is back: a lost Redis refuses nobody.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
#: How long it is left alone after it failed.
REST_SECONDS = 5.0
SWEEP_SECONDS = 10.0
PREFIX = "cosmicman:rates"


class Rates:
    """`redis_seconds` is the longest that Redis may take for one answer, `window_seconds` what a minute is."""

    def __init__(
        self, redis: str | None = None, *, redis_seconds: float = 0.25, window_seconds: int = WINDOW_SECONDS
    ) -> None:
        self._redis_seconds = redis_seconds
        self._window_seconds = window_seconds
        self._memory = MemoryStorage()
        self._here = MovingWindowRateLimiter(self._memory)
        self._pool = None if redis is None else _pool(redis, redis_seconds)
        self._shared = None if self._pool is None else _shared(self._pool)
        self._rests_until = -math.inf
        self._down = False

    async def take(self, caller: str, amount: int) -> float:
        """Counts one request of a caller who may send `amount` in a window; one over that is not counted.

        Returns:
            0 where it is within the limit, else the seconds until the window has room.
        """
        item = RateLimitItemPerSecond(amount, self._window_seconds)
        if self._shared is not None and time.monotonic() >= self._rests_until:
            try:
                async with asyncio.timeout(self._redis_seconds):
                    seconds = await _take(self._shared, item, caller)
            except (TimeoutError, OSError, StorageError) as error:
                self._rests(error)
            else:
                self._is_back()
                return seconds
        return await _take(self._here, item, caller)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Forgets callers whose windows are over, for as long as the block runs; then leaves Redis."""
        sweeper = asyncio.create_task(self._sweep(), name="rates")
        self._memory.timer = sweeper  # the library's own walks over all callers at every request, a thread for each
        try:
            yield
        finally:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
            if self._pool is not None:
                await self._pool.aclose()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = time.time()
            for caller, entries in list(self._memory.events.items()):
                live = [entry for entry in entries if entry.expiry > now]
                if live:
                    self._memory.events[caller] = live
                else:
                    await self._memory.clear(caller)

    def _rests(self, error: Exception) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS
        if not self._down:
            why = str(error) or f"silent for {self._redis_seconds:g} seconds"
            logger.warning("Redis does not count requests, each gateway counts for itself meanwhile: %s", why)
        self._down = True

    def _is_back(self) -> None:
        if self._down:
            logger.info("Redis counts requests again")
        self._down = False


async def _take(limiter: MovingWindowRateLimiter, item: RateLimitItem, caller: str) -> float:
    if await limiter.hit(item, caller):
        return 0.0
    window = await limiter.get_window_stats(item, caller)
    return max(0.001, window.reset_time - time.time())


def _pool(url: str, seconds: float) -> ConnectionPool:
    from redis.asyncio import ConnectionPool  # a third of a second that a server without Redis has not to wait

    return ConnectionPool.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)


def _shared(pool: ConnectionPool) -> MovingWindowRateLimiter:
    storage = RedisStorage(
        "async+redis://",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix=PREFIX,
        connection_pool=pool,  # type: ignore[arg-type]  # documented, and left out of its annotation
    )
    return MovingWindowRateLimiter(storage)
