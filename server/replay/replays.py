"""All answers that may be asked for again: those under way, those that are finished, and those of other gateways.

Only successes are kept. Whatever else a request ends with computed nothing worth keeping: its key is free again.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

from server.http.problems import ProblemError
from server.observability.metrics import Metrics
from server.replay import refusals
from server.replay.asked import Asked
from server.replay.memory import Memory
from server.replay.record import Record
from server.replay.run import Run
from server.replay.shared import Alone, Shared
from server.replay.wire import Mark
from server.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Found:
    """The answer to read, from the event after `after` on.

    Attributes:
        run: Makes the answer; None where it is finished.
        first: Whether the request that found it is the one it is made for.
    """

    record: Record
    run: Run | None = None
    after: int = 0
    first: bool = False


class Replays:
    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._memory = Memory(limit_bytes=settings.replay_bytes, keep_seconds=settings.replay_seconds)
        self._shared = _shared(settings)
        self._resume_seconds = settings.resume_seconds
        self._runs: dict[str, Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        metrics.replay_bytes_are(lambda: self._memory.size_bytes + self._under_way_bytes())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Ends what still runs for clients that have left."""
        for run in list(self._runs.values()):
            self.abandon(run)
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._shared.close()
        self._memory.close()

    async def find(self, asked: Asked, start: Callable[[Run], asyncio.Task[None]]) -> Found:
        """The answer that is asked for; where there is none, `start` begins it.

        Raises:
            ProblemError: 409 while another makes it, 422 where the key had another body or the event is unknown.
        """
        run = self._runs.get(asked.name)
        if run is not None and run.over and asked.after is None:  # a stream that failed is not what a repetition wants
            self._forget(run)
            run = None
        if run is not None:
            refusals.check_body(run.record.fingerprint, asked)
            if not run.record.is_stream or (run.seat is not None and asked.after is None):
                raise self.in_flight(run)
            refusals.check_event(run.record, asked)
            return Found(record=run.record, run=run, after=asked.after or 0)
        record = self._memory.find(asked.name)
        if record is not None:
            return self._kept(record, asked)
        return await (self._begin(asked, start) if asked.after is None else self._elsewhere(asked))

    def left(self, run: Run) -> None:
        """Nobody reads this any more: a stream waits for its client for a while, anything else is cancelled."""
        if self._runs.get(run.name) is not run:
            return
        if run.record.is_stream and self._resume_seconds > 0:
            run.wait(self._resume_seconds, self.abandon)
        else:
            self.abandon(run)

    def told(self, run: Run) -> None:
        """Its reader has all of it."""
        run.told = True
        if run.over:
            self._forget(run)

    def abandon(self, run: Run) -> None:
        """Cancels the request; the key is free at once."""
        run.abandon()
        self._forget(run)

    def in_flight(self, run: Run | None) -> ProblemError:
        """The refusal of a repetition that came too early; `run` is None where another gateway has it."""
        return refusals.in_flight(0.0 if run is None else asyncio.get_running_loop().time() - run.began)

    async def _begin(self, asked: Asked, start: Callable[[Run], asyncio.Task[None]]) -> Found:
        record = Record(fingerprint=asked.fingerprint, request_id=asked.request_id)
        run = Run(asked.name, record, grew=self._make_room, ended=self._ended)
        self._runs[asked.name] = run  # before others are asked: nobody else begins meanwhile
        try:
            elsewhere = await self._shared.claim(asked.name, asked.fingerprint)
        except BaseException:
            del self._runs[asked.name]
            raise
        if elsewhere is not None:
            del self._runs[asked.name]
            return self._theirs(elsewhere, asked)
        self._hold(start(run))
        return Found(record=record, run=run, first=True)

    async def _elsewhere(self, asked: Asked) -> Found:
        elsewhere = await self._shared.find(asked.name)
        if elsewhere is None:
            raise refusals.nothing_kept(asked)
        return self._theirs(elsewhere, asked)

    def _theirs(self, elsewhere: Record | Mark, asked: Asked) -> Found:
        """What another gateway has."""
        if isinstance(elsewhere, Record):
            return self._kept(elsewhere, asked)
        refusals.check_body(elsewhere.fingerprint, asked)
        raise self.in_flight(None)

    def _kept(self, record: Record, asked: Asked) -> Found:
        refusals.check_body(record.fingerprint, asked)
        refusals.check_event(record, asked)
        return Found(record=record, after=asked.after or 0)

    def _ended(self, run: Run) -> None:
        """The application has returned."""
        if self._runs.get(run.name) is not run:
            return
        if run.record.is_success:
            del self._runs[run.name]
            run.abandon()  # no grace is needed any more
            self._memory.keep(run.name, run.record)
            self._make_room()
            self._chore(self._shared.publish(run.name, run.record))
        elif run.told or not (run.record.is_stream and run.record.complete):
            self._forget(run)

    def _forget(self, run: Run) -> None:
        run.abandon()
        if self._runs.get(run.name) is run:
            del self._runs[run.name]
            self._make_room()
            self._chore(self._shared.release(run.name))

    def _make_room(self) -> None:
        self._memory.make_room(self._under_way_bytes())

    def _under_way_bytes(self) -> int:
        return sum(run.record.size_bytes for run in self._runs.values())

    def _chore(self, work: Coroutine[Any, Any, None]) -> None:
        self._hold(asyncio.create_task(work))

    def _hold(self, task: asyncio.Task[None]) -> None:
        """Until it ends; the event loop itself would let it go."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _shared(settings: Settings) -> Shared:
    if settings.redis is None:
        return Alone()
    from server.replay.in_redis import InRedis  # its library takes an eighth of a second to load

    return InRedis(settings.redis, keep_seconds=settings.replay_seconds, ask_seconds=settings.redis_timeout_seconds)
