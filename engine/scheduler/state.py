"""The scheduler's state and all its decisions, as plain calls: admit, add pictures, pick, settle, expire, leave.

It reads no clock and runs no forward: whoever calls says what time it is and what came of a batch. So it can be
driven by an event loop or by a simulation alike.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from engine.errors import DeadlineError, EngineError, GenerationError, OutOfMemoryError
from engine.request.stats import ROW_BOUNDS, SECONDS_BOUNDS, BucketStats, EngineStats, Histogram
from engine.scheduler.admission import Admission, by_priority
from engine.scheduler.cost_table import CostTable, bucket_name
from engine.scheduler.forward import Outcome
from engine.scheduler.job import Estimate, Job, LatentsReady, Message, StepDone
from engine.scheduler.picture import Bucket, Denoising, Picture
from engine.scheduler.policy import Batch, MakePolicy, Picker, Policy
from engine.scheduler.row_limits import RowLimits

# A deadline is hopeless if even this share of the measured time of the steps alone is too long; measurements vary.
HOPELESS_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What the scheduler keeps to.

    Attributes:
        max_rows: Rows of a forward.
        max_running: Requests admitted at once.
        max_waiting: Requests in line.
        max_forward_seconds: Predicted time of a forward; a single picture's step may take longer.
        max_undecoded: Denoised pictures that may wait for the decoder; others take no last step meanwhile.
    """

    max_rows: int
    max_running: int
    max_waiting: int
    max_forward_seconds: float = 1.0
    max_undecoded: int = 16


