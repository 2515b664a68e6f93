"""The step loop over real arithmetic: every request ends once, alone or shared, cancelled or failed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import numpy as np
import pytest

from engine.errors import BusyError, DeadlineError, EngineError, EngineStoppedError, GenerationError
from engine.samplers import NoiseSchedule, gaussian_noise, guided, sampler_plan
from engine.scheduler import Bounds, CostTable, JobHandle, LatentsReady, Scheduler, StepDone, Update
from engine.scheduler.picture import Bucket, Denoising

SMALL, WIDE = (1, 2, 4, 4), (1, 2, 4, 6)
POISON = 100.0
#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
#: A deadline that no machine reaches by itself: the tests put the clock forward.
HOUR_SECONDS = 3600.0


class Model:
    """A smooth function of its rows that remembers what it was asked; rows of POISON context misbehave."""

    def __init__(self) -> None:
        self.batches: list[tuple[tuple[int, ...], list[float]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.raises = False

    def __call__(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        assert self.gate.wait(PATIENCE_SECONDS)
        sample, context = inputs["sample"], inputs["context"]
        self.batches.append((sample.shape[1:], context[:, 0].tolist()))
        assert len(sample) == len(context) == len(inputs["timesteps"])
        poisoned = context[:, 0] >= POISON
        if self.raises and poisoned.any():
            raise GenerationError("out of memory")
        times = inputs["timesteps"][:, None, None, None] / 1000
        output = np.tanh(sample[:, ::-1] + times + context[:, :1, None, None] / 10).astype(np.float32)
        output[poisoned] = np.nan
        return output


class FlatCosts(CostTable):
    """A forward costs the same whatever it holds, so that batches do not depend on this machine's clock."""

    known = True

    def seconds(self, bucket: Bucket, rows: int) -> float:
        return 0.1


def picture(
    context: float, *, steps: int = 4, shape: tuple[int, ...] = SMALL, sampler: str = "euler_a", guidance: float = 1.0
) -> Denoising:
    def text(value: float) -> dict[str, np.ndarray]:
        return {"context": np.full((1, 1), value, np.float32)}

    return Denoising(
        plan=sampler_plan(sampler, NoiseSchedule(), steps),
        noise=partial(gaussian_noise, int(context), 0, shape=shape),
        conditional=text(context),
        unconditional=text(0.0) if guidance > 1 else None,
        guidance_scale=guidance,
    )


def slow_twin(work: Denoising) -> np.ndarray:
    """The same picture one row at a time, with no scheduler."""
    model, plan = Model(), work.plan
    state = plan.start(work.noise(0))
    for step in range(plan.num_steps):
        rows = {"sample": plan.model_input(step, state), "timesteps": plan.timesteps[step : step + 1]}
        output = model({**rows, **work.conditional})
        if work.unconditional is not None:
            output = guided(output, model({**rows, **work.unconditional}), work.guidance_scale)
        state = plan.advance(step, state, output, lambda draw=step + 1: work.noise(draw))
    return state[0]


@asynccontextmanager
async def running(
    model: Model, *, max_rows: int = 4, max_running: int = 4, max_waiting: int = 8
) -> AsyncIterator[Scheduler]:
    bounds = Bounds(max_rows=max_rows, max_running=max_running, max_waiting=max_waiting)
    scheduler = Scheduler(model, bounds, FlatCosts())
    scheduler.start()
    try:
        yield scheduler
    finally:
        model.gate.set()
        await scheduler.stop()


async def follow(handle: JobHandle, pictures: list[Denoising]) -> tuple[dict[int, np.ndarray], int]:
    """Latents by index, and the number of steps told."""
    await handle.admitted()
    updates: asyncio.Queue[Update | EngineError] = asyncio.Queue()
    handle.start(pictures, updates.put_nowait)
    latents: dict[int, np.ndarray] = {}
    steps = 0
    while len(latents) < len(pictures):
        update = await updates.get()
        if isinstance(update, EngineError):
            raise update
        steps += isinstance(update, StepDone)
        if isinstance(update, LatentsReady):
            latents[update.index] = update.latents
            handle.decoded()
    return latents, steps


async def run(
    scheduler: Scheduler, *pictures: Denoising, priority: str = "normal", deadline_seconds: float | None = None
) -> tuple[dict[int, np.ndarray], int]:
    with scheduler.enter(priority=priority, deadline_seconds=deadline_seconds) as handle:
        return await follow(handle, list(pictures))


async def until(condition: object) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.001)


