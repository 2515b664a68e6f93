"""What an engine counts while it runs: plain data that `engine.remote.messages` can send.

It does not know who counts, nor who shows it.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

ROW_BOUNDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
SECONDS_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How often values fell between bounds.

    Attributes:
        bounds: Upper bounds, rising; a value equal to a bound is under it.
        counts: Values under each bound and over the one before; the last count is of those over every bound.
        total: Sum of all values.
        last: The latest value.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0
    last: float = 0.0

    @classmethod
    def empty(cls, bounds: tuple[float, ...]) -> Self:
        """No values yet."""
        return cls(bounds=bounds, counts=(0,) * (len(bounds) + 1))

    def observed(self, value: float) -> Self:
        """This histogram and one value more."""
        place = bisect_left(self.bounds, value)
        counts = (*self.counts[:place], self.counts[place] + 1, *self.counts[place + 1 :])
        return replace(self, counts=counts, total=self.total + value, last=value)

    @property
    def mean(self) -> float:
        """The mean of all values; 0 without any."""
        return self.total / max(1, sum(self.counts))


@dataclass(frozen=True, kw_only=True)
class BucketStats:
    """Pictures of one latent size and number of text tokens.

    Attributes:
        bucket: Latent width x latent height x text tokens.
        requests: Running requests with pictures in it.
        waiting_rows: Rows of the next step of its pictures that are in no forward now.
        running_rows: Rows in the forward under way.
        deficit_seconds: Time that deficit round robin owes it.
        row_limit: Rows a forward of it may have now; less than the engine's bound after memory ran out.
    """

    bucket: str
    requests: int
    waiting_rows: int
    running_rows: int
    deficit_seconds: float
    row_limit: int


@dataclass(frozen=True, kw_only=True)
class CostStats:
    """What one forward of so many rows of a bucket is measured to take."""

    bucket: str
    rows: int
    seconds: float
    num_measured: int


@dataclass(frozen=True, kw_only=True)
class EngineStats:
    """Gauges and counters of a running engine.

    Attributes:
        running: Requests admitted and not yet ended.
        waiting: Requests in line.
        running_by_priority: The same by priority.
        waiting_by_priority: The same by priority.
        undecoded: Denoised pictures whose latents wait for the decoder, or are in it.
        steps_total: Denoising steps of single pictures.
        images_total: Pictures delivered.
        forwards_total: UNet forwards.
        rows_total: Rows of all UNet forwards; rows_total / forwards_total is the mean batch.
        forwards_adapted_total: Those with adapters in them.
        forwards_failed_total: Forwards that failed as a whole and were run again in parts.
        out_of_memory_total: Those of them that ran out of memory.
        finished_total: Requests that ended well.
        failed_total: Requests that ended with an error in compute.
        cancelled_total: Requests whose caller went away.
        expired_total: Requests that ended at their deadline.
        refused_total: Requests refused because the line was full.
        forward_rows: Rows of a forward.
        forward_seconds: Time of a forward with its samplers' steps.
        buckets: Where running pictures are.
        costs: The measured cost table.
        compiled_shapes: Shapes of all graphs that are held compiled; 0 where the runtime takes each as it comes.
        compiled_bytes: Memory that they take, about.
        adapter_bytes: Memory of the adapters that are read.
    """

    running: int = 0
    waiting: int = 0
    running_by_priority: Mapping[str, int] = field(default_factory=dict)
    waiting_by_priority: Mapping[str, int] = field(default_factory=dict)
    undecoded: int = 0
    steps_total: int = 0
    images_total: int = 0
    forwards_total: int = 0
    rows_total: int = 0
    forwards_adapted_total: int = 0
    forwards_failed_total: int = 0
    out_of_memory_total: int = 0
    finished_total: int = 0
    failed_total: int = 0
    cancelled_total: int = 0
    expired_total: int = 0
    refused_total: int = 0
    forward_rows: Histogram = Histogram.empty(ROW_BOUNDS)
    forward_seconds: Histogram = Histogram.empty(SECONDS_BOUNDS)
    buckets: tuple[BucketStats, ...] = ()
    costs: tuple[CostStats, ...] = ()
    compiled_shapes: int = 0
    compiled_bytes: int = 0
    adapter_bytes: int = 0
