"""Admission: who waits, who runs and who is next, in a bounded line ordered by arrival, with a head start for priority.

Callers take turns, so that nobody stands behind all that another one asked for; priority counts among one caller's own.

It knows jobs; it does not know pictures, forwards or the time.
"""

import math
from bisect import insort
from collections import Counter
from collections.abc import Mapping

from engine.errors import BusyError, CallerBusyError
from engine.scheduler.job import WEIGHTS, Job
from engine.scheduler.turns import PLACES_FOR_EACH_FREE, Turns

MAX_RETRY_AFTER_SECONDS = 600.0
LEARNING_RATE = 0.2


class Admission:
    """Requests that wait and requests that run."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        """Takes the two bounds."""
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._waiting: list[Job] = []
        self._running: dict[Job, None] = {}
        self._turns = Turns()
        self._mean_seconds = 1.0
        self.refused_total = 0

    @property
    def running(self) -> tuple[Job, ...]:
        """Admitted requests, in the order of their admission."""
        return tuple(self._running)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Requests in line, the next one first."""
        return tuple(self._turns.order(self._waiting, self._running))

    def check_room(self, caller: str) -> None:
        """Whether one more request of this caller may enter.

        Raises:
            BusyError: The line is full.
            CallerBusyError: It is not, but the caller has its share of it.
        """
        everybody = (*self._running, *self._waiting)
        room = self._max_running + self._max_waiting - len(everybody)
        has = sum(other.caller == caller for other in everybody)
        if room <= 0:
            self.refused_total += 1
            full = f"{len(self._running)} requests are running and {len(self._waiting)} waiting"
            raise BusyError(f"{full}, which is all there is room for", retry_after_seconds=self.retry_after())
        if caller and has >= PLACES_FOR_EACH_FREE * room:
            self.refused_total += 1
            share = f"{caller} has {has} requests running or waiting and {room} places are free"
            raise CallerBusyError(f"{share}, which are kept for others", retry_after_seconds=self.retry_after())

    def enter(self, job: Job) -> int:
        """Puts a request in line and says how many are before it; no later request of its caller gets before it.

        Raises:
            BusyError: As of `check_room`.
        """
        self.check_room(job.caller)
        self._turns.enter(job)
        insort(self._waiting, job, key=lambda other: other.turn)
        return self.waiting.index(job)

    def admit(self, now: float) -> list[Job]:
        """Lets in as many as there is room for; those that are not prepared are passed over and keep their turn."""
        room = self._max_running - len(self._running)
        ready = [each for each in self._waiting if each.prepared] if room > 0 else []
        admitted = self._turns.order(ready, self._running)[: max(0, room)]
        for job in admitted:
            self._waiting.remove(job)
            job.admitted_at = now
            self._running[job] = None
            self._turns.serve(job)
        return admitted

    def leave(self, job: Job, now: float) -> None:
        """Frees a place, in line or running."""
        if job in self._running:
            del self._running[job]
            assert job.admitted_at is not None
            self._mean_seconds += LEARNING_RATE * (now - job.admitted_at - self._mean_seconds)
        else:
            self._waiting = [other for other in self._waiting if other is not job]
        self._turns.forget((*self._running, *self._waiting))

    def retry_after(self) -> float:
        """Estimate of when a request that comes back would find room, in seconds."""
        rounds = math.ceil((len(self._waiting) + 1) / self._max_running)
        return min(MAX_RETRY_AFTER_SECONDS, max(1.0, rounds * self._mean_seconds))


def by_priority(jobs: tuple[Job, ...]) -> Mapping[str, int]:
    """How many there are of each priority."""
    counts = Counter(job.priority for job in jobs)
    return {priority: counts[priority] for priority in WEIGHTS}
