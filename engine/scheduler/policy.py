"""Which rows the next forward holds: pure and deterministic, without a clock.

Two levels of fairness, in seconds of predicted cost and in rows:

- Between buckets (latent size x text tokens) **deficit round robin** (Shreedhar & Varghese, SIGCOMM 1995): with every
  round a bucket's deficit grows by its weight, and it may send a forward when the deficit covers the forward's cost. A
  bucket weighs as much as its requests together, so a lone large picture gets one request's share and a crowd of small
  ones theirs. The quantum is infinitely small: all rounds until the next forward are counted in one jump.
- Within a bucket **fair queueing between requests** (start-time fair queueing; Goyal et al., SIGCOMM 1996): the
  request that got least, in rows divided by its weight, is next. A request with eight pictures gets no more rows than
  one with a single picture, except rows that nobody else wants. Pictures of one request go in order: the first ones are
  finished and decoded while the others run, and the last one is finished no later.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from engine.adapters.stack import columns_of, distinct
from engine.bundle.manifest import LEAST_COLUMNS
from engine.scheduler.cost_table import CostTable
from engine.scheduler.job import Job
from engine.scheduler.picture import Bucket, Picture
from engine.scheduler.row_limits import RowLimits

# A forward may be smaller than the best one if it loses no more than this of throughput: new requests get in sooner.
THROUGHPUT_TOLERANCE = 0.03


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What runs together.

    Attributes:
        bucket: The shape all rows share.
        pictures: Whose rows.
        row_limit: Rows one forward may hold. One guided picture where one row fits takes two forwards.
    """

    bucket: Bucket
    pictures: tuple[Picture, ...]
    row_limit: int

    @property
    def num_rows(self) -> int:
        """Rows of all pictures."""
        return sum(picture.num_rows for picture in self.pictures)

    @property
    def cost_bucket(self) -> Bucket:
        """What its costs are known by."""
        return cost_bucket(self.bucket, self.pictures)


def cost_bucket(bucket: Bucket, pictures: Iterable[Picture]) -> Bucket:
    """A bucket, with the columns of its pictures' adapters where they have any: those are a graph of their own.

    Control alone takes that graph too, with as few columns as there may be.
    """
    some = list(pictures)
    columns = columns_of(picture.denoising.loras for picture in some)
    if not columns and any(picture.needs_adapted for picture in some):
        columns = LEAST_COLUMNS
    return (*bucket, (f"{columns} columns", ())) if columns else bucket


class Picker(Protocol):
    """What the scheduler's state asks of a policy."""

    def pick(self, pictures: Sequence[Picture]) -> Batch | None:
        """The next batch of these pictures, which are in the order of their arrival; None if there are none."""

    def deficit(self, bucket: Bucket) -> float:
        """Seconds owed to a bucket."""


MakePolicy: TypeAlias = Callable[[CostTable, RowLimits], Picker]


