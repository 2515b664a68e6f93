"""The picture as the model has it at each step: right for every sampler, whatever its state and scale of noise."""

import numpy as np
import pytest

from engine.samplers import SAMPLERS, FloatArray, NoiseSchedule, alphas_cumprod, gaussian_noise, sampler_plan
from engine.samplers.plan import State

SHAPE = (1, 4, 6, 5)
SCHEDULES = {
    "epsilon": NoiseSchedule(),
    "velocity": NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing"),
}


def noised(
    schedule: NoiseSchedule, timestep: float, x0: FloatArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What a model sees at a timestep, and what a perfect one says: by the definition, one number at a time."""
    products = alphas_cumprod(schedule)
    below = int(timestep)
    above = min(below + 1, len(products) - 1)
    alpha = products[below] + (timestep - below) * (products[above] - products[below])
    seen, said = np.empty_like(x0), np.empty_like(x0)
    for place in np.ndindex(x0.shape):
        seen[place] = alpha**0.5 * x0[place] + (1 - alpha) ** 0.5 * noise[place]
        epsilon, velocity = noise[place], alpha**0.5 * noise[place] - (1 - alpha) ** 0.5 * x0[place]
        said[place] = epsilon if schedule.prediction_type == "epsilon" else velocity
    return seen, said


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("kind", SCHEDULES)
def test_estimate_is_the_picture_that_the_noise_was_added_to(name: str, kind: str) -> None:
    schedule = SCHEDULES[kind]
    plan = sampler_plan(name, schedule, 7)
    x0, noise = gaussian_noise(1, 0, 0, SHAPE), gaussian_noise(1, 0, 1, SHAPE)
    for step in range(plan.num_steps):
        seen, said = noised(schedule, float(plan.timesteps[step]), x0, noise)
        state: State = (seen / plan.input_scale[step], *[np.zeros_like(seen)] * (plan.update.shape[1] - 1))
        np.testing.assert_allclose(plan.denoised(step, state, said), x0, atol=2e-3 if kind == "epsilon" else 1e-5)


@pytest.mark.parametrize("name", ["ddim", "dpmpp_2m", "euler"])
def test_last_estimate_is_where_the_sampler_ends(name: str) -> None:
    """Those that end at no noise take the model's last word for the picture."""
    plan = sampler_plan(name, SCHEDULES["velocity"], 5)
    state = plan.start(gaussian_noise(2, 0, 0, SHAPE))
    for step in range(plan.num_steps):
        output = np.tanh(plan.model_input(step, state))
        estimate = plan.denoised(step, state, output)
        state = plan.advance(step, state, output, lambda: gaussian_noise(2, 0, 9, SHAPE))
    np.testing.assert_allclose(estimate, state[0], atol=2e-3)
