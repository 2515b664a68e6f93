"""What a forward costs: measured by bucket and number of rows, predicted where it was not.

It knows shapes and seconds; it does not know requests, time of day or what runs the forward.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

from engine.request.stats import CostStats
from engine.scheduler.picture import Bucket

# How FLOPs of a row grow with latent area A and text tokens L, from counts of the published UNets: attention within the
# picture adds 6 % (SDXL) to 19 % (SD 1.5) from one side to the next doubling, 77 more tokens add 1.3 %.
AREA_OF_ATTENTION = 64_000.0
TOKENS_OF_ATTENTION = 6_000.0
# A guess: of a forward's time with one row, what does not depend on rows. It decides as long as one row count of a
# bucket is measured, or all others long ago, and counts little beside measurements that are fresh.
FIXED_SHARE = 0.2
TRUST_IN_GUESS = 0.1
# A new measurement's weight, once there are enough for it to be less than their plain mean would give.
LEARNING_RATE = 0.2
# One stall must not make a cell look dear for long: a measurement counts as at most so many times what was expected,
# and a cell counts half against the line through the others after so many forwards of its bucket for each measurement
# it rests on. What was avoided because it was measured once, badly, is soon tried again.
MAX_SURPRISE = 3.0
HALF_LIFE = 16.0
MAX_HALF_LIFE = 256.0
MAX_BUCKETS = 32
# Keeps a line through noise from saying that rows are free.
LEAST_SLOPE = 0.02


@dataclass(kw_only=True)
class _Cell:
    seconds: float
    num_measured: int
    tick: int


class _Row:
    """All that is known of one bucket."""

    def __init__(self) -> None:
        self.cells: dict[int, _Cell] = {}
        self.tick = 0

    def observe(self, rows: int, seconds: float) -> None:
        self.tick += 1
        cell = self.cells.get(rows)
        if cell is None:
            if self.cells:
                seconds = min(seconds, MAX_SURPRISE * self.seconds(rows))
            self.cells[rows] = _Cell(seconds=seconds, num_measured=1, tick=self.tick)
            return
        cell.num_measured += 1
        if cell.num_measured == 2:  # a first run may compile or allocate
            cell.seconds = min(cell.seconds, seconds)
        else:
            seconds = min(seconds, MAX_SURPRISE * cell.seconds)
            cell.seconds += max(LEARNING_RATE, 1 / cell.num_measured) * (seconds - cell.seconds)
        cell.tick = self.tick

    def seconds(self, rows: int) -> float:
        intercept, slope = self._line()
        predicted = intercept + slope * rows
        cell = self.cells.get(rows)
        if cell is None:
            return predicted
        trust = self._trust(cell)
        return trust * cell.seconds + (1 - trust) * predicted

    def _trust(self, cell: _Cell) -> float:
        half_life = min(HALF_LIFE * cell.num_measured, MAX_HALF_LIFE)
        fresh: float = 0.5 ** ((self.tick - cell.tick) / half_life)
        return fresh * cell.num_measured / (cell.num_measured + 2)

    def _line(self) -> tuple[float, float]:
        """Weighted least squares through the cells and a guess, as (seconds without rows, seconds of a row)."""
        points = [(rows, cell.seconds, self._trust(cell)) for rows, cell in self.cells.items()]
        mean_rows, mean_seconds = _means(points)
        unit = mean_seconds / (FIXED_SHARE + (1 - FIXED_SHARE) * mean_rows)
        points.append((0, FIXED_SHARE * unit, TRUST_IN_GUESS))
        mean_rows, mean_seconds = _means(points)
        spread = sum(weight * (rows - mean_rows) ** 2 for rows, _, weight in points)
        covariance = sum(weight * (rows - mean_rows) * (seconds - mean_seconds) for rows, seconds, weight in points)
        through_origin = mean_seconds / mean_rows
        slope = min(max(covariance / spread, LEAST_SLOPE * through_origin), through_origin)
        return mean_seconds - slope * mean_rows, slope


def _means(points: list[tuple[int, float, float]]) -> tuple[float, float]:
    """Weighted means of rows and of seconds."""
    total = sum(weight for _, _, weight in points)
    mean_rows = sum(weight * rows for rows, _, weight in points) / total
    return mean_rows, sum(weight * seconds for _, seconds, weight in points) / total


class CostTable:
    """Seconds of a forward by bucket and rows."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._rows: OrderedDict[Bucket, _Row] = OrderedDict()

    @property
    def known(self) -> bool:
        """Whether anything was measured; until then `seconds` tells relative costs only."""
        return bool(self._rows)

    def measured(self, bucket: Bucket) -> bool:
        """Whether a forward of this bucket was measured."""
        return bucket in self._rows

    def observe(self, bucket: Bucket, rows: int, seconds: float) -> None:
        """Takes the time of one forward; the buckets that were not seen for longest are forgotten."""
        if bucket not in self._rows and len(self._rows) == MAX_BUCKETS:
            self._rows.popitem(last=False)
        self._rows.setdefault(bucket, _Row()).observe(rows, seconds)
        self._rows.move_to_end(bucket)

    def seconds(self, bucket: Bucket, rows: int) -> float:
        """What a forward takes: measured, on the line through what was measured, or scaled from the nearest bucket."""
        if bucket in self._rows:
            return self._rows[bucket].seconds(rows)
        if not self._rows:
            return work(bucket) * (FIXED_SHARE + (1 - FIXED_SHARE) * rows)
        nearest = min(self._rows, key=lambda other: abs(math.log(work(bucket) / work(other))))
        return self._rows[nearest].seconds(rows) * work(bucket) / work(nearest)

    def stats(self) -> tuple[CostStats, ...]:
        """Every measured cell."""
        return tuple(
            CostStats(bucket=bucket_name(bucket), rows=rows, seconds=cell.seconds, num_measured=cell.num_measured)
            for bucket, row in self._rows.items()
            for rows, cell in sorted(row.cells.items())
        )


def work(bucket: Bucket) -> float:
    """Relative FLOPs of one row: linear in latent area, with terms for attention to the picture and to the text."""
    width, height, tokens = _sides(bucket)
    area = width * height
    return area * (1 + area / AREA_OF_ATTENTION + tokens / TOKENS_OF_ATTENTION)


def bucket_name(bucket: Bucket) -> str:
    """Latent width x latent height x text tokens, and the model where it is not the scheduler's own."""
    models = [name for name, shape in bucket if not shape]
    return " ".join(["x".join(str(number) for number in _sides(bucket)), *models])


def _sides(bucket: Bucket) -> tuple[int, int, int]:
    """Latent width and height, and the tokens of the longest text."""
    shapes = dict(bucket)
    _, height, width = shapes["sample"]
    tokens = [shape[0] for name, shape in bucket if name != "sample" and len(shape) == 2]
    return width, height, max(tokens, default=0)
