"""A circuit breaker: stops asking an engine that failed several times in a row, and tries again with one request.

::

    closed --3 failures in a row--> open --pause--> half open --one success--> closed
                                     ^                 |
                                     +-- one failure, twice the pause
"""

import time
from collections.abc import Callable
from typing import Literal

THRESHOLD = 3
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class Breaker:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = FIRST_PAUSE_SECONDS
        self._until: float | None = None
        self._trying = False

    @property
    def state(self) -> Literal["closed", "open", "half open"]:
        if self._until is None:
            return "closed"
        return "open" if self._clock() < self._until else "half open"

    @property
    def admits(self) -> bool:
        """Whether a request may be sent now."""
        return self.state == "closed" or (self.state == "half open" and not self._trying)

    def enter(self) -> None:
        """A request is being sent; of those while half open there is one."""
        self._trying = self.state == "half open"

    def succeeded(self) -> None:
        self._failures, self._pause, self._until, self._trying = 0, FIRST_PAUSE_SECONDS, None, False

    def failed(self) -> None:
        self._failures += 1
        if self._trying:
            self._pause = min(LONGEST_PAUSE_SECONDS, 2 * self._pause)
        if self._trying or self._failures == THRESHOLD:
            self._until = self._clock() + self._pause
        self._trying = False

    def abandoned(self) -> None:
        """A request ended before it told anything about the engine."""
        self._trying = False
