"""Answers in Redis, where every replica finds them, and marks of those that are under way.

A Redis that is down or silent costs a request a bounded time, once: then this process goes on by itself, with one line
in the log, and asks again after a while.
"""

import asyncio
import logging
import uuid
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.replay import wire
from server.replay.outage import Outage
from server.replay.record import Record
from server.replay.wire import Mark

logger = logging.getLogger(__name__)

#: Longest for an answer to go to Redis or to come from there; a silent one has been noticed before.
MOVE_SECONDS = 5.0
#: A mark that nobody renews frees its key: so long after its gateway was killed.
LEASE_SECONDS = 15.0
RENEW_SECONDS = LEASE_SECONDS / 3

#: KEYS[1]; ARGV: the mark, what takes its place (nothing: the key is free), its milliseconds. A key that another has
#: taken meanwhile is left alone.
SETTLE = """
local now = redis.call('get', KEYS[1])
if now and now ~= ARGV[1] then return 0 end
if ARGV[2] == '' then return redis.call('del', KEYS[1]) end
redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
return 1
"""


class _UnansweredError(Exception):
    """Redis said nothing, or nothing good."""


class InRedis:
    """`ask_seconds` is the longest that a request waits for Redis."""

    def __init__(self, url: str, *, keep_seconds: float, ask_seconds: float) -> None:
        self._redis = Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 1),  # a connection that Redis closed meanwhile is made again
            socket_connect_timeout=None,  # `_ask` limits each question as a whole
            socket_timeout=None,
        )
        self._ask_seconds = ask_seconds
        self._keep_milliseconds = max(1, round(1000 * keep_seconds))
        self._outage = Outage()
        self._held: dict[str, bytes] = {}
        self._renewing: asyncio.Task[None] | None = None

    async def claim(self, name: str, fingerprint: str) -> Record | Mark | None:
        mark = wire.write_mark(Mark(fingerprint=fingerprint, owner=uuid.uuid4().hex))
        with suppress(_UnansweredError):
            while not await self._ask("SET", _key(name), mark, "NX", "PX", _milliseconds(LEASE_SECONDS)):
                taken = await self._read(name)
                if taken is not None:  # else it was freed between the two questions
                    return taken
        self._hold(name, mark)
        return None

    async def find(self, name: str) -> Record | Mark | None:
        with suppress(_UnansweredError):
            return await self._read(name)
        return None

    async def publish(self, name: str, record: Record) -> None:
        await self._settle(name, wire.write_record(record), self._keep_milliseconds)

    async def release(self, name: str) -> None:
        await self._settle(name, b"", 0)

    async def close(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    def _hold(self, name: str, mark: bytes) -> None:
        self._held[name] = mark
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())

    async def _settle(self, name: str, value: bytes, milliseconds: int) -> None:
        mark = self._held.pop(name, None)
        if mark is not None:
            with suppress(_UnansweredError):
                await self._ask("EVAL", SETTLE, 1, _key(name), mark, value, milliseconds, seconds=MOVE_SECONDS)

    async def _read(self, name: str) -> Record | Mark | None:
        data = await self._ask("GET", _key(name), seconds=MOVE_SECONDS)
        try:
            return None if data is None else wire.read(data)
        except (ValueError, KeyError, TypeError) as error:
            logger.warning("Redis holds something under %s that no gateway of this version wrote", _key(name))
            raise _UnansweredError from error

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(_UnansweredError):
                for name, mark in list(self._held.items()):
                    if name in self._held:
                        await self._ask("EVAL", SETTLE, 1, _key(name), mark, mark, _milliseconds(LEASE_SECONDS))

    async def _ask(self, *command: str | bytes | int, seconds: float | None = None) -> Any:
        """What Redis answers.

        Raises:
            _UnansweredError: It does not, or is known not to.
        """
        if not self._outage.admits:
            raise _UnansweredError
        self._outage.enter()
        try:
            async with asyncio.timeout(seconds or self._ask_seconds):
                answer = await self._redis.execute_command(*command)
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            if self._outage.begin():
                logger.warning("Redis does not answer (%s): idempotency keys are this process's own", _said(error))
            raise _UnansweredError from error
        except asyncio.CancelledError:
            self._outage.leave()
            raise
        if self._outage.end():
            logger.warning("Redis answers again: idempotency keys are shared again")
        return answer


def _key(name: str) -> str:
    return f"cosmicman:replay:{wire.FORMAT}:{name}"


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {str(error)[:200]}".strip()
