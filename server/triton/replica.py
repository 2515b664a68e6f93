"""One Triton of several: its health, its load, and the requests it is busy with.

A pulse asks the engine for its status again and again. An engine that is certainly gone ends its requests at once with
EngineStoppedError; one that is only silent (paused, cut off, overloaded) gets no new ones, and its requests wait for
their own deadlines.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeAlias

from engine.engine import DenoiseRequest, EngineStats, Event, GenerationRequest
from engine.errors import EngineError, EngineStoppedError
from engine.remote.messages import Answer, Status
from engine.remote.step_thinning import filled
from server.triton.breaker import Breaker
from server.triton.connection import Connection

#: None ends a request's events.
_Messages: TypeAlias = "asyncio.Queue[Event | Exception | None]"

logger = logging.getLogger(__name__)

PULSE_SECONDS = 0.25
#: An engine that takes longer to say how it is counts as not ready.
SILENCE_SECONDS = 3.0
#: An instance that was not met for longer is gone.
RECENT_SECONDS = 10.0


class Replica:
    def __init__(self, host: str, model: str) -> None:
        self.host = host
        self.status: Status | None = None
        self.breaker = Breaker()
        self.problem = "not asked yet"
        self._connection = Connection(host, model)
        self._seen: dict[str, tuple[float, EngineStats]] = {}
        self._requests: set[_Messages] = set()
        self._pulse: asyncio.Task[None] | None = None

    async def start(self, timeout_seconds: float) -> None:
        """Checks the server, then keeps an eye on the engine.

        Raises:
            TritonError: What is there cannot be used.
        """
        await self._connection.check(timeout_seconds)
        await self.look()

    def watch(self) -> None:
        """Starts the pulse, whether or not anything answers yet."""
        self._pulse = asyncio.get_running_loop().create_task(self._beat(), name=f"pulse {self.host}")

    async def close(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)
        await self._connection.close()

    @property
    def ready(self) -> bool:
        """Whether a request may be sent now."""
        return not self.problem and self.status is not None and self.status.ready and self.breaker.admits

    @property
    def load(self) -> int:
        """Requests it has, ours or others'."""
        return max(len(self._requests), sum(stats.running + stats.waiting for stats in self.stats()))

    def stats(self) -> list[EngineStats]:
        """The numbers of its engines; Triton asks another one each time, so each was seen a moment ago."""
        oldest = time.monotonic() - RECENT_SECONDS
        return [] if self.problem else [stats for seen, stats in self._seen.values() if seen >= oldest]

    async def generate(
        self, request: GenerationRequest | DenoiseRequest, timeout_seconds: float
    ) -> AsyncGenerator[Event, None]:
        """The events of a request that runs here; closing the generator cancels the request in the engine.

        Raises:
            EngineError: As the engine raised it.
            EngineStoppedError: The engine was lost meanwhile.
        """
        self.breaker.enter()
        messages: _Messages = asyncio.Queue()
        self._requests.add(messages)
        reader = asyncio.create_task(self._read(request, timeout_seconds, messages))
        try:
            while (message := await messages.get()) is not None:
                if isinstance(message, Exception):
                    raise message
                self.breaker.succeeded()
                yield message
        except EngineStoppedError as error:
            self.breaker.failed()
            self._tell(str(error))  # The next look says whether it is back.
            raise
        except EngineError:
            self.breaker.succeeded()
            raise
        finally:
            self.breaker.abandoned()
            self._requests.discard(messages)
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(
        self, request: GenerationRequest | DenoiseRequest, timeout_seconds: float, messages: "_Messages"
    ) -> None:
        try:
            async with aclosing(self._connection.ask(request, timeout_seconds=timeout_seconds)) as answers:
                async for event in filled(events_among(answers)):
                    messages.put_nowait(event)
        except Exception as error:
            messages.put_nowait(error)
        else:
            messages.put_nowait(None)

    async def look(self) -> None:
        """Asks the engine once how it is, and draws the conclusions."""
        try:
            status = await self._connection.status(SILENCE_SECONDS)
        except TimeoutError:
            self._tell(f"silent for {SILENCE_SECONDS:g} seconds")
        except EngineStoppedError as error:
            self._tell(str(error))
            for messages in self._requests:
                messages.put_nowait(EngineStoppedError(f"the engine was lost: {error}"))
        except EngineError as error:
            self._tell(str(error))
        else:
            self.status = status
            self._seen[status.instance] = time.monotonic(), status.stats
            self._tell("" if status.ready else "its engine is not ready")

    async def _beat(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(PULSE_SECONDS)

    def _tell(self, problem: str) -> None:
        """Notes what is wrong, or "" for nothing; logs changes alone."""
        if problem and not self.problem:
            logger.warning("%s is not ready: %s", self.host, problem)
        elif self.problem and not problem:
            logger.info("%s is ready", self.host)
        self.problem = problem


async def events_among(answers: AsyncIterator[Answer]) -> AsyncIterator[Event]:
    """A request is answered with events alone."""
    async for answer in answers:
        assert not isinstance(answer, Status)
        yield answer
