"""What happened lately, for people: how long requests took, which problems were answered, how fast pictures come.

Each memory is bounded; Prometheus has the long story. It holds numbers and names of problems, and nothing of a request.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.engine import EngineStats

#: How far back "lately" goes.
MEMORY_SECONDS = 300.0
MAX_REMEMBERED = 2000
QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Means over the last `seconds`."""

    seconds: float
    steps_per_second: float
    images_per_minute: float
    mean_rows: float


class Recent:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._latencies: deque[tuple[float, float]] = deque(maxlen=MAX_REMEMBERED)
        self._problems: deque[tuple[float, str]] = deque(maxlen=MAX_REMEMBERED)
        self._samples: deque[tuple[float, EngineStats]] = deque()

    def finished(self, seconds: float) -> None:
        self._latencies.append((self._clock(), seconds))

    def problem(self, kind: str) -> None:
        self._problems.append((self._clock(), kind))

    def sample(self, stats: EngineStats) -> None:
        """To be called every few seconds; rates are differences of two."""
        now = self._clock()
        self._samples.append((now, stats))
        while len(self._samples) > 1 and self._samples[1][0] <= now - MEMORY_SECONDS:
            self._samples.popleft()

    def latencies(self) -> Mapping[float, float]:
        """Seconds by quantile; empty where no request finished lately."""
        values = sorted(value for at, value in self._latencies if at > self._clock() - MEMORY_SECONDS)
        if not values:
            return {}
        return {share: values[min(len(values) - 1, int(share * len(values)))] for share in QUANTILES}

    def problems(self) -> Mapping[str, int]:
        """How often each kind was answered lately, the most frequent first."""
        recent = Counter(kind for at, kind in self._problems if at > self._clock() - MEMORY_SECONDS)
        return dict(recent.most_common())

    def rates(self, stats: EngineStats) -> Rates:
        """From the oldest sample that counts to `stats`, which are those of now."""
        now = self._clock()
        began, before = self._samples[0] if self._samples else (now, stats)
        seconds = max(now - began, 1e-9)
        forwards = stats.forwards_total - before.forwards_total
        return Rates(
            seconds=now - began,
            steps_per_second=(stats.steps_total - before.steps_total) / seconds,
            images_per_minute=60 * (stats.images_total - before.images_total) / seconds,
            mean_rows=(stats.rows_total - before.rows_total) / forwards if forwards > 0 else 0.0,
        )