class Policy:
    """Picks batches, and remembers what it owes to whom."""

    def __init__(self, costs: CostTable, limits: RowLimits, *, max_forward_seconds: float) -> None:
        """Takes what forwards cost and how large they may be.

        Args:
            costs: What a forward takes.
            limits: How many rows it may hold.
            max_forward_seconds: How long it may take; a single picture's step may take longer.
        """
        self._costs = costs
        self._limits = limits
        self._max_forward_seconds = max_forward_seconds
        self._deficits: dict[Bucket, float] = {}
        self._served: dict[Bucket, dict[Job, float]] = {}

    def deficit(self, bucket: Bucket) -> float:
        """Seconds owed to a bucket."""
        return self._deficits.get(bucket, 0.0)

    def pick(self, pictures: Sequence[Picture]) -> Batch | None:
        """The next batch of these pictures; None if there are none."""
        members: dict[Bucket, list[Picture]] = {}
        for picture in pictures:
            members.setdefault(picture.bucket, []).append(picture)
        self._meet(members)
        if not members:
            return None
        batches = {bucket: self._fill(bucket, members[bucket]) for bucket in self._deficits}
        batch = batches[self._next_bucket(batches, members)]
        self._charge(batch)
        return batch

    def _meet(self, members: dict[Bucket, list[Picture]]) -> None:
        """Forgets who is gone; whoever is new starts level with the one that got least, and is owed nothing."""
        self._deficits = {bucket: deficit for bucket, deficit in self._deficits.items() if bucket in members}
        served = {}
        for bucket, group in members.items():
            self._deficits.setdefault(bucket, 0.0)
            jobs = {picture.job for picture in group}
            old = {job: share for job, share in self._served.get(bucket, {}).items() if job in jobs}
            level = min(old.values(), default=0.0)
            served[bucket] = dict.fromkeys(jobs, level) | old
        self._served = served

    def _next_bucket(self, batches: dict[Bucket, Batch], members: dict[Bucket, list[Picture]]) -> Bucket:
        """Plays rounds until a bucket can pay for its batch, and lets it pay; of several the one longest unserved.

        Until something was measured costs are no seconds, and nobody pays: buckets take turns.
        """
        if not self._costs.known:
            chosen = next(iter(self._deficits))
            self._deficits[chosen] = self._deficits.pop(chosen)
            return chosen
        costs = {bucket: self._costs.seconds(batch.cost_bucket, batch.num_rows) for bucket, batch in batches.items()}
        weights = {bucket: sum(job.weight for job in {s.job for s in members[bucket]}) for bucket in batches}
        rounds = {b: max(0.0, (costs[b] - self._deficits[b]) / weights[b]) for b in batches}
        chosen = min(rounds, key=rounds.__getitem__)
        for bucket in batches:
            self._deficits[bucket] += rounds[chosen] * weights[bucket]
        self._deficits[chosen] = self._deficits.pop(chosen) - costs[chosen]  # to the end of the ring
        return chosen

    def _fill(self, bucket: Bucket, pictures: Sequence[Picture]) -> Batch:
        """The fair order cut where throughput is best: as many rows as memory and time allow and batching pays for."""
        row_limit = self._limits.rows(bucket)
        batch: list[Picture] = []
        sums: list[int] = []
        rows = 0
        for picture in self._fair_order(bucket, pictures):
            if rows and (rows + picture.num_rows > row_limit or not _fits(batch, picture)):
                continue
            rows += picture.num_rows
            batch.append(picture)
            sums.append(rows)
            if rows >= row_limit:
                break
        return Batch(bucket=bucket, pictures=tuple(batch[: self._best(bucket, batch, sums)]), row_limit=row_limit)

    def _best(self, bucket: Bucket, pictures: Sequence[Picture], sums: Sequence[int]) -> int:
        """How many of some pictures, which make up so many rows; one as long as nothing was ever measured."""
        if not self._costs.known:
            return 1
        kinds = [cost_bucket(bucket, pictures[: number + 1]) for number in range(len(pictures))]
        seconds = [self._costs.seconds(kind, rows) for kind, rows in zip(kinds, sums, strict=True)]
        throughputs = [
            rows / took if number == 0 or took <= self._max_forward_seconds else 0.0
            for number, (rows, took) in enumerate(zip(sums, seconds, strict=True))
        ]
        good = (1 - THROUGHPUT_TOLERANCE) * max(throughputs)
        return next(number for number, throughput in enumerate(throughputs, start=1) if throughput >= good)

    def _fair_order(self, bucket: Bucket, pictures: Sequence[Picture]) -> Iterator[Picture]:
        """Pictures in the order of what their requests would have got; of equals the older request first."""
        queues: dict[Job, deque[Picture]] = {}
        for picture in pictures:
            queues.setdefault(picture.job, deque()).append(picture)
        heap = [(share, job.number, job) for job, share in self._served[bucket].items()]
        heapq.heapify(heap)
        while heap:
            share, number, job = heapq.heappop(heap)
            picture = queues[job].popleft()
            yield picture
            if queues[job]:
                heapq.heappush(heap, (share + picture.num_rows / job.weight, number, job))

    def _charge(self, batch: Batch) -> None:
        """Writes down who got what; rows beyond the fair share, that nobody wanted, are forgiven beyond one batch."""
        served = self._served[batch.bucket]
        for picture in batch.pictures:
            served[picture.job] += picture.num_rows / picture.job.weight
        level = min(served.values())
        for job, share in served.items():
            served[job] = min(share, level + batch.num_rows / job.weight)


def _fits(batch: Sequence[Picture], picture: Picture) -> bool:
    """Whether the adapters of a picture find room beside those of others; where not it is next, by fair order."""
    if picture.denoising.adapted is None:
        return True
    together = distinct(each.denoising.loras for each in (*batch, picture))
    return sum(adapter.info.rank for adapter in together) <= picture.denoising.adapted.max_columns
