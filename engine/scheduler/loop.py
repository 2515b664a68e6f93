"""The step loop: between forwards requests are admitted, stepped, retired and dropped.

All decisions are the board's; this is its event loop, its clock and its worker thread.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.errors import EngineStoppedError
from engine.scheduler.board import Board, Bounds
from engine.scheduler.cost_table import CostTable
from engine.scheduler.forward import Forward, run_batch
from engine.scheduler.place import Message, Place
from engine.scheduler.policy import MakePolicy
from engine.scheduler.ticket import Ticket
from engine.stats import EngineStats
from engine.track import Picture, Track

logger = logging.getLogger(__name__)

# A timer may go off a clock tick early, and would then find nobody late.
TIMER_MARGIN_SECONDS = 0.001


class Scheduler:
    """Runs the step loop; start and stop it in one event loop."""

    def __init__(
        self,
        forward: Forward,
        bounds: Bounds,
        costs: CostTable | None = None,
        make_policy: MakePolicy | None = None,
    ) -> None:
        """Takes the forward and its bounds.

        Args:
            forward: From inputs with R rows to outputs with R rows; runs in a worker thread, one at a time.
            bounds: What to keep to.
            costs: What forwards take, as far as it is known; kept up to date.
            make_policy: Who decides which rows are next; None means `Policy`.
        """
        self._forward = forward
        self._board = Board(bounds, CostTable() if costs is None else costs, make_policy)
        self._tickets: dict[Place, Ticket] = {}
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="forward")

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
        return self._board.snapshot()

    def enter(self, *, priority: str = "normal", deadline_seconds: float | None = None) -> Ticket:
        """Takes a place in line.

        Args:
            priority: high, normal or low.
            deadline_seconds: How long the request may take in all; None means as long as it takes.

        Raises:
            BusyError: The line is full.
            EngineStoppedError: The step loop does not run.
        """
        if not self.alive:
            raise EngineStoppedError("the engine is not running")
        loop = asyncio.get_running_loop()
        place, position = self._board.enter(loop.time(), priority=priority, deadline_seconds=deadline_seconds)
        ticket = Ticket(self, place, loop.create_future(), position)
        self._tickets[place] = ticket
        if place.deadline_at is not None:
            ticket.timer = loop.call_at(place.deadline_at + TIMER_MARGIN_SECONDS, self._expire)
        self._admit()
        return ticket

    def seat(self, ticket: Ticket, pictures: Sequence[Picture]) -> None:
        """Called by a ticket."""
        tracks = [Track(index, picture) for index, picture in enumerate(pictures)]
        self._board.seat(ticket.place, tracks, _now())
        self._work.set()

    def decoded(self, ticket: Ticket) -> None:
        """Called by a ticket."""
        self._board.decoded(ticket.place)
        self._work.set()

    def leave(self, ticket: Ticket) -> None:
        """Called by a ticket; safe to call twice."""
        self._board.leave(ticket.place, _now())
        self._tickets.pop(ticket.place, None)
        if ticket.timer is not None:
            ticket.timer.cancel()
        self._work.set()
        self._admit()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._expire()
                batch = self._board.pick()
                if batch is None:
                    self._work.clear()
                    await self._work.wait()
                    continue
                outcome = await loop.run_in_executor(self._worker, run_batch, batch, self._forward)
                if outcome.error is not None:
                    logger.warning("a forward of %d pictures failed: %s", len(batch.seats), outcome.error)
                self._tell(self._board.settle(batch, outcome, loop.time()))
        finally:
            stopped = EngineStoppedError("the engine stopped while the request was in it")
            self._tell(self._board.end_all(stopped, loop.time()))

    def _expire(self) -> None:
        self._tell(self._board.expire(_now()))

    def _tell(self, messages: Sequence[Message]) -> None:
        for place, message in messages:
            if place in self._tickets:
                self._tickets[place].tell(message)
        self._admit()

    def _admit(self) -> None:
        if self.alive:
            for place in self._board.admit(_now()):
                self._tickets[place].admit()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _log_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("the step loop died", exc_info=error)