def entered(scheduler: Scheduler) -> int:
    """Requests that run or wait."""
    stats = scheduler.snapshot()
    return stats.running + stats.waiting


def seated(scheduler: Scheduler) -> int:
    """Requests whose pictures are in the step loop."""
    return sum(bucket.requests for bucket in scheduler.snapshot().buckets)


async def test_pictures_of_any_mix_equal_their_slow_twins() -> None:
    model = Model()
    works = [
        picture(1, steps=3, sampler="ddim"),
        picture(2, steps=7, guidance=3.0),
        picture(3, steps=5, sampler="euler", shape=WIDE),
        picture(4, steps=1, guidance=2.0, shape=WIDE),
        picture(5, steps=6),
    ]
    async with running(model) as scheduler:
        results = await asyncio.gather(*(run(scheduler, work) for work in works))
        stats = scheduler.snapshot()
    for work, (latents, steps) in zip(works, results, strict=True):
        np.testing.assert_allclose(latents[0], slow_twin(work), rtol=1e-5, atol=1e-5)
        assert steps == work.plan.num_steps
    assert stats.steps_total == sum(work.plan.num_steps for work in works)
    assert stats.rows_total > stats.forwards_total, "nothing was batched"
    assert (stats.running, stats.waiting) == (0, 0)


async def test_a_forward_holds_one_shape_and_at_most_max_rows() -> None:
    model = Model()
    async with running(model, max_rows=3, max_running=9) as scheduler:
        shapes = [SMALL, WIDE]
        await asyncio.gather(
            *(run(scheduler, picture(n, shape=shapes[n % 2], guidance=1.0 + n % 3)) for n in range(1, 8))
        )
    assert max(len(contexts) for _, contexts in model.batches) <= 3


async def test_no_size_starves() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_rows=2, max_running=9) as scheduler:
        many = [asyncio.create_task(run(scheduler, picture(n, steps=20))) for n in range(1, 7)]
        lone = asyncio.create_task(run(scheduler, picture(50, steps=4, shape=WIDE)))
        await until(lambda: seated(scheduler) == 7)
        model.gate.set()
        await lone
        last = max(index for index, (_, contexts) in enumerate(model.batches) if 50.0 in contexts)
        assert last <= 7 * 4, "one of seven requests must be served every seventh forward"
        await asyncio.gather(*many)


async def test_a_deadline_ends_a_request_in_line_and_in_the_middle_of_its_steps(
    pass_time: Callable[[float], None],
) -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_running=1) as scheduler:
        long = asyncio.create_task(run(scheduler, picture(9, steps=500), deadline_seconds=HOUR_SECONDS))
        await until(lambda: seated(scheduler) == 1)
        pass_time(HOUR_SECONDS)
        with pytest.raises(DeadlineError, match="was running"):
            await long
        blocker = asyncio.create_task(run(scheduler, picture(1)))
        await until(lambda: seated(scheduler) == 1)
        late = asyncio.create_task(run(scheduler, picture(2), deadline_seconds=HOUR_SECONDS))
        await until(lambda: entered(scheduler) == 2)
        pass_time(HOUR_SECONDS)
        with pytest.raises(DeadlineError, match="was in line"):
            await late
        model.gate.set()
        await blocker
        assert all(9.0 not in contexts for _, contexts in model.batches[1:]), "only the forward under way may hold it"
        assert all(2.0 not in contexts for _, contexts in model.batches)
        stats = scheduler.snapshot()
        assert (stats.expired_total, stats.running, stats.waiting) == (2, 0, 0)


async def test_priority_decides_who_leaves_the_line_first() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_running=1) as scheduler:
        order = ["normal", "low", "normal", "high"]
        tasks = []
        for number, priority in enumerate(order, start=1):
            tasks.append(asyncio.create_task(run(scheduler, picture(number, steps=2), priority=priority)))
            await until(lambda number=number: entered(scheduler) == number)
        assert scheduler.snapshot().waiting_by_priority == {"high": 1, "normal": 1, "low": 1}
        model.gate.set()
        await asyncio.gather(*tasks)
    assert [contexts[0] for _, contexts in model.batches] == [1.0, 1.0, 4.0, 4.0, 3.0, 3.0, 2.0, 2.0]


async def test_pictures_of_one_size_take_turns() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_rows=1, max_running=9) as scheduler:
        tasks = [asyncio.create_task(run(scheduler, picture(n, steps=5))) for n in (1, 2, 3)]
        await until(lambda: seated(scheduler) == 3)
        model.gate.set()
        await asyncio.gather(*tasks)
    order = [contexts[0] for _, contexts in model.batches][1:13]
    assert all(set(order[start : start + 3]) == {1.0, 2.0, 3.0} for start in range(0, 12, 3))


