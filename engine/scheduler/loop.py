"""The step loop: between forwards requests are admitted, stepped, retired and dropped.

`state.State` makes all decisions; this is its event loop, its clock and its worker thread.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from engine.errors import EngineError, EngineStoppedError
from engine.request.stats import EngineStats
from engine.scheduler.cost_table import CostTable
from engine.scheduler.forward import run_batch
from engine.scheduler.job import Job, Message, Update
from engine.scheduler.picture import Denoising, Forward
from engine.scheduler.policy import MakePolicy
from engine.scheduler.state import Bounds, State
from engine.threads.niceness import worker_pool

logger = logging.getLogger(__name__)

# A timer may go off a clock tick early, and would then find nobody late.
TIMER_MARGIN_SECONDS = 0.001

Tell: TypeAlias = Callable[[Update | EngineError], None]
Prepared = TypeVar("Prepared")


class JobHandle:
    """What the engine holds of a request, from the line to its last picture; use it as a context manager."""

    def __init__(self, scheduler: "Scheduler", job: Job, admitted: "asyncio.Future[None]", position: int) -> None:
        """Made by `Scheduler.enter`."""
        self.position = position
        self.job = job
        self._moved: asyncio.Future[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self._scheduler = scheduler
        self._admitted = admitted
        self._tell: Tell | None = None
        self._error: EngineError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the scheduler; rows of this request are in no forward that starts from now on."""
        self._scheduler.leave(self)

    async def prepare(self, work: Coroutine[Any, Any, Prepared]) -> Prepared:
        """Does what has to be done while the request is in line, and before it may leave it.

        Args:
            work: What to do; cancelled where the request ends first.

        Raises:
            DeadlineError: The request's deadline came first.
            EngineStoppedError: The scheduler stopped first.
        """
        task = asyncio.ensure_future(work)
        try:
            waited: tuple[asyncio.Future[Any], ...] = (task, self._admitted)
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self._admitted.result()
            result = await task
        finally:
            if task.cancel():
                await asyncio.wait([task])  # What has not begun by now never will.
        self._scheduler.prepared(self)
        return result

    async def admitted(self) -> None:
        """Waits until this request may compute.

        Raises:
            DeadlineError: Its deadline came first.
            EngineStoppedError: The scheduler stopped first.
        """
        await self._admitted

    async def moves(self, told: int, until: "asyncio.Future[Any]") -> AsyncGenerator[int]:
        """How many requests are before this one, whenever that has changed; the latest where several changes came.

        Args:
            told: The place that the caller knows of.
            until: Ends it; its result or error is the caller's to take.
        """
        while not until.done():
            if self.position != told:
                told = self.position
                yield told
                continue
            self._moved = asyncio.get_running_loop().create_future()
            await asyncio.wait((until, self._moved), return_when=asyncio.FIRST_COMPLETED)

    async def standing(self, wait: Callable[[], Coroutine[Any, Any, None]]) -> AsyncGenerator[int]:
        """How many requests are before this one, now and whenever that changes, until the wait is over.

        Args:
            wait: Waits until this request may compute; begun when the first place was told, and cancelled with this.

        Raises:
            EngineError: What the wait raises.
        """
        told = self.position
        yield told
        waiting = asyncio.ensure_future(wait())
        try:
            async with aclosing(self.moves(told, waiting)) as positions:
                async for position in positions:
                    yield position
            await waiting
        finally:
            if waiting.cancel():
                await asyncio.wait([waiting])
            if not waiting.cancelled():
                waiting.exception()  # Whoever awaits it still gets it; one who leaves need not.

    def start(self, pictures: Sequence[Denoising], tell: Tell) -> None:
        """Puts the pictures of this request into the step loop.

        Args:
            pictures: What to denoise.
            tell: Called in the event loop with every step, the latents of every picture, or one error and then no more.

        Raises:
            DeadlineError: The deadline came since this request was admitted, or cannot be met.
            EngineStoppedError: The scheduler stopped since.
        """
        if self._error is not None:
            raise self._error
        self._tell = tell
        self._scheduler.add_pictures(self, pictures)

    def decoded(self) -> None:
        """Says that the latents of one picture are needed no more."""
        self._scheduler.decoded(self)

    def move(self, position: int) -> None:
        """Called by the scheduler."""
        self.position = position
        if self._moved is not None and not self._moved.done():
            self._moved.set_result(None)

    def admit(self) -> None:
        """Called by the scheduler."""
        if not self._admitted.done():
            self._admitted.set_result(None)

    def tell(self, message: Update | EngineError) -> None:
        """Called by the scheduler; an error is the last thing a request is told, wherever it waits."""
        if isinstance(message, EngineError):
            self._error = message
            if not self._admitted.done():
                self._admitted.set_exception(message)
                self._admitted.exception()  # Whoever awaits it still gets it; nobody need.
        if self._tell is not None:
            self._tell(message)