class State:
    """All requests of an engine; not thread-safe."""

    def __init__(self, bounds: Bounds, costs: CostTable, make_policy: MakePolicy | None = None) -> None:
        """Takes its bounds, a cost table, which it keeps up to date, and who decides; None means `Policy`."""
        self._bounds = bounds
        self._costs = costs
        self._limits = RowLimits(bounds.max_rows)
        fair = partial(Policy, max_forward_seconds=bounds.max_forward_seconds)
        self._policy: Picker = (make_policy or fair)(costs, self._limits)
        self._admission = Admission(max_running=bounds.max_running, max_waiting=bounds.max_waiting)
        self._pictures: list[Picture] = []
        self._again: deque[Batch] = deque()
        self._under_way: Batch | None = None
        self._number = 0
        self._undecoded = 0
        self._steps = self._forwards_adapted = self._forwards_failed = self._out_of_memory = self._expired = 0
        self._forward_rows = Histogram.empty(ROW_BOUNDS)
        self._forward_seconds = Histogram.empty(SECONDS_BOUNDS)

    def enter(
        self,
        now: float,
        *,
        caller: str = "",
        priority: str = "normal",
        deadline_seconds: float | None = None,
        prepared: bool = True,
    ) -> tuple[Job, int]:
        """A new job and how many are before it in line.

        Raises:
            BusyError: The line is full.
        """
        self._number += 1
        deadline_at = None if deadline_seconds is None else now + deadline_seconds
        job = Job(
            number=self._number,
            priority=priority,
            entered_at=now,
            caller=caller,
            deadline_at=deadline_at,
            prepared=prepared,
        )
        return job, self._admission.enter(job)

    def check_room(self, caller: str) -> None:
        """Raises BusyError where a request of this caller would be refused."""
        self._admission.check_room(caller)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Requests in line, the next one first."""
        return self._admission.waiting

    def admit(self, now: float) -> list[Job]:
        """Lets requests in; call it after every `enter`, `leave`, `expire`, `settle`, and once one is prepared."""
        return self._admission.admit(now)

    def leave(self, job: Job, now: float) -> None:
        """Ends a request; none of its rows is in a forward that starts afterwards. Safe to call twice."""
        if job.ended:
            return
        job.ended = True
        self._admission.leave(job, now)
        self._pictures = [picture for picture in self._pictures if picture.job is not job]
        self._undecoded -= job.undecoded
        job.undecoded = 0

    def expire(self, now: float) -> list[Message]:
        """Ends the requests whose deadline has come."""
        messages: list[Message] = []
        for job in (*self._admission.waiting, *self._admission.running):
            if job.deadline_at is not None and job.deadline_at <= now:
                where = "in line" if job.admitted_at is None else "running"
                allowed = job.deadline_at - job.entered_at
                error = DeadlineError(f"the request was not finished within its {allowed:g} seconds; it was {where}")
                self._expired += 1
                messages.append((job, error))
                self.leave(job, now)
        return messages

    def add_pictures(self, job: Job, denoisings: Sequence[Denoising], now: float) -> None:
        """Puts the pictures of an admitted request into the step loop.

        Raises:
            DeadlineError: Its deadline cannot be met even if nothing else ran; the request is over.
        """
        assert job.admitted_at is not None, "admission comes first"
        if job.ended:
            return
        pictures = [Picture(job, index, denoising) for index, denoising in enumerate(denoisings)]
        least = max(self._least_seconds(picture) for picture in pictures)
        if job.deadline_at is not None and now + HOPELESS_SHARE * least > job.deadline_at:
            self._expired += 1
            self.leave(job, now)
            left = max(0.0, job.deadline_at - now)
            raise DeadlineError(f"its steps alone take about {least:.2g} seconds here, and {left:.2g} seconds are left")
        self._pictures.extend(pictures)

    def decoded(self, job: Job) -> None:
        """Latents of one picture that was given out are needed no more."""
        if not job.ended:
            job.undecoded -= 1
            self._undecoded -= 1

    def pick(self) -> Batch | None:
        """The next batch; None if there is nothing to run. Call `expire` first and `settle` afterwards."""
        assert self._under_way is None, "one batch at a time"
        self._under_way = self._part_of_failed() or self._policy.pick(self._ready())
        return self._under_way

    def settle(self, batch: Batch, outcome: Outcome, now: float) -> list[Message]:
        """Takes what came of a batch; gives what its requests are to be told."""
        assert self._under_way is batch
        self._under_way = None
        self._count(batch, outcome)
        failed: dict[Job, GenerationError] = {}
        if outcome.error is not None:
            failed = self._forward_failed(batch, outcome.error)
        for picture, error in outcome.failures.items():
            failed.setdefault(picture.job, error)
        messages: list[Message] = [(job, error) for job, error in failed.items() if not job.ended]
        for job in failed:
            self.leave(job, now)
        if outcome.error is None and outcome.forwards:
            live = [picture for picture in batch.pictures if not picture.job.ended]
            messages += [message for picture in live for message in self._stepped(picture, batch, outcome)]
        return messages

    def end_all(self, error: EngineError, now: float) -> list[Message]:
        """Ends every request with one error."""
        jobs = (*self._admission.running, *self._admission.waiting)
        for job in jobs:
            self.leave(job, now)
        return [(job, error) for job in jobs]

    def snapshot(self) -> EngineStats:
        """Everything an operator may want to see; counters that are not the scheduler's are 0."""
        running, waiting = self._admission.running, self._admission.waiting
        return EngineStats(
            running=len(running),
            waiting=len(waiting),
            running_by_priority=by_priority(running),
            waiting_by_priority=by_priority(waiting),
            undecoded=self._undecoded,
            steps_total=self._steps,
            forwards_total=sum(self._forward_rows.counts),
            rows_total=int(self._forward_rows.total),
            forwards_adapted_total=self._forwards_adapted,
            forwards_failed_total=self._forwards_failed,
            out_of_memory_total=self._out_of_memory,
            expired_total=self._expired,
            refused_total=self._admission.refused_total,
            forward_rows=self._forward_rows,
            forward_seconds=self._forward_seconds,
            buckets=tuple(self._bucket_stats(bucket) for bucket in sorted({s.bucket for s in self._pictures})),
            costs=self._costs.stats(),
        )

    def _least_seconds(self, picture: Picture) -> float:
        """What the steps of a picture take at least; 0 where that was not measured."""
        if not self._costs.measured(picture.bucket):
            return 0.0
        return (picture.num_steps - picture.step) * self._costs.seconds(picture.bucket, 1)

    def _ready(self) -> list[Picture]:
        """Pictures that may step; of those before their last step only as many as the decoder has room for."""
        room = self._bounds.max_undecoded - self._undecoded
        ready = []
        for picture in self._pictures:
            last = picture.denoising.decoded and picture.num_steps - picture.step == 1
            if not last or room > 0:
                ready.append(picture)
                room -= last
        return ready

    def _part_of_failed(self) -> Batch | None:
        """What is left of a forward that failed as a whole, without those who left meanwhile."""
        while self._again:
            batch = self._again.popleft()
            pictures = tuple(picture for picture in batch.pictures if not picture.job.ended)
            if pictures:
                return Batch(bucket=batch.bucket, pictures=pictures, row_limit=self._limits.rows(batch.bucket))
        return None

    def _count(self, batch: Batch, outcome: Outcome) -> None:
        self._forwards_adapted += outcome.adapted
        for rows in outcome.forwards:
            self._forward_rows = self._forward_rows.observed(rows)
        if outcome.error is None and len(outcome.forwards) == 1:
            [rows] = outcome.forwards
            self._forward_seconds = self._forward_seconds.observed(outcome.seconds)
            self._costs.observe(batch.cost_bucket, rows, outcome.seconds)
            self._limits.fitted(batch.bucket, rows)

    def _forward_failed(self, batch: Batch, error: GenerationError) -> dict[Job, GenerationError]:
        """Makes the next forwards smaller, or ends the one request that is left to blame."""
        self._forwards_failed += 1
        rows = min(batch.num_rows, batch.row_limit)
        if isinstance(error, OutOfMemoryError):
            self._out_of_memory += 1
            self._limits.out_of_memory(batch.bucket, rows)
            if rows > 1:  # nobody stepped: the pictures are picked again, fewer at a time
                return {}
        if len(batch.pictures) == 1:
            return {batch.pictures[0].job: error}
        middle = len(batch.pictures) // 2
        for pictures in (batch.pictures[middle:], batch.pictures[:middle]):
            self._again.appendleft(Batch(bucket=batch.bucket, pictures=pictures, row_limit=batch.row_limit))
        return {}

    def _stepped(self, picture: Picture, batch: Batch, outcome: Outcome) -> list[Message]:
        job = picture.job
        self._steps += 1
        done = StepDone(
            index=picture.index,
            completed=picture.step,
            total=picture.num_steps,
            rows=sum(outcome.forwards),
            seconds=outcome.seconds,
            bucket=bucket_name(batch.cost_bucket),
        )
        messages: list[Message] = [(job, done)]
        if picture.estimate is not None:
            latents = picture.estimate
            estimate = Estimate(index=picture.index, completed=picture.step, total=picture.num_steps, latents=latents)
            messages.append((job, estimate))
        if picture.done:
            self._pictures.remove(picture)
            self._undecoded += picture.denoising.decoded
            job.undecoded += picture.denoising.decoded
            ready = LatentsReady(index=picture.index, latents=picture.latents, attention=picture.attention)
            messages.append((job, ready))
        return messages

    def _bucket_stats(self, bucket: Bucket) -> BucketStats:
        pictures = [picture for picture in self._pictures if picture.bucket == bucket]
        batch = self._under_way
        under_way = set() if batch is None else {picture for picture in batch.pictures if not picture.job.ended}
        return BucketStats(
            bucket=bucket_name(bucket),
            requests=len({picture.job for picture in pictures}),
            waiting_rows=sum(picture.num_rows for picture in pictures if picture not in under_way),
            running_rows=sum(picture.num_rows for picture in pictures if picture in under_way),
            deficit_seconds=self._policy.deficit(bucket),
            row_limit=self._limits.rows(bucket),
        )
