"""Admission: who waits, who runs and who is next, in a bounded line ordered by arrival, with a head start for priority.

It knows jobs; it does not know pictures, forwards or the time.
"""

import math
from bisect import insort
from collections import Counter
from collections.abc import Mapping

from engine.errors import BusyError
from engine.scheduler.job import WEIGHTS, Job

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
        self._mean_seconds = 1.0
        self.refused_total = 0

    @property
    def running(self) -> tuple[Job, ...]:
        """Admitted requests, in the order of their admission."""
        return tuple(self._running)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Requests in line, the next one first."""
        return tuple(self._waiting)

    def enter(self, job: Job) -> int:
        """Puts a request in line and says how many are before it; nobody loses a place in line to a later request.

        Raises:
            BusyError: The line is full.
        """
        if len(self._running) + len(self._waiting) >= self._max_running + self._max_waiting:
            self.refused_total += 1
            full = f"{len(self._running)} requests are running and {len(self._waiting)} waiting"
            raise BusyError(f"{full}, which is all there is room for", retry_after_seconds=self.retry_after())
        insort(self._waiting, job, key=lambda other: other.turn)
        return self._waiting.index(job)

    def admit(self, now: float) -> list[Job]:
        """Lets in as many as there is room for; those that are not prepared are passed over and keep their turn."""
        admitted = []
        for job in [each for each in self._waiting if each.prepared]:
            if len(self._running) >= self._max_running:
                break
            self._waiting.remove(job)
            job.admitted_at = now
            self._running[job] = None
            admitted.append(job)
        return admitted

    def leave(self, job: Job, now: float) -> None:
        """Frees a place, in line or running."""
        if job in self._running:
            del self._running[job]
            assert job.admitted_at is not None
            self._mean_seconds += LEARNING_RATE * (now - job.admitted_at - self._mean_seconds)
        else:
            self._waiting = [other for other in self._waiting if other is not job]

    def retry_after(self) -> float:
        """Estimate of when a request that comes back would find room, in seconds."""
        rounds = math.ceil((len(self._waiting) + 1) / self._max_running)
        return min(MAX_RETRY_AFTER_SECONDS, max(1.0, rounds * self._mean_seconds))


def by_priority(jobs: tuple[Job, ...]) -> Mapping[str, int]:
    """How many there are of each priority."""
    counts = Counter(job.priority for job in jobs)
    return {priority: counts[priority] for priority in WEIGHTS}