class Scheduler:
    """Runs the step loop; start and stop it in one event loop."""

    def __init__(
        self,
        forward: Forward,
        bounds: Bounds,
        costs: CostTable | None = None,
        make_policy: MakePolicy | None = None,
        niceness: int = 0,
    ) -> None:
        """Takes the forward and its bounds.

        Args:
            forward: From inputs with R rows to outputs with R rows; runs in a worker thread, one at a time.
            bounds: What to keep to.
            costs: What forwards take, as far as it is known; kept up to date.
            make_policy: Who decides which rows are next; None means `Policy`.
            niceness: Of the thread that runs forwards.
        """
        self._forward = forward
        self._state = State(bounds, CostTable() if costs is None else costs, make_policy)
        self._handles: dict[Job, JobHandle] = {}
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._worker = worker_pool(1, "forward", niceness)

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

    def snapshot(self) -> EngineStats:
        """Gauges and counters; those that are not the scheduler's are 0."""
        return self._state.snapshot()

    def enter(
        self,
        *,
        caller: str = "",
        priority: str = "normal",
        deadline_seconds: float | None = None,
        prepared: bool = True,
    ) -> JobHandle:
        """Takes a place in line.

        Args:
            caller: Who asks; callers take turns.
            priority: high, normal or low.
            deadline_seconds: How long the request may take in all; None means as long as it takes.
            prepared: Whether it may leave the line; otherwise it may after `JobHandle.prepare`.

        Raises:
            BusyError: The line is full.
            EngineStoppedError: The step loop does not run.
        """
        if not self.alive:
            raise EngineStoppedError("the engine is not running")
        loop = asyncio.get_running_loop()
        job, position = self._state.enter(
            loop.time(), caller=caller, priority=priority, deadline_seconds=deadline_seconds, prepared=prepared
        )
        handle = JobHandle(self, job, loop.create_future(), position)
        self._handles[job] = handle
        if job.deadline_at is not None:
            handle.timer = loop.call_at(job.deadline_at + TIMER_MARGIN_SECONDS, self._expire)
        self._admit()
        return handle

    def check_room(self, caller: str) -> None:
        """Raises BusyError where `enter` would."""
        self._state.check_room(caller)

    def prepared(self, handle: JobHandle) -> None:
        """Called by a handle."""
        handle.job.prepared = True
        self._admit()

    def add_pictures(self, handle: JobHandle, denoisings: Sequence[Denoising]) -> None:
        """Called by a handle."""
        self._state.add_pictures(handle.job, denoisings, _now())
        self._work.set()

    def decoded(self, handle: JobHandle) -> None:
        """Called by a handle."""
        self._state.decoded(handle.job)
        self._work.set()

    def leave(self, handle: JobHandle) -> None:
        """Called by a handle; safe to call twice."""
        self._state.leave(handle.job, _now())
        self._handles.pop(handle.job, None)
        if handle.timer is not None:
            handle.timer.cancel()
        self._work.set()
        self._admit()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._expire()
                batch = self._state.pick()
                if batch is None:
                    self._work.clear()
                    await self._work.wait()
                    continue
                outcome = await loop.run_in_executor(self._worker, run_batch, batch, self._forward)
                if outcome.error is not None:
                    logger.warning("a forward of %d pictures failed: %s", len(batch.pictures), outcome.error)
                self._tell(self._state.settle(batch, outcome, loop.time()))
        finally:
            stopped = EngineStoppedError("the engine stopped while the request was in it")
            self._tell(self._state.end_all(stopped, loop.time()))

    def _expire(self) -> None:
        self._tell(self._state.expire(_now()))

    def _tell(self, messages: Sequence[Message]) -> None:
        for job, message in messages:
            if job in self._handles:
                self._handles[job].tell(message)
        self._admit()

    def _admit(self) -> None:
        if self.alive:
            for job in self._state.admit(_now()):
                self._handles[job].admit()
            for position, job in enumerate(self._state.waiting):
                if (handle := self._handles.get(job)) is not None and handle.position != position:
                    handle.move(position)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _log_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("the step loop died", exc_info=error)
