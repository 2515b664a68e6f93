"""Each sampler against diffusers' scheduler built from the same config, and the noise against its promises."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler

from engine.samplers import NoiseSchedule, alphas_cumprod, gaussian_noise, guided, sampler_plan

# diffusers' Euler schedulers hand torch tensors to np.array in a way numpy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPE = (1, 4, 6, 5)
DIFFUSERS = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler, "euler_a": EulerAncestralDiscreteScheduler}
SCHEDULES = [
    NoiseSchedule(prediction_type="epsilon", steps_offset=1, set_alpha_to_one=False),
    NoiseSchedule(prediction_type="v_prediction", timestep_spacing="leading"),
    NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing"),
    NoiseSchedule(prediction_type="epsilon", timestep_spacing="trailing", beta_schedule="linear"),
    NoiseSchedule(prediction_type="epsilon", timestep_spacing="linspace", beta_schedule="squaredcos_cap_v2"),
    NoiseSchedule(prediction_type="v_prediction", timestep_spacing="linspace", num_train_timesteps=100, beta_end=0.05),
]


def reference_scheduler(name: str, schedule: NoiseSchedule) -> Any:
    config = asdict(schedule)
    if name != "ddim":
        config.pop("set_alpha_to_one")
        return DIFFUSERS[name](**config)
    return DDIMScheduler(**config, clip_sample=False)


def model(latents: np.ndarray, timestep: float) -> np.ndarray:
    """A smooth stand-in for a UNet whose output depends on latents and timestep."""
    return np.tanh(latents[:, ::-1] * 0.7 + np.float32(timestep / 1000)) + 0.1 * latents


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: f"{s.prediction_type}-{s.timestep_spacing}")
def test_alphas_are_those_of_training(schedule: NoiseSchedule) -> None:
    reference = reference_scheduler("ddim", schedule).alphas_cumprod.numpy()
    np.testing.assert_allclose(alphas_cumprod(schedule), reference, rtol=1e-4)


@pytest.mark.parametrize("num_steps", [1, 2, 7, 20, 50])
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: f"{s.prediction_type}-{s.timestep_spacing}")
@pytest.mark.parametrize("name", list(DIFFUSERS))
def test_every_step_equals_diffusers(
    name: str, schedule: NoiseSchedule, num_steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = sampler_plan(name, schedule, num_steps)
    reference = reference_scheduler(name, schedule)
    reference.set_timesteps(num_steps)
    np.testing.assert_allclose(plan.timesteps, reference.timesteps.numpy(), rtol=1e-6)
    assert plan.initial_noise_scale == pytest.approx(float(reference.init_noise_sigma), rel=1e-5)

    # The reference subtracts numbers of the size of its largest sigma in float32 (4096 at zero terminal SNR).
    rounding = 3e-5 + float(np.finfo(np.float32).eps) * plan.initial_noise_scale
    start = gaussian_noise(5, 0, 0, SHAPE) * np.float32(plan.initial_noise_scale)
    ours, theirs = start, torch.from_numpy(start)
    for index, timestep in enumerate(reference.timesteps):
        noise = gaussian_noise(5, 0, index + 1, SHAPE)
        scaled = reference.scale_model_input(theirs, timestep)
        np.testing.assert_allclose(plan.input_scale[index] * ours, scaled.numpy(), rtol=1e-4, atol=rounding)
        output = torch.from_numpy(model(scaled.numpy(), float(timestep)))
        if name == "euler_a":
            with monkeypatch.context() as patch:
                patch.setattr(
                    "diffusers.schedulers.scheduling_euler_ancestral_discrete.randn_tensor",
                    lambda *_args, _noise=noise, **_options: torch.from_numpy(_noise),
                )
                theirs = reference.step(output, timestep, theirs).prev_sample
        else:
            theirs = reference.step(output, timestep, theirs).prev_sample
        ours = plan.advance(index, ours, model(plan.input_scale[index] * ours, float(timestep)), lambda n=noise: n)
        scale = max(1.0, float(theirs.abs().max()))
        np.testing.assert_allclose(ours / scale, theirs.numpy() / scale, atol=rounding)


def test_zero_terminal_snr_starts_from_pure_noise() -> None:
    schedule = NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    assert alphas_cumprod(schedule)[-1] == 0.0
    plan = sampler_plan("ddim", schedule, 4)
    assert plan.timesteps[0] == 999.0
    assert np.isfinite(plan.sample).all()
    assert np.isfinite(sampler_plan("euler", schedule, 4).output).all()


def test_a_schedule_that_cannot_be_sampled_is_refused() -> None:
    with pytest.raises(ValueError, match="needs v_prediction"):
        NoiseSchedule(prediction_type="epsilon", rescale_betas_zero_snr=True)
    with pytest.raises(ValueError, match="prediction_type must be one of epsilon, v_prediction; got 'sample'"):
        NoiseSchedule(prediction_type="sample")
    with pytest.raises(ValueError, match="sampler must be one of ddim, euler, euler_a; got 'plms'"):
        sampler_plan("plms", NoiseSchedule(), 4)
    with pytest.raises(ValueError, match="steps must be from 1 to 1000; got 0"):
        sampler_plan("ddim", NoiseSchedule(), 0)


def test_only_ancestral_steps_draw_noise_and_never_the_last() -> None:
    def refuse() -> np.ndarray:
        raise AssertionError("no noise is needed here")

    latents = np.ones(SHAPE, np.float32)
    for name in ("ddim", "euler"):
        sampler_plan(name, NoiseSchedule(), 3).advance(1, latents, latents, refuse)
    ancestral = sampler_plan("euler_a", NoiseSchedule(), 3)
    ancestral.advance(2, latents, latents, refuse)
    assert ancestral.noise[0] > 0


def test_noise_is_normal_and_depends_on_its_key_alone() -> None:
    noise = gaussian_noise(7, 1, 2, (4, 64, 65))
    assert noise.dtype == np.float32
    assert abs(float(noise.mean())) < 0.03
    assert abs(float(noise.std()) - 1.0) < 0.03
    np.testing.assert_array_equal(noise, gaussian_noise(7, 1, 2, (4, 64, 65)))
    for other in ((8, 1, 2), (7, 2, 2), (7, 1, 3)):
        assert abs(float(np.corrcoef(noise.ravel(), gaussian_noise(*other, (4, 64, 65)).ravel())[0, 1])) < 0.05


def test_noise_never_changes_between_releases() -> None:
    expected = np.array([0.14226584, 0.04067336, -0.56242234, 0.33306521], np.float32)
    np.testing.assert_allclose(gaussian_noise(2**32 - 1, 3, 9, (4,)), expected, rtol=1e-6)


def test_guidance_of_one_is_the_conditional_output() -> None:
    conditional, unconditional = gaussian_noise(1, 0, 0, SHAPE), gaussian_noise(1, 0, 1, SHAPE)
    np.testing.assert_allclose(guided(conditional, unconditional, 1.0), conditional, atol=1e-6)
    np.testing.assert_allclose(guided(conditional, unconditional, 0.0), unconditional)
