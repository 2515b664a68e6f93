"""Knows whether something that others depend on is silent, so that nobody waits for it twice.

The first failure opens the outage; after a pause one question tries again, and each that fails doubles the pause.
"""

import time
from collections.abc import Callable

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class Outage:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pause = FIRST_PAUSE_SECONDS
        self._until: float | None = None
        self._trying = False

    @property
    def on(self) -> bool:
        return self._until is not None

    @property
    def admits(self) -> bool:
        """Whether a question may be asked now."""
        return self._until is None or (not self._trying and self._clock() >= self._until)

    def enter(self) -> None:
        self._trying = self.on

    def begin(self) -> bool:
        """A question was not answered; whether that is news."""
        news = not self.on
        self._pause = FIRST_PAUSE_SECONDS if news else min(LONGEST_PAUSE_SECONDS, 2 * self._pause)
        self._until, self._trying = self._clock() + self._pause, False
        return news

    def end(self) -> bool:
        """A question was answered; whether that is news."""
        news, self._until, self._trying = self.on, None, False
        return news

    def leave(self) -> None:
        """A question was given up before it told anything."""
        self._trying = False