async def test_a_guided_picture_runs_where_only_one_row_fits() -> None:
    work = picture(3, guidance=4.0)
    async with running(Model(), max_rows=1) as scheduler:
        latents, _ = await run(scheduler, work)
    np.testing.assert_allclose(latents[0], slow_twin(work), rtol=1e-5, atol=1e-5)


async def test_the_line_is_bounded_and_says_when_to_come_back() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_running=1, max_waiting=2) as scheduler:
        tasks = [asyncio.create_task(run(scheduler, picture(n))) for n in (1, 2, 3)]
        await until(lambda: entered(scheduler) == 3)
        assert (scheduler.snapshot().running, scheduler.snapshot().waiting) == (1, 2)
        with pytest.raises(BusyError, match="1 requests are running and 2 waiting") as caught:
            scheduler.enter()
        assert caught.value.retry_after_seconds >= 1.0
        assert scheduler.snapshot().refused_total == 1
        model.gate.set()
        await asyncio.gather(*tasks)
        await run(scheduler, picture(4))


async def test_with_no_line_a_free_place_is_still_given() -> None:
    async with running(Model(), max_running=1, max_waiting=0) as scheduler:
        await run(scheduler, picture(1))
        with scheduler.enter(), pytest.raises(BusyError):
            scheduler.enter()


async def test_leaving_removes_a_request_from_the_next_forward() -> None:
    model = Model()
    async with running(model) as scheduler:
        doomed = asyncio.create_task(run(scheduler, picture(9, steps=500)))
        await until(lambda: len(model.batches) > 3)
        model.gate.clear()
        doomed.cancel()
        with pytest.raises(asyncio.CancelledError):
            await doomed
        before = len(model.batches)
        other = asyncio.create_task(run(scheduler, picture(1)))
        await until(lambda: seated(scheduler) == 1)
        model.gate.set()
        await other
        under_way = 1
        assert all(9.0 not in contexts for _, contexts in model.batches[before + under_way :])
        assert scheduler.snapshot().running == 0


async def test_leaving_the_line_lets_the_next_one_in() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_running=1) as scheduler:
        first = asyncio.create_task(run(scheduler, picture(1)))
        await until(lambda: entered(scheduler) == 1)
        waiting = scheduler.enter()
        last = asyncio.create_task(run(scheduler, picture(3)))
        await until(lambda: entered(scheduler) == 3)
        assert waiting.position == 0
        with waiting:
            pass
        model.gate.set()
        await asyncio.gather(first, last)


async def test_nan_ends_one_request_and_no_other() -> None:
    work = picture(1, steps=6)
    async with running(Model()) as scheduler:
        good, bad = await asyncio.gather(
            run(scheduler, work), run(scheduler, picture(POISON), picture(POISON + 1)), return_exceptions=True
        )
        assert isinstance(bad, GenerationError)
        assert "not finite at step 1 of 4" in str(bad)
        assert not isinstance(good, BaseException)
        np.testing.assert_allclose(good[0][0], slow_twin(work), rtol=1e-5, atol=1e-5)
        assert scheduler.snapshot().running == 0


async def test_a_failed_forward_is_retried_for_each_picture_alone() -> None:
    model = Model()
    model.raises = True
    model.gate.clear()
    work = picture(1, steps=6)
    async with running(model) as scheduler:
        tasks = [asyncio.create_task(run(scheduler, one)) for one in (work, picture(POISON), picture(2))]
        await until(lambda: seated(scheduler) == 3)
        model.gate.set()
        good, bad, other = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(bad, GenerationError)
        assert str(bad) == "out of memory"
        assert not isinstance(other, BaseException)
        assert not isinstance(good, BaseException)
        np.testing.assert_allclose(good[0][0], slow_twin(work), rtol=1e-5, atol=1e-5)


async def test_stopping_ends_every_request_wherever_it_is() -> None:
    model = Model()
    scheduler = Scheduler(model, Bounds(max_rows=4, max_running=2, max_waiting=4))
    with pytest.raises(EngineStoppedError):
        scheduler.enter()
    scheduler.start()
    running_task = asyncio.create_task(run(scheduler, picture(1, steps=900)))
    await until(lambda: model.batches)
    encoding = scheduler.enter()
    await encoding.admitted()
    waiting = asyncio.create_task(run(scheduler, picture(2)))
    await until(lambda: entered(scheduler) == 3)
    await scheduler.stop()
    for task in (running_task, waiting):
        with pytest.raises(EngineStoppedError):
            await task
    with pytest.raises(EngineStoppedError):
        encoding.start([picture(3)], lambda _update: None)
    with pytest.raises(EngineStoppedError):
        scheduler.enter()
    assert not scheduler.alive


