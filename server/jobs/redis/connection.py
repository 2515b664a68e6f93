"""A Redis that may be away: every command ends within two seconds, and comes back by itself when Redis does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as GoneError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as SlowError

from server.jobs.store import StorageFullError, StoreDownError

logger = logging.getLogger(__name__)

T = TypeVar("T")

CONNECT_SECONDS = 0.8
#: Of a command with all of its tries.
COMMAND_SECONDS = 1.8


class Connection:
    def __init__(self, url: str) -> None:
        self.client: Redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=COMMAND_SECONDS,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        self._checked = False
        self._under_way: set[asyncio.Task[Any]] = set()

    async def do(self, command: Callable[[Redis], Awaitable[T]], *, again: bool = True) -> T:
        """What a command answers; after a lost connection it is sent once more on a new one, unless told not to.

        Raises:
            StoreDownError, StorageFullError: Redis does not answer in time, refuses, or is full.
        """
        try:
            return await self._bounded(self._tried(command, again))
        except (TimeoutError, SlowError) as error:
            self._checked = False
            raise StoreDownError("Redis does not answer in time") from error
        except ResponseError as error:
            if any(word in str(error) for word in ("OOM ", "MISCONF ")) or str(error).startswith("command not allowed"):
                raise StorageFullError(f"Redis takes nothing more: {error}") from error
            raise StoreDownError(f"Redis refused: {error}") from error
        except (RedisError, OSError) as error:
            self._checked = False
            raise StoreDownError(f"Redis cannot be reached: {type(error).__name__}") from error

    async def _bounded(self, work: Coroutine[Any, Any, T]) -> T:
        """In a task of its own: who is cancelled leaves at once, and the client is not cut off within a command.

        Some releases of the client take a cancellation for themselves while they connect, and go on.
        """
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._over)
        done, _ = await asyncio.wait({task}, timeout=COMMAND_SECONDS)
        if not done:
            task.cancel()
            raise TimeoutError
        return task.result()

    def _over(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited for it has left, or has it

    async def _tried(self, command: Callable[[Redis], Awaitable[T]], again: bool) -> T:
        await self._look()
        try:
            return await command(self.client)
        except GoneError:  # a connection that Redis's restart left behind
            if not again:
                raise
            return await command(self.client)

    async def script(self, text: str, *arguments: str | bytes | float, again: bool = True) -> Any:
        """What a Lua script answers."""

        async def run(client: Redis) -> Any:
            return await client.register_script(text)(args=list(arguments))

        return await self.do(run, again=again)

    async def close(self) -> None:
        """Waits for what is under way, no longer than a command may take."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=COMMAND_SECONDS)
        try:
            await self._bounded(self.client.aclose())
        except (TimeoutError, RedisError, OSError):
            logger.debug("the connections to Redis did not close in time")

    async def _look(self) -> None:
        """Once for each Redis that answers: does it keep what it is told?"""
        if self._checked:
            return
        self._checked = True
        persistence: dict[str, Any] = await self.client.info("persistence")
        memory: dict[str, Any] = await self.client.info("memory")
        if not persistence.get("aof_enabled"):
            logger.warning("Redis runs without appendonly: jobs it accepted are lost when it stops or dies")
        policy = memory.get("maxmemory_policy", "noeviction")
        if policy != "noeviction" and memory.get("maxmemory"):
            logger.warning("Redis has maxmemory-policy %s: it may throw jobs away; set noeviction", policy)
