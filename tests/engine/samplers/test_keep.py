"""Latents that stay, for every sampler: where they stay, where they are freed later, and what memory makes of it."""

import numpy as np
import pytest

from engine.samplers import SAMPLERS, FloatArray, Keep, NoiseSchedule, SamplerPlan, gaussian_noise, sampler_plan
from engine.samplers.plan import State

SHAPE = (1, 4, 6, 5)
SCHEDULES = {
    "epsilon": NoiseSchedule(),
    "velocity": NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing"),
}
ORIGINAL = gaussian_noise(4, 0, 0, SHAPE)
HALF = np.zeros((1, 1, 6, 5), np.float32)
HALF[..., 3:, :] = 1.0


def model(seen: FloatArray) -> FloatArray:
    """One cell at a time, so that what stays cannot be told from what changes by its neighbours."""
    return np.tanh(seen)


def denoised(plan: SamplerPlan, keep: Keep | None, strength: float | None = None) -> FloatArray:
    def noise(draw: int) -> FloatArray:
        return gaussian_noise(2, 0, draw, SHAPE)

    state: State = plan.start(noise(0), ORIGINAL if strength is not None else None)
    for step in range(plan.num_steps):
        output = model(plan.model_input(step, state))
        if keep is not None:
            output = keep.output(plan, step, state, output)
        state = plan.advance(step, state, output, lambda step=step: noise(step + 1))  # type: ignore[misc]
    return state[0]


@pytest.mark.parametrize("strength", [1.0, 0.6])
@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("name", SAMPLERS)
def test_what_stays_ends_as_the_original_and_the_rest_as_ever(name: str, kind: str, strength: float) -> None:
    plan = sampler_plan(name, SCHEDULES[kind], 12, strength)
    free = denoised(plan, None, strength)
    kept = denoised(plan, Keep(original=ORIGINAL, strength=HALF), strength)
    np.testing.assert_array_equal(kept[..., 3:, :], free[..., 3:, :])
    # Before the last cells are put in place: the table itself brings them home, but for the noise of a last step that
    # does not end at none.
    assert np.abs(kept[..., :3, :] - ORIGINAL[..., :3, :]).mean() < 0.1, name
    done = Keep(original=ORIGINAL, strength=HALF).finished(kept)
    np.testing.assert_array_equal(done[..., :3, :], ORIGINAL[..., :3, :])
    np.testing.assert_array_equal(done[..., 3:, :], free[..., 3:, :])


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("name", SAMPLERS)
def test_the_output_that_is_put_in_says_the_original(name: str, kind: str) -> None:
    plan = sampler_plan(name, SCHEDULES[kind], 9)
    state: State = tuple(gaussian_noise(7, 0, n, SHAPE) for n in range(plan.update.shape[1]))
    for step in range(plan.num_steps):
        output = plan.output_for(step, state, ORIGINAL)
        np.testing.assert_allclose(
            plan.denoised(step, state, output), ORIGINAL, atol=2e-2 if kind == "epsilon" else 1e-5
        )


@pytest.mark.parametrize("share", [0.0, 0.05, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_grey_cell_changes_in_its_share_of_the_last_steps(name: str, share: float) -> None:
    plan = sampler_plan(name, SCHEDULES["velocity"], 12, 1.0)
    keep = Keep(original=ORIGINAL, strength=np.full((1, 1, 6, 5), share, np.float32))
    state: State = plan.start(gaussian_noise(2, 0, 0, SHAPE), ORIGINAL)
    free = []
    for step in range(plan.num_steps):
        output = model(plan.model_input(step, state))
        kept = keep.output(plan, step, state, output)
        free.append(np.array_equal(kept, output))
        state = plan.advance(step, state, kept, lambda: gaussian_noise(2, 0, 1, SHAPE))
        assert all(np.isfinite(each).all() for each in state)
    freed = int(share * plan.num_steps)
    assert free == [False] * (plan.num_steps - freed) + [True] * freed


def test_a_mask_that_frees_everything_changes_nothing() -> None:
    for name in SAMPLERS:
        plan = sampler_plan(name, SCHEDULES["velocity"], 6, 1.0)
        everything = Keep(original=ORIGINAL, strength=np.ones((1, 1, 6, 5), np.float32))
        np.testing.assert_array_equal(denoised(plan, everything, 1.0), denoised(plan, None, 1.0))
