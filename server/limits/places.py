"""Generations that each caller has at a time, those in line included: a bound for each, in this gateway.

It does not know keys; whoever makes it says how many a caller may have.
"""

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server.http import problems
from server.http.problems import ProblemError

LEARNING_RATE = 0.2


class Places:
    """`most` says how many a caller may have; None means any number."""

    def __init__(self, most: Callable[[str], int | None]) -> None:
        self._most = most
        self._began: dict[str, list[float]] = {}
        self._mean_seconds = 1.0

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """One generation's place, for as long as the block runs.

        Raises:
            ProblemError: 429; the caller has all of them taken.
        """
        most, began = self._most(caller), self._began.setdefault(caller, [])
        if most is not None and len(began) >= most:
            raise self._refusal(caller, most)
        now = asyncio.get_running_loop().time()
        began.append(now)
        try:
            yield
        finally:
            began.remove(now)
            self._mean_seconds += LEARNING_RATE * (asyncio.get_running_loop().time() - now - self._mean_seconds)
            if not began:
                self._began.pop(caller, None)

    def _refusal(self, caller: str, most: int) -> ProblemError:
        """To come back when the oldest is over, going by what generations took lately."""
        age = asyncio.get_running_loop().time() - self._began[caller][0]
        seconds = max(1, math.ceil(self._mean_seconds - age))
        return ProblemError(
            problems.TOO_MANY_REQUESTS,
            f"{caller} may have {most} generations at a time, those in line included, and has them.",
            headers={"Retry-After": str(seconds)},
        )