async def test_a_bug_in_the_forward_stops_the_engine_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        raise ZeroDivisionError("a bug")

    scheduler = Scheduler(broken, Bounds(max_rows=4, max_running=2, max_waiting=4))
    scheduler.start()
    with pytest.raises(EngineStoppedError):
        await run(scheduler, picture(1))
    assert not scheduler.alive
    await scheduler.stop()
    assert "the step loop died" in caplog.text


@pytest.mark.parametrize("seed", range(6))
async def test_random_arrivals_cancels_and_failures_all_end_once(seed: int) -> None:
    random = np.random.default_rng(seed)
    model = Model()
    model.raises = bool(seed % 2)
    outcomes: dict[str, int] = {}

    async def one(scheduler: Scheduler, number: int) -> None:
        poisoned = random.random() < 0.15
        pictures = [
            picture(
                POISON + number if poisoned else 1 + number % 50,
                steps=int(random.integers(1, 9)),
                shape=[SMALL, WIDE][int(random.integers(2))],
                sampler=str(random.choice(["ddim", "euler", "euler_a"])),
                guidance=float(random.choice([1.0, 3.0])),
            )
            for _ in range(int(random.integers(1, 4)))
        ]
        cancel_after = [0.0, 0.002, None][int(random.integers(3))]
        await asyncio.sleep(float(random.random()) * 0.02)
        try:
            async with asyncio.timeout(cancel_after):
                latents, steps = await run(scheduler, *pictures)
        except (TimeoutError, BusyError, GenerationError) as error:
            outcome = type(error).__name__
            assert poisoned or outcome != "GenerationError"
        else:
            outcome = "done"
            assert steps == sum(work.plan.num_steps for work in pictures)
            for index, work in enumerate(pictures):
                np.testing.assert_allclose(latents[index], slow_twin(work), rtol=1e-4, atol=1e-4)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    async with running(model, max_rows=5, max_running=3, max_waiting=6) as scheduler:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(one(scheduler, number) for number in range(40)))
        stats = scheduler.snapshot()
    assert sum(outcomes.values()) == 40
    assert outcomes["done"] > 0
    assert (stats.running, stats.waiting) == (0, 0)
    assert outcomes.get("BusyError", 0) == stats.refused_total
    assert max(len(contexts) for _, contexts in model.batches) <= 5


async def test_places_in_line_are_told_as_they_change_and_the_latest_alone() -> None:
    model = Model()
    model.gate.clear()
    async with running(model, max_running=1) as scheduler:
        first = scheduler.enter()
        others = [scheduler.enter() for _ in range(5)]
        last = others.pop()
        assert [handle.position for handle in (first, *others, last)] == [0, 0, 1, 2, 3, 4]
        seated = asyncio.ensure_future(last.admitted())
        moves = last.moves(last.position, seated)
        others[0].__exit__(None, None, None)
        assert await anext(moves) == 3
        for handle in others[1:3]:  # two leave before anybody looks
            handle.__exit__(None, None, None)
        assert await anext(moves) == 1
        urgent = scheduler.enter(priority="high")
        urgent.__exit__(None, None, None)  # came and went: the place is what it was
        following = asyncio.ensure_future(anext(moves))
        await asyncio.sleep(0)
        others[3].__exit__(None, None, None)
        assert await following == 0
        first.__exit__(None, None, None)
        with pytest.raises(StopAsyncIteration):
            await anext(moves)
        await seated
        last.__exit__(None, None, None)


async def test_places_are_told_until_the_wait_ends_in_an_error(pass_time: Callable[[float], None]) -> None:
    model = Model()
    async with running(model, max_running=1) as scheduler:
        first, second = scheduler.enter(), scheduler.enter(deadline_seconds=HOUR_SECONDS)
        seated = asyncio.ensure_future(second.admitted())
        pass_time(HOUR_SECONDS)
        assert [position async for position in second.moves(second.position, seated)] == []
        with pytest.raises(DeadlineError):
            await seated
        second.__exit__(None, None, None)
        first.__exit__(None, None, None)
