"""Every decision of the scheduler under a simulated clock: whatever comes in whatever order, each request ends once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.errors import BusyError, DeadlineError, EngineError, GenerationError, NotFiniteError, OutOfMemoryError
from engine.samplers import NoiseSchedule, gaussian_noise, sampler_plan
from engine.scheduler.cost_table import CostTable
from engine.scheduler.forward import Outcome, run_batch
from engine.scheduler.job import Job, LatentsReady, StepDone
from engine.scheduler.picture import Denoising
from engine.scheduler.policy import Batch
from engine.scheduler.state import Bounds, State

SIDES = (4, 6)
TOKENS = (77, 154)
# No request that may step waits for so many forwards of others: at most four run, with weights from 1 to 4.
PATIENCE = 60
SECONDS_PER_AREA = 0.001


def denoising(
    mark: float, *, side: int = 4, tokens: int = 77, steps: int = 2, guided: bool = False, twice: bool = False
) -> Denoising:
    """A picture whose rows carry `mark` as text; `twice` denoises it at another size afterwards, guided for a while."""

    def text() -> dict[str, np.ndarray]:
        return {"text": np.full((1, tokens, 1), mark, np.float32)}

    return Denoising(
        plan=sampler_plan("euler", NoiseSchedule(), steps),
        noise=partial(gaussian_noise, 1, 0, shape=(1, 1, 4, side)),
        conditional=text(),
        unconditional=text() if guided else None,
        guidance_scale=2.0,
        then=_second_pass(text, 10 - side) if twice else None,
    )


def _second_pass(text: Callable[[], dict[str, np.ndarray]], side: int) -> Denoising:
    return Denoising(
        plan=sampler_plan("euler", NoiseSchedule(), 6, 0.5),
        noise=partial(gaussian_noise, 2, 0, shape=(1, 1, 4, side)),
        conditional=text(),
        unconditional=text(),
        guidance_scale=2.0,
        guidance_interval=(0.6, 0.8),
    )


def denoisings(number: int, mark: float, **facts: int | bool) -> list[Denoising]:
    return [denoising(mark, **facts) for _ in range(number)]  # type: ignore[arg-type]


@dataclass
class Model:
    """A forward on a simulated clock that remembers whose rows it saw."""

    now: float = 0.0
    capacity: int = 99
    nan: set[float] = field(default_factory=set)
    broken: set[float] = field(default_factory=set)
    forwards: list[list[float]] = field(default_factory=list)

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        sample, marks = inputs["sample"], inputs["text"][:, 0, 0].tolist()
        assert len(sample) == len(marks) == len(inputs["timesteps"])
        self.forwards.append(marks)
        self.now += SECONDS_PER_AREA * sample[0, 0].size * (0.3 + 0.7 * len(sample))
        if len(sample) > self.capacity:
            raise OutOfMemoryError("it does not fit")
        if self.broken & set(marks):
            raise GenerationError("a row breaks the forward")
        output = np.tanh(sample)
        output[[mark in self.nan for mark in marks]] = np.nan
        return output


@dataclass(eq=False)
class Request:
    """What the machine knows of one request."""

    job: Job
    mark: float
    num_images: int
    num_steps: int
    facts: dict[str, int | bool]
    seated: bool = False
    steps_told: int = 0
    latents: list[int] = field(default_factory=list)
    undecoded: int = 0
    endings: list[str] = field(default_factory=list)
    forwards_without: int = 0


class AnyOrder(RuleBasedStateMachine):
    """Arrivals, cancels, deadlines, failures and forwards in any order."""

    @initialize(
        max_rows=st.integers(1, 6),
        max_running=st.integers(1, 4),
        max_waiting=st.integers(0, 3),
        max_undecoded=st.integers(1, 3),
        max_forward_seconds=st.sampled_from([0.02, 0.1, 10.0]),
    )
    def start(self, **bounds: float) -> None:
        self.bounds = Bounds(**bounds)  # type: ignore[arg-type]
        self.state = State(self.bounds, CostTable())
        self.model = Model()
        self.requests: dict[Job, Request] = {}
        self.refused = 0

    @rule(
        side=st.sampled_from(SIDES),
        tokens=st.sampled_from(TOKENS),
        steps=st.integers(1, 5),
        guided=st.booleans(),
        twice=st.booleans(),
        num_images=st.integers(1, 4),
        priority=st.sampled_from(["high", "normal", "low"]),
        deadline_seconds=st.sampled_from([None, None, 0.05, 0.3, 3.0]),
        fault=st.sampled_from(["", "", "", "nan", "broken"]),
    )
    def arrive(
        self,
        steps: int,
        num_images: int,
        priority: str,
        deadline_seconds: float | None,
        fault: str,
        **facts: int | bool,
    ) -> None:
        before = self.state.snapshot()
        try:
            job, position = self.state.enter(self.model.now, priority=priority, deadline_seconds=deadline_seconds)
        except BusyError as error:
            assert before.waiting == self.bounds.max_waiting
            assert before.running == self.bounds.max_running
            assert error.retry_after_seconds >= 1
            self.refused += 1
            return
        assert 0 <= position <= before.waiting
        mark = float(job.number)
        if fault:
            getattr(self.model, fault).add(mark)
        facts["steps"] = steps
        num_steps = denoising(mark, **facts).num_steps  # type: ignore[arg-type]
        self.requests[job] = Request(job, mark, num_images, num_steps, facts)
        self.state.admit(self.model.now)

    @rule(which=st.integers(0, 99))
    def text_is_encoded(self, which: int) -> None:
        ready = [r for r in self.requests.values() if r.job.admitted_at is not None and not r.seated]
        ready = [r for r in ready if not r.endings]
        if ready:
            self._seat(ready[which % len(ready)])

    def _seat(self, request: Request) -> None:
        request.seated = True
        try:
            self.state.add_pictures(
                request.job, denoisings(request.num_images, request.mark, **request.facts), self.model.now
            )
        except DeadlineError:
            self._end(request, "hopeless")
        self.state.admit(self.model.now)

    @rule(which=st.integers(0, 99))
    def cancel(self, which: int) -> None:
        live = [request for request in self.requests.values() if not request.endings]
        if live:
            self._leave(live[which % len(live)], "cancelled")

    def _leave(self, request: Request, how: str) -> None:
        self._end(request, how)
        self.state.leave(request.job, self.model.now)
        self.state.leave(request.job, self.model.now)
        self.state.admit(self.model.now)

    def _end(self, request: Request, how: str) -> None:
        request.endings.append(how)

    @rule(seconds=st.sampled_from([0.01, 0.2]))
    def time_passes(self, seconds: float) -> None:
        self.model.now += seconds

    @rule(which=st.integers(0, 99))
    def picture_is_decoded(self, which: int) -> None:
        ready = [request for request in self.requests.values() if request.undecoded and not request.endings]
        if ready:
            self._decode(ready[which % len(ready)])

    def _decode(self, request: Request) -> None:
        request.undecoded -= 1
        self.state.decoded(request.job)
        if len(request.latents) == request.num_images and not request.undecoded:
            self._leave(request, "done")

    @rule(capacity=st.sampled_from([99, 99, 99, 99, 3, 1]))
    def forward(self, capacity: int = 99) -> None:
        self.model.capacity = capacity
        self._tell(self.state.expire(self.model.now))
        free = self.bounds.max_undecoded - self.state.snapshot().undecoded
        batch = self.state.pick()
        if batch is None:
            ready = [r for r in self.requests.values() if r.seated and not r.endings]
            assert not any(len(r.latents) < r.num_images for r in ready) or free == 0, "idle with work to do"
            return
        self._check(batch)
        begun = len(self.model.forwards)
        outcome = run_batch(batch, self.model, clock=lambda: self.model.now)
        for rows in self.model.forwards[begun:]:
            assert len(rows) <= self.bounds.max_rows
            assert not any(request.endings for request in self.requests.values() if request.mark in rows)
        self._tell(self.state.settle(batch, outcome, self.model.now))
        self._nobody_starves(batch)

    def _check(self, batch: Batch) -> None:
        assert len({picture.bucket for picture in batch.pictures}) == 1
        assert not any(picture.job.ended or picture.done for picture in batch.pictures)
        assert batch.num_rows <= self.bounds.max_rows or len(batch.pictures) == 1

    def _nobody_starves(self, batch: Batch) -> None:
        served = {picture.job for picture in batch.pictures}
        held = self.state.snapshot().undecoded == self.bounds.max_undecoded
        for request in self.requests.values():
            waits = request.seated and not request.endings and request.job not in served and not held
            unfinished = len(request.latents) < request.num_images
            request.forwards_without = request.forwards_without + 1 if waits and unfinished else 0
            assert request.forwards_without <= PATIENCE

    def _tell(self, messages: list[tuple[Job, StepDone | LatentsReady | EngineError]]) -> None:
        for job, message in messages:
            request = self.requests[job]
            assert not request.endings, "told after its end"
            match message:
                case StepDone():
                    request.steps_told += 1
                case LatentsReady():
                    assert message.index not in request.latents
                    request.latents.append(message.index)
                    request.undecoded += 1
                case _:
                    assert job.ended
                    self._end(request, type(message).__name__)
                    self._judge(request, message)
        self.state.admit(self.model.now)

    def _judge(self, request: Request, error: EngineError) -> None:
        """A request fails for what it did itself, or because one row alone did not fit."""
        match error:
            case DeadlineError():
                assert request.job.deadline_at is not None
                assert request.job.deadline_at <= self.model.now
            case NotFiniteError():
                assert request.mark in self.model.nan
            case OutOfMemoryError():
                assert self.model.capacity == 0, "one row fits always here"
            case _:
                assert request.mark in self.model.broken

    @invariant()
    def bounds_hold(self) -> None:
        stats = self.state.snapshot()
        assert stats.waiting <= self.bounds.max_waiting or stats.running < self.bounds.max_running
        assert stats.waiting <= max(1, self.bounds.max_waiting)
        assert stats.running <= self.bounds.max_running
        assert stats.undecoded <= self.bounds.max_undecoded
        assert stats.undecoded == sum(r.undecoded for r in self.requests.values() if not r.endings)
        assert stats.running + stats.waiting == sum(not r.endings for r in self.requests.values())
        assert stats.refused_total == self.refused
        assert all(len(request.endings) <= 1 for request in self.requests.values())
        # Time owed to a bucket is at most what its largest forward costs.
        assert all(abs(bucket.deficit_seconds) < 1.0 for bucket in stats.buckets)

    def teardown(self) -> None:
        """Everything that is left runs to its end."""
        for _ in range(2000):
            live = [request for request in self.requests.values() if not request.endings]
            if not live:
                break
            for request in live:
                if request.job.admitted_at is not None and not request.seated:
                    self._seat(request)
                while request.undecoded and not request.endings:
                    self._decode(request)
            self.forward()
        for request in self.requests.values():
            assert len(request.endings) == 1, "every request ends exactly once"
            if request.endings == ["done"]:
                assert request.steps_told == request.num_steps * request.num_images
                assert sorted(request.latents) == list(range(request.num_images))
        if self.requests:
            assert self.state.snapshot().running == self.state.snapshot().waiting == 0


AnyOrder.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyOrder = AnyOrder.TestCase


def board(**changes: float) -> State:
    bounds = {"max_rows": 8, "max_running": 8, "max_waiting": 8, "max_forward_seconds": 10.0, **changes}
    return State(Bounds(**bounds), CostTable())  # type: ignore[arg-type]


def seated(where: State, images: list[Denoising], now: float = 0.0, **changes: float | str) -> Job:
    job, _ = where.enter(now, **changes)  # type: ignore[arg-type]
    where.admit(now)
    where.add_pictures(job, images, now)
    return job


def step(where: State, model: Model) -> tuple[Batch, Outcome]:
    batch = where.pick()
    assert batch is not None
    outcome = run_batch(batch, model, clock=lambda: model.now)
    where.settle(batch, outcome, model.now)
    return batch, outcome


def test_memory_that_runs_out_halves_the_next_forwards_and_fails_nobody() -> None:
    where, model = board(), Model(capacity=3)
    job = seated(where, denoisings(8, 1.0, steps=40))
    sizes = [step(where, model)[0].num_rows for _ in range(30)]
    assert sizes[:3] == [1, 4, 2], "nothing is known at first; then what pays; then half of what did not fit"
    assert set(sizes[3:]) == {2}
    assert not job.ended
    stats = where.snapshot()
    assert (stats.out_of_memory_total, stats.forwards_failed_total) == (1, 1)
    assert stats.buckets[0].row_limit == 2


def test_a_guided_picture_goes_in_two_forwards_where_one_row_fits() -> None:
    where, model = board(), Model(capacity=1)
    seated(where, denoisings(1, 1.0, guided=True))
    step(where, model)
    _, outcome = step(where, model)
    assert outcome.error is None
    assert [len(rows) for rows in model.forwards] == [2, 1, 1]


def test_one_row_that_does_not_fit_ends_its_request_alone() -> None:
    where, model = board(), Model(capacity=0)
    job = seated(where, denoisings(1, 1.0))
    step(where, model)
    assert job.ended
    model.capacity = 99
    seated(where, denoisings(1, 2.0))
    assert step(where, model)[1].error is None


def test_a_row_that_breaks_a_forward_is_found_by_halving() -> None:
    where, model = board(), Model(broken={3.0})
    jobs = [seated(where, denoisings(1, float(mark), steps=9)) for mark in range(8)]
    step(where, model)  # the first forward ever holds one picture
    for _ in range(7):
        step(where, model)
    assert [job.ended for job in jobs] == [mark == 3 for mark in range(8)]
    assert len(model.forwards) == 8


def test_a_cancelled_request_is_left_out_of_what_remains_of_a_failed_forward() -> None:
    where, model = board(), Model(broken={0.0})
    first = seated(where, denoisings(1, 5.0, steps=9))
    step(where, model)
    jobs = [seated(where, denoisings(1, float(mark), steps=9)) for mark in range(4)]
    step(where, model)
    where.leave(jobs[3], model.now)
    where.leave(first, model.now)
    begun = len(model.forwards)
    for _ in range(5):
        step(where, model)
    assert not any({3.0, 5.0} & set(rows) for rows in model.forwards[begun:])


def test_a_deadline_that_cannot_be_met_is_refused_before_any_forward() -> None:
    where, model = board(), Model()
    seated(where, denoisings(1, 1.0, steps=3))
    step(where, model)
    job, _ = where.enter(model.now, deadline_seconds=0.05)
    where.admit(model.now)
    with pytest.raises(DeadlineError, match="its steps alone take about 16 seconds here, and 0.05 seconds are left"):
        where.add_pictures(job, denoisings(1, 2.0, steps=1000), model.now)
    assert job.ended
    assert where.snapshot().expired_total == 1
    for _ in range(2):
        step(where, model)
    assert not any(2.0 in rows for rows in model.forwards)


def test_a_deadline_that_may_be_met_is_not_refused() -> None:
    where, model = board(), Model()
    seated(where, denoisings(1, 1.0, steps=3))
    step(where, model)
    job = seated(where, denoisings(1, 2.0, steps=5), model.now, deadline_seconds=0.1)
    for _ in range(5):
        step(where, model)
    assert not job.ended
    assert job.undecoded == 1


def test_a_full_decoder_holds_last_steps_back_and_nothing_else() -> None:
    where, model = board(max_undecoded=2), Model()
    job = seated(where, denoisings(4, 1.0, steps=2))
    other = seated(where, denoisings(1, 2.0, steps=6))
    while where.snapshot().undecoded < 2:
        step(where, model)
    for _ in range(6):
        batch = where.pick()
        if batch is None:
            break
        assert all(picture.num_steps - picture.step > 1 for picture in batch.pictures)
        where.settle(batch, run_batch(batch, model), model.now)
    assert where.pick() is None
    assert where.snapshot().undecoded == job.undecoded + other.undecoded == 2
    where.decoded(job)
    assert step(where, model)[0].pictures[0].job is job


def test_the_snapshot_shows_what_runs_and_what_waits() -> None:
    where, model = board(max_rows=2, max_running=2), Model()
    seated(where, denoisings(2, 1.0, steps=3, guided=True), priority="high")
    step(where, model)
    seated(where, denoisings(1, 2.0, side=6, tokens=154))
    where.enter(model.now, priority="low")
    batch = where.pick()
    assert batch is not None
    stats = where.snapshot()
    assert stats.running_by_priority == {"high": 1, "normal": 1, "low": 0}
    assert stats.waiting_by_priority == {"high": 0, "normal": 0, "low": 1}
    assert [bucket.bucket for bucket in stats.buckets] == ["4x4x77", "6x4x154"]
    assert sum(bucket.running_rows for bucket in stats.buckets) == batch.num_rows
    assert sum(bucket.waiting_rows for bucket in stats.buckets) == 5 - batch.num_rows
    assert [(cost.bucket, cost.rows, cost.num_measured) for cost in stats.costs] == [("4x4x77", 2, 1)]
    assert stats.forward_rows.counts[1] == 1
    assert stats.forward_seconds.last == pytest.approx(0.0272)


def test_a_picture_moves_to_another_bucket_and_other_rows_between_its_steps() -> None:
    where, model = board(), Model()
    job = seated(where, denoisings(1, 1.0, steps=2, twice=True))
    batches = []
    while not job.undecoded:
        batch = where.pick()
        assert batch is not None
        batches.append((dict(batch.bucket)["sample"][2], batch.num_rows))
        where.settle(batch, run_batch(batch, model), model.now)
    sides, rows = [side for side, _ in batches], [rows for _, rows in batches]
    assert sides == [4, 4, 6, 6, 6]
    assert set(rows[2:]) == {1, 2}, "guidance acts for a while"
    assert [len(marks) for marks in model.forwards] == rows
