"""How much a server can do: the rate is raised until latency goes on rising, or pictures come more slowly than asked.

Within a step of constant rate latency should not depend on time. A rising line means that the queue grows, long before
anything fails: the slope of the regression of latency on arrival is compared with its own standard error.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from clients.loadtest.samples import DRAWN, Numbers, Sample, numbers

FACTOR = 1.3
#: Of the slope against its standard error: one in a thousand steps that are stable is taken for rising.
CONFIDENCE = 3.1
LEAST_SHARE_DRAWN = 0.9


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step: the run in numbers, and whether the server was saturated."""

    numbers: Numbers
    slope: float
    error: float
    saturated: bool


def level(samples: Sequence[Sample], rate: float, seconds: float) -> Level:
    """Judges a step.

    Saturated is: latency rises by more than its own median within the step, with confidence; or a tenth was not drawn.
    """
    drawn = [each for each in samples if each.outcome == DRAWN]
    slope, error = regression([each.due for each in drawn], [each.seconds for each in drawn])
    found = numbers(samples, rate, seconds)
    rising = slope > CONFIDENCE * error and slope * seconds > found.p50
    few = len(drawn) < LEAST_SHARE_DRAWN * len(samples)
    return Level(numbers=found, slope=slope, error=error, saturated=rising or few)


def regression(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope of the least-squares line and its standard error; infinite error where there are too few points."""
    n = len(x)
    if n < 4:
        return 0.0, math.inf
    mean_x, mean_y = sum(x) / n, sum(y) / n
    spread = sum((each - mean_x) ** 2 for each in x)
    if spread == 0.0:
        return 0.0, math.inf
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    left = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(left / (n - 2) / spread)


async def find(
    run: Callable[[float], Awaitable[Sequence[Sample]]], first_rate: float, seconds: float, most_levels: int = 12
) -> list[Level]:
    """Levels up to the first that is saturated.

    Args:
        run: Sends arrivals at a rate for `seconds` and gives the samples.
        first_rate: Requests a second to begin with.
        seconds: Of each level.
        most_levels: When to give up.
    """
    levels: list[Level] = []
    rate = first_rate
    while len(levels) < most_levels and not (levels and levels[-1].saturated):
        levels.append(level(await run(rate), rate, seconds))
        rate *= FACTOR
    return levels
