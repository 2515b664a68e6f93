"""A picture on its way: which steps read the negative text, and how one pass follows another."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import NotFiniteError
from engine.samplers import NoiseSchedule, gaussian_noise, sampler_plan
from engine.scheduler.job import Job
from engine.scheduler.picture import Denoising, Picture, resized

JOB = Job(number=0, priority="normal", entered_at=0.0)
SHAPE = (1, 4, 6, 4)
SCHEDULE = NoiseSchedule(timestep_spacing="trailing")


def denoising(**changes: Any) -> Denoising:
    defaults: dict[str, Any] = {
        "plan": sampler_plan("euler", SCHEDULE, 10),
        "noise": partial(gaussian_noise, 3, 0, shape=SHAPE),
        "conditional": {"text": np.full((1, 2, 3), 0.5, np.float32)},
        "unconditional": {"text": np.zeros((1, 2, 3), np.float32)},
        "guidance_scale": 4.0,
    }
    return Denoising(**{**defaults, **changes})


def forward(rows: list[Any]) -> np.ndarray:
    """A model of each row alone."""
    return np.concatenate([np.tanh(row["sample"]) + row["text"].mean() for row in rows]).astype(np.float32)


def run(picture: Picture) -> list[int]:
    counts = []
    while not picture.done:
        rows = picture.rows()
        assert len(rows) == picture.num_rows
        counts.append(len(rows))
        picture.advance(forward(rows))
    assert picture.num_rows == 0
    return counts


def test_guidance_acts_inside_its_interval_alone() -> None:
    # Trailing timesteps 999, 899, ...: the denoising is 0, 10, 20 ... percent done.
    assert run(Picture(JOB, 0, denoising())) == [2] * 10
    assert run(Picture(JOB, 0, denoising(guidance_interval=(0.15, 0.55)))) == [1, 1, 2, 2, 2, 2, 1, 1, 1, 1]
    assert run(Picture(JOB, 0, denoising(unconditional=None))) == [1] * 10


def test_a_step_outside_the_interval_is_one_without_guidance() -> None:
    nowhere, without = (
        Picture(JOB, 0, denoising(guidance_interval=(0.95, 0.96))),
        Picture(JOB, 0, denoising(unconditional=None)),
    )
    run(nowhere)
    run(without)
    np.testing.assert_array_equal(nowhere.latents, without.latents)


def test_the_interval_does_not_depend_on_sampler_or_number_of_steps() -> None:
    for name in ("ddim", "dpmpp_2m_karras", "pndm", "lcm"):
        for steps in (5, 25):
            plan = sampler_plan(name, SCHEDULE, steps)
            guided = [
                denoising(plan=plan, guidance_interval=(0.3, 0.6)).guided_at(step) for step in range(plan.num_steps)
            ]
            assert guided == [0.3 <= 1 - float(t) / 999 <= 0.6 for t in plan.timesteps]


def test_a_second_pass_starts_where_the_first_ends() -> None:
    larger = (1, 4, 12, 8)
    noise = partial(gaussian_noise, 9, 0, shape=larger)
    plan = sampler_plan("dpmpp_2m", SCHEDULE, 8, 0.5)
    text = {"text": np.full((1, 3, 3), -0.5, np.float32)}
    second = denoising(plan=plan, noise=noise, conditional=text, unconditional=None)
    both = Picture(JOB, 0, denoising(then=second))
    assert both.num_steps == 14
    assert both.bucket == (("sample", SHAPE[1:]), ("text", (2, 3)))
    assert run(both) == [2] * 10 + [1] * 4
    assert both.bucket == (("sample", larger[1:]), ("text", (3, 3)))

    first = Picture(JOB, 0, denoising())
    run(first)
    alone = Picture(
        JOB, 0, denoising(plan=plan, noise=noise, conditional=text, unconditional=None, original=first.latents)
    )
    run(alone)
    np.testing.assert_array_equal(both.latents, alone.latents)
    assert both.latents.shape == larger


def test_latents_that_are_not_finite_are_named_by_their_step_of_all() -> None:
    picture = Picture(JOB, 0, denoising(then=denoising(plan=sampler_plan("euler", SCHEDULE, 4, 1.0))))
    picture.advance(forward(picture.rows()))
    with pytest.raises(NotFiniteError, match="not finite at step 2 of 14"):
        picture.advance(np.full((2, *SHAPE[1:]), np.nan, np.float32))


@pytest.mark.parametrize("size", [(9, 8), (24, 16), (7, 11), (6, 4)])
def test_latents_are_scaled_as_torch_does(size: tuple[int, int]) -> None:
    latents = gaussian_noise(1, 0, 0, SHAPE)
    expected = torch.nn.functional.interpolate(torch.from_numpy(latents), size, mode="bilinear", align_corners=False)
    np.testing.assert_allclose(resized(latents, *size), expected.numpy(), atol=1e-6)


def test_every_nth_step_is_estimated_and_never_the_last() -> None:
    estimated = {}
    for every in (None, 1, 3, 5, 10, 99):
        picture = Picture(JOB, 0, denoising(estimate_every=every))
        steps = []
        while not picture.done:
            picture.advance(forward(picture.rows()))
            steps += [picture.step] if picture.estimate is not None else []
        estimated[every] = steps
    assert estimated == {None: [], 1: [1, 2, 3, 4, 5, 6, 7, 8, 9], 3: [3, 6, 9], 5: [5], 10: [], 99: []}


def test_an_estimate_is_of_the_guided_output_and_changes_nothing() -> None:
    shown, plain = Picture(JOB, 0, denoising(estimate_every=2)), Picture(JOB, 0, denoising())
    for step in range(10):
        rows = shown.rows()
        outputs = forward(rows)
        state = shown._state
        shown.advance(outputs)
        plain.advance(forward(plain.rows()))
        if shown.estimate is not None:
            output = outputs[1:] + 4.0 * (outputs[:1] - outputs[1:])
            np.testing.assert_allclose(shown.estimate, plain.denoising.plan.denoised(step, state, output), rtol=1e-5)
    np.testing.assert_array_equal(shown.latents, plain.latents)


def test_the_end_of_the_first_of_two_passes_is_estimated_at_its_own_size() -> None:
    larger = (1, 4, 12, 8)
    second = denoising(
        plan=sampler_plan("euler", SCHEDULE, 10, 0.3),
        noise=partial(gaussian_noise, 3, 1, shape=larger),
        estimate_every=5,
    )
    picture = Picture(JOB, 0, denoising(then=second, estimate_every=5))
    shapes = {}
    while not picture.done:
        picture.advance(forward(picture.rows()))
        if picture.estimate is not None:
            shapes[picture.step] = picture.estimate.shape
    assert picture.num_steps == 13
    assert shapes == {5: SHAPE, 10: SHAPE}
