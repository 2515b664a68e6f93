"""A forward of which some rows are watched: whose attention is told, and that nobody else notices."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from engine.samplers import NoiseSchedule, gaussian_noise, sampler_plan
from engine.scheduler.forward import run_batch
from engine.scheduler.job import Job
from engine.scheduler.picture import Adapted, Denoising, Picture, Watch
from engine.scheduler.policy import Batch

JOB = Job(number=0, priority="normal", entered_at=0.0)
SHAPE = (1, 4, 6, 4)
SCHEDULE = NoiseSchedule(timestep_spacing="trailing")
STEPS = 5


def forward(inputs: Any) -> np.ndarray:
    return np.tanh(inputs["sample"]) + inputs["text"].mean((1, 2))[:, None, None, None]


class Watched:
    """A model whose maps are the row's groups, plus a hundredth of its timestep; it notes what it was given."""

    def __init__(self) -> None:
        self.rows: list[list[float]] = []

    def __call__(self, inputs: Any, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        assert set(inputs) == {"sample", "timesteps", "text"}
        self.rows.append([float(each.max()) for each in groups])
        maps = groups.sum(1)[:, :, None, None] + inputs["timesteps"][:, None, None, None] / 100.0
        return forward(inputs), np.broadcast_to(maps, (*maps.shape[:2], 3, 2)).astype(np.float32)


def picture(watch: Watch | None, seed: int = 3, *, guided: bool = True) -> Picture:
    text = {"text": np.full((1, 2, 3), 0.5, np.float32)}
    return Picture(
        JOB,
        0,
        Denoising(
            plan=sampler_plan("ddim", SCHEDULE, STEPS),
            noise=partial(gaussian_noise, seed, 0, shape=SHAPE),
            conditional=text,
            unconditional={"text": np.zeros((1, 2, 3), np.float32)} if guided else None,
            guidance_scale=3.0,
            watch=watch,
        ),
    )


def denoised(*pictures: Picture, row_limit: int = 8) -> None:
    while not pictures[0].done:
        outcome = run_batch(Batch(bucket=pictures[0].bucket, pictures=pictures, row_limit=row_limit), forward)
        assert outcome.error is None and not outcome.failures


def doubled(inputs: Any, loras: Any) -> np.ndarray:
    """Rows with an adapter give twice as much."""
    return forward(inputs) * np.array([2.0 if each else 1.0 for each in loras], np.float32)[:, None, None, None]


def groups_of(value: float) -> np.ndarray:
    return np.full((1, 2, 3), value, np.float32)


def test_the_conditional_rows_attention_is_averaged_over_the_steps() -> None:
    model = Watched()
    watched, other, plain = picture(Watch(token_groups=groups_of(1.0), forward=model)), picture(None, 4), picture(None)
    denoised(watched, other)
    denoised(plain)
    assert other.attention is None and watched.attention is not None
    mean = float(sampler_plan("ddim", SCHEDULE, STEPS).timesteps.mean()) / 100.0
    np.testing.assert_allclose(watched.attention, np.full((3, 3, 2), 2.0 + mean), rtol=1e-5)
    np.testing.assert_array_equal(watched.latents, plain.latents)
    assert model.rows == [[1.0, 0.0, 0.0, 0.0]] * STEPS, "only the watched conditional row has groups"


def test_each_watched_picture_has_its_own() -> None:
    model = Watched()
    first = picture(Watch(token_groups=groups_of(1.0), forward=model), guided=False)
    second = picture(Watch(token_groups=groups_of(3.0), forward=model), guided=False)
    denoised(first, second)
    assert first.attention is not None and second.attention is not None
    np.testing.assert_allclose(second.attention - first.attention, 4.0, rtol=1e-5)


def test_a_guided_picture_in_two_forwards_is_watched_in_the_first() -> None:
    model = Watched()
    watched, plain = picture(Watch(token_groups=groups_of(1.0), forward=model)), picture(None)
    denoised(watched, row_limit=1)
    denoised(plain)
    assert model.rows == [[1.0]] * STEPS
    assert watched.attention is not None
    np.testing.assert_array_equal(watched.latents, plain.latents)


def test_a_watched_picture_beside_an_adapted_one_runs_apart_and_is_told() -> None:
    model, adapted = Watched(), Adapted(loras=(("an adapter", 1.0),), forward=doubled, max_columns=16)
    watched, alone, other = picture(Watch(token_groups=groups_of(1.0), forward=model)), picture(None), picture(None, 4)
    other.denoising = replace(other.denoising, adapted=adapted)
    outcome = run_batch(Batch(bucket=watched.bucket, pictures=(watched, other), row_limit=8), forward)
    assert (outcome.error, outcome.forwards, outcome.adapted) == (None, [1, 3], 1)
    assert model.rows == [[1.0]] and watched.attention is not None and other.attention is None
    run_batch(Batch(bucket=alone.bucket, pictures=(alone,), row_limit=8), forward)
    np.testing.assert_array_equal(watched.latents, alone.latents)


def test_a_watched_picture_with_adapters_is_told_by_their_graph_beside_others() -> None:
    def both(inputs: Any, loras: Any, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        return doubled(inputs, loras), 10.0 * model(inputs, groups)[1]

    model = Watched()
    adapted = Adapted(loras=(("an adapter", 1.0),), forward=doubled, max_columns=16, watched=both)
    watch = Watch(token_groups=groups_of(1.0), forward=model)
    first, second, plain = picture(watch), picture(None, 4), picture(watch, 5)
    for each in (first, second):
        each.denoising = replace(each.denoising, adapted=adapted)
    outcome = run_batch(Batch(bucket=first.bucket, pictures=(first, second, plain), row_limit=8), forward)
    assert (outcome.error, outcome.forwards, outcome.adapted) == (None, [1, 5], 1)
    assert first.attention is not None and plain.attention is not None and second.attention is None
    assert first.attention.max() > 5 * plain.attention.max(), "each is told by its own graph"
    assert model.rows == [[1.0], [1.0, 0.0, 0.0, 0.0, 0.0]]
