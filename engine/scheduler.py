"""Continuous batching of denoising steps: between forwards requests are admitted, stepped, retired and dropped.

One forward holds rows of different requests, samplers, step counts and positions, as long as their shapes agree.
The scheduler knows rows and a forward; it does not know text, graphs or images.

Letters: R rows of a forward, C H W latent channels and sides.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

import numpy as np

from engine.errors import BusyError, EngineError, EngineStoppedError, GenerationError
from engine.samplers import FloatArray
from engine.track import Bucket, Inputs, Picture, Track

logger = logging.getLogger(__name__)

Forward: TypeAlias = Callable[[Inputs], FloatArray]

MAX_RETRY_AFTER_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """One picture of the request advanced by one step."""

    index: int
    completed: int
    total: int


@dataclass(frozen=True, kw_only=True)
class LatentsReady:
    """One picture of the request is denoised; latents are [1, C, H, W]."""

    index: int
    latents: FloatArray


Update: TypeAlias = StepDone | LatentsReady


@dataclass(frozen=True, kw_only=True)
class SchedulerStats:
    """Gauges and counters; rows_total / forwards_total is the mean batch."""

    running: int
    waiting: int
    steps_total: int
    forwards_total: int
    rows_total: int
    refused_total: int


class _Member(Track):
    """A track with its place in the scheduler."""

    def __init__(self, ticket: "Ticket", index: int, picture: Picture) -> None:
        super().__init__(index, picture)
        self.ticket = ticket
        self.last_tick = -1


class Ticket:
    """A request's place in the scheduler, from the line to its last picture; use it as a context manager."""

    def __init__(self, scheduler: "Scheduler", admitted: "asyncio.Future[None]", position: int) -> None:
        """Made by `Scheduler.enter`."""
        self.position = position
        self.closed = False
        self.admitted_at: float | None = None
        self._scheduler = scheduler
        self._admitted = admitted
        self._tell: Callable[[Update | EngineError], None] | None = None
        self._error: EngineError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the scheduler; rows of this request are in no forward that starts from now on."""
        self._scheduler.leave(self)

    async def admitted(self) -> None:
        """Waits until this request may compute.

        Raises:
            EngineStoppedError: The scheduler stopped first.
        """
        await self._admitted

    def start(self, pictures: Sequence[Picture], tell: Callable[[Update | EngineError], None]) -> None:
        """Puts the pictures of this request into the step loop.

        Args:
            pictures: What to denoise.
            tell: Called in the event loop with every step, the latents of every picture, or one error and then no more.

        Raises:
            EngineStoppedError: The scheduler stopped since this request was admitted.
        """
        assert self.admitted_at is not None, "admitted() comes first"
        if self._error is not None:
            raise self._error
        self._tell = tell
        self._scheduler.add([_Member(self, index, picture) for index, picture in enumerate(pictures)])

    def admit(self) -> None:
        """Called by the scheduler."""
        self.admitted_at = time.monotonic()
        if not self._admitted.done():
            self._admitted.set_result(None)

    def tell(self, update: Update | EngineError) -> None:
        """Called by the scheduler."""
        if self._tell is not None and not self.closed:
            self._tell(update)

    def fail(self, error: EngineError) -> None:
        """Called by the scheduler: ends the request wherever it waits."""
        self._error = error
        if not self._admitted.done():
            self._admitted.set_exception(error)
            self._admitted.exception()  # Whoever awaits it still gets it; nobody need.
        self.tell(error)


class Scheduler:
    """Runs the step loop; start and stop it in one event loop."""

    def __init__(self, forward: Forward, *, max_rows: int, max_running: int, max_waiting: int) -> None:
        """Takes the forward and its bounds.

        Args:
            forward: From inputs with R rows to outputs with R rows; runs in a worker thread, one at a time.
            max_rows: Bound on R; a guided picture needs two and is never split.
            max_running: Requests admitted at once.
            max_waiting: Requests in line.
        """
        self._forward = forward
        self._max_rows = max_rows
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._waiting: deque[Ticket] = deque()
        self._running: set[Ticket] = set()
        self._tracks: list[_Member] = []
        self._bucket_ticks: dict[Bucket, int] = {}
        self._tick = 0
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="forward")
        self._mean_seconds = 1.0
        self._steps_total = self._forwards_total = self._rows_total = self._refused_total = 0

    @property
    def alive(self) -> bool:
        """Whether the step loop runs."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Starts the step loop in the running event loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="denoising")
        self._task.add_done_callback(_log_death)

    async def stop(self) -> None:
        """Ends every request with EngineStoppedError after the forward that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await asyncio.to_thread(self._worker.shutdown)

    def stats(self) -> SchedulerStats:
        """A snapshot."""
        return SchedulerStats(
            running=len(self._running),
            waiting=len(self._waiting),
            steps_total=self._steps_total,
            forwards_total=self._forwards_total,
            rows_total=self._rows_total,
            refused_total=self._refused_total,
        )

    def enter(self) -> Ticket:
        """Takes a place in line.

        Raises:
            BusyError: The line is full.
            EngineStoppedError: The step loop does not run.
        """
        if not self.alive:
            raise EngineStoppedError("the engine is not running")
        free = len(self._running) < self._max_running and not self._waiting
        if not free and len(self._waiting) >= self._max_waiting:
            self._refused_total += 1
            full = f"{len(self._running)} requests are running and {len(self._waiting)} waiting"
            raise BusyError(f"{full}, which is all there is room for", retry_after_seconds=self._retry_after())
        ticket = Ticket(self, asyncio.get_running_loop().create_future(), len(self._waiting))
        self._waiting.append(ticket)
        self._admit()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Frees a ticket's place; safe to call twice."""
        if ticket.closed:
            return
        ticket.closed = True
        if ticket in self._running:
            self._running.remove(ticket)
            assert ticket.admitted_at is not None
            self._mean_seconds += 0.2 * (time.monotonic() - ticket.admitted_at - self._mean_seconds)
        else:
            self._waiting = deque(other for other in self._waiting if other is not ticket)
        self._tracks = [track for track in self._tracks if track.ticket is not ticket]
        self._admit()

    def add(self, tracks: Sequence[_Member]) -> None:
        """Called by a ticket."""
        self._tracks.extend(track for track in tracks if not track.ticket.closed)
        self._work.set()

    def _admit(self) -> None:
        while self._waiting and len(self._running) < self._max_running and self.alive:
            ticket = self._waiting.popleft()
            self._running.add(ticket)
            ticket.admit()

    def _retry_after(self) -> float:
        rounds = math.ceil((len(self._waiting) + 1) / self._max_running)
        return min(MAX_RETRY_AFTER_SECONDS, max(1.0, rounds * self._mean_seconds))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                batch = self._pick()
                if not batch:
                    self._work.clear()
                    await self._work.wait()
                    continue
                failures = await loop.run_in_executor(self._worker, self._step, batch)
                self._tell(batch, failures)
        finally:
            for ticket in [*self._running, *self._waiting]:
                ticket.fail(EngineStoppedError("the engine stopped while the request was in it"))

    def _pick(self) -> list[_Member]:
        """The next forward's tracks: the bucket that waited longest, and in it the tracks that waited longest."""
        if not self._tracks:
            self._bucket_ticks.clear()
            return []
        buckets = {track.bucket for track in self._tracks}
        bucket = min(buckets, key=lambda key: (self._bucket_ticks.get(key, -1), key))
        members = [track for track in self._tracks if track.bucket == bucket]
        members.sort(key=lambda track: track.last_tick)
        batch: list[_Member] = []
        num_rows = 0
        for track in members:
            if batch and num_rows + track.num_rows > self._max_rows:
                break
            batch.append(track)
            num_rows += track.num_rows
        self._tick += 1
        self._bucket_ticks = {key: tick for key, tick in self._bucket_ticks.items() if key in buckets}
        self._bucket_ticks[bucket] = self._tick
        for track in batch:
            track.last_tick = self._tick
        return batch

    def _step(self, batch: Sequence[_Member]) -> dict[_Member, GenerationError]:
        """Runs in the worker thread: one forward for all, or one for each where that fails."""
        try:
            outputs = self._run_forward(batch)
        except GenerationError as error:
            if len(batch) == 1:
                return {batch[0]: error}
            logger.warning("a forward of %d pictures failed; running them one by one", len(batch))
            failures = [self._step([track]) for track in batch]
            return {track: failure for part in failures for track, failure in part.items()}
        failed = {}
        start = 0
        for track in batch:
            rows = slice(start, start + track.num_rows)
            start = rows.stop
            try:
                track.advance(outputs[rows])
            except GenerationError as error:
                failed[track] = error
        return failed

    def _run_forward(self, batch: Sequence[_Member]) -> FloatArray:
        rows = [row for track in batch for row in track.rows()]
        inputs = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
        outputs = self._forward(inputs)
        self._forwards_total += 1
        self._rows_total += len(rows)
        return outputs

    def _tell(self, batch: Sequence[_Member], failures: Mapping[_Member, GenerationError]) -> None:
        ended = {track.ticket: failure for track, failure in failures.items()}
        for ticket, failure in ended.items():
            ticket.fail(failure)
        self._tracks = [track for track in self._tracks if track.ticket not in ended]
        for track in batch:
            ticket = track.ticket
            if ticket.closed or ticket in ended:
                continue
            self._steps_total += 1
            ticket.tell(StepDone(index=track.index, completed=track.step, total=track.picture.plan.num_steps))
            if track.done:
                self._tracks.remove(track)
                ticket.tell(LatentsReady(index=track.index, latents=track.latents))


def _log_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("the step loop died", exc_info=error)
