"""How many replicas a rate of requests needs: arrivals that queue for forwards of the cost that a server has measured.

The model is the server's own loop: requests come as a Poisson process, up to `max_running` are admitted in their order,
and each forward takes the next step of as many of them as it has rows for, in turns. It costs what
``cosmicman_forward_cost_seconds{bucket,rows}`` says; between measured rows on the line through its neighbours. Decoding
is beside it, one picture after another. Several replicas share the arrivals evenly, each with a line of its own.
"""

import heapq
import random
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clients.loadtest.samples import quantile

_COST = re.compile(r'^cosmicman_forward_cost_seconds\{bucket="([^"]+)",rows="(\d+)"\} (\S+)$', re.MULTILINE)
_STAGE = re.compile(r'^cosmicman_stage_seconds_(sum|count)\{stage="([a-z_]+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a server's metrics say of it, in seconds.

    Attributes:
        forward: Of a forward, by rows.
        decode: Of a picture: decoding and encoding.
        text: Before the first step.
    """

    forward: Mapping[int, float]
    decode: float
    text: float

    @classmethod
    def read(cls, metrics: str, bucket: str | None = None) -> "Costs":
        """From the text of /metrics, for one size; without a name for the one with most measured rows.

        Raises:
            ValueError: Nothing was measured yet, or not of that size.
        """
        tables: dict[str, dict[int, float]] = {}
        for name, rows, seconds in _COST.findall(metrics):
            tables.setdefault(name, {})[int(rows)] = float(seconds)
        if not tables or (bucket is not None and bucket not in tables):
            known = ", ".join(tables) or "nothing"
            raise ValueError(f"the server has measured {known}; draw a few pictures of the size first, at once too")
        chosen = bucket or max(tables, key=lambda name: len(tables[name]))
        stages = {(kind, stage): float(value) for kind, stage, value in _STAGE.findall(metrics)}
        means = {stage: _mean(stages, stage) for stage in ("decode", "encode", "text")}
        return cls(forward=tables[chosen], decode=means["decode"] + means["encode"], text=means["text"])

    def seconds(self, rows: int) -> float:
        """Of a forward with that many rows; beyond the most that was measured, in proportion."""
        known = sorted(self.forward)
        if rows in self.forward:
            return self.forward[rows]
        below = [each for each in known if each < rows]
        above = [each for each in known if each > rows]
        if not below:
            return self.forward[above[0]]
        if not above:
            return self.forward[below[-1]] * rows / below[-1]
        low, high = below[-1], above[0]
        share = (rows - low) / (high - low)
        return (1 - share) * self.forward[low] + share * self.forward[high]


def _mean(stages: Mapping[tuple[str, str], float], stage: str) -> float:
    count = stages.get(("count", stage), 0.0)
    return stages[("sum", stage)] / count if count else 0.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked of all replicas together: requests a second, and what each of them takes."""

    rate: float
    steps: int
    rows: int = 2
    max_rows: int = 8
    max_running: int = 8


def latencies(costs: Costs, load: Load, replicas: int, requests: int = 4000, seed: int = 0) -> list[float]:
    """Seconds from arrival to picture of each of `requests` that came to one of the replicas."""
    chance = random.Random(seed)  # noqa: S311 - arrivals, not secrets
    now, arrivals = 0.0, deque[float]()
    for _ in range(requests):
        now += chance.expovariate(load.rate / replicas)
        arrivals.append(now)
    return list(_served(costs, load, arrivals))


def _served(costs: Costs, load: Load, arrivals: deque[float]) -> Iterable[float]:
    running: deque[list[float]] = deque()  # [arrived, steps left], the next to step first
    ready: list[tuple[float, float]] = []  # texts under way: (done, arrived)
    now = decoder_free = 0.0
    while arrivals or running or ready:
        while arrivals and arrivals[0] <= now and len(running) + len(ready) < load.max_running:
            arrived = arrivals.popleft()
            heapq.heappush(ready, (max(now, arrived) + costs.text, arrived))
        while ready and ready[0][0] <= now:
            running.append([heapq.heappop(ready)[1], load.steps])
        if not running:
            coming = [done for done, _ in ready[:1]]
            if arrivals and len(ready) < load.max_running:
                coming.append(arrivals[0])
            now = min(coming)
            continue
        batch = [running.popleft() for _ in range(min(len(running), load.max_rows // load.rows))]
        now += costs.seconds(load.rows * len(batch))
        for picture in batch:
            picture[1] -= 1
            if picture[1]:
                running.append(picture)
                continue
            decoder_free = max(decoder_free, now) + costs.decode
            yield decoder_free - picture[0]


def replicas_for(costs: Costs, load: Load, p95_seconds: float, most: int = 1024) -> int:
    """The least number of replicas that keeps the 95th percentile of latency.

    Raises:
        ValueError: One request alone takes longer, or `most` are too few.
    """
    alone = costs.text + load.steps * costs.seconds(load.rows) + costs.decode
    if alone > p95_seconds:
        raise ValueError(f"a request alone takes {alone:.2f} s, which is more than {p95_seconds:g} s")
    low, high = 1, 1
    while high < most and quantile(latencies(costs, load, high), 0.95) > p95_seconds:
        low, high = high + 1, 2 * high
    if quantile(latencies(costs, load, high), 0.95) > p95_seconds:
        raise ValueError(f"{high} replicas are too few for {load.rate:g} requests a second within {p95_seconds:g} s")
    while low < high:
        middle = (low + high) // 2
        if quantile(latencies(costs, load, middle), 0.95) > p95_seconds:
            low = middle + 1
        else:
            high = middle
    return high


def table(costs: Costs, load: Load, counts: Sequence[int]) -> str:
    """What so many replicas would do, a line for each."""
    lines = ["replicas  p50 s   p95 s   p99 s"]
    for count in counts:
        found = latencies(costs, load, count)
        lines.append(f"{count:8}" + "".join(f"{quantile(found, share):8.2f}" for share in (0.5, 0.95, 0.99)))
    return "\n".join(lines)
