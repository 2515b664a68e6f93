"""Who waits, who runs and who is next: a bounded line ordered by arrival, with a head start for priority.

It knows places; it does not know pictures, forwards or the time.
"""

import math
from bisect import insort
from collections import Counter
from collections.abc import Mapping

from engine.errors import BusyError
from engine.scheduler.place import WEIGHTS, Place

MAX_RETRY_AFTER_SECONDS = 600.0
LEARNING_RATE = 0.2


class Line:
    """Requests that wait and requests that run."""

    def __init__(self, *, max_running: int, max_waiting: int) -> None:
        """Takes the two bounds."""
        self._max_running = max_running
        self._max_waiting = max_waiting
        self._waiting: list[Place] = []
        self._running: dict[Place, None] = {}
        self._mean_seconds = 1.0
        self.refused_total = 0

    @property
    def running(self) -> tuple[Place, ...]:
        """Admitted requests, in the order of their admission."""
        return tuple(self._running)

    @property
    def waiting(self) -> tuple[Place, ...]:
        """Requests in line, the next one first."""
        return tuple(self._waiting)

    def enter(self, place: Place) -> int:
        """Puts a request in line and says how many are before it; nobody loses a place in line to a later request.

        Raises:
            BusyError: The line is full.
        """
        free = len(self._running) < self._max_running and not self._waiting
        if not free and len(self._waiting) >= self._max_waiting:
            self.refused_total += 1
            full = f"{len(self._running)} requests are running and {len(self._waiting)} waiting"
            raise BusyError(f"{full}, which is all there is room for", retry_after_seconds=self.retry_after())
        insort(self._waiting, place, key=lambda other: other.turn)
        return self._waiting.index(place)

    def admit(self, now: float) -> list[Place]:
        """Lets in as many as there is room for."""
        admitted = []
        while self._waiting and len(self._running) < self._max_running:
            place = self._waiting.pop(0)
            place.admitted_at = now
            self._running[place] = None
            admitted.append(place)
        return admitted

    def leave(self, place: Place, now: float) -> None:
        """Frees a place, in line or running."""
        if place in self._running:
            del self._running[place]
            assert place.admitted_at is not None
            self._mean_seconds += LEARNING_RATE * (now - place.admitted_at - self._mean_seconds)
        else:
            self._waiting = [other for other in self._waiting if other is not place]

    def retry_after(self) -> float:
        """Estimate of when a request that comes back would find room, in seconds."""
        rounds = math.ceil((len(self._waiting) + 1) / self._max_running)
        return min(MAX_RETRY_AFTER_SECONDS, max(1.0, rounds * self._mean_seconds))


def by_priority(places: tuple[Place, ...]) -> Mapping[str, int]:
    """How many there are of each priority."""
    counts = Counter(place.priority for place in places)
    return {priority: counts[priority] for priority in WEIGHTS}
