"""Each sampler against diffusers' scheduler built from the same config, step by step, from noise and from a picture."""

import importlib
from dataclasses import asdict
from typing import Any

import diffusers
import numpy as np
import pytest
import torch

from engine.samplers import SAMPLERS, NoiseSchedule, alphas_cumprod, gaussian_noise, num_skipped_steps, sampler_plan
from tests.thorough import few_or

# diffusers' Euler schedulers hand torch tensors to np.array in a way numpy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPE = (1, 4, 6, 5)
DIFFUSERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "lcm": ("LCMScheduler", {}),
}
SCHEDULES = [
    NoiseSchedule(prediction_type="epsilon", steps_offset=1, set_alpha_to_one=False),
    NoiseSchedule(prediction_type="v_prediction", timestep_spacing="leading"),
    NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing"),
    NoiseSchedule(prediction_type="epsilon", timestep_spacing="trailing", beta_schedule="linear"),
    NoiseSchedule(prediction_type="epsilon", timestep_spacing="linspace", beta_schedule="squaredcos_cap_v2"),
    NoiseSchedule(prediction_type="v_prediction", timestep_spacing="linspace", num_train_timesteps=100, beta_end=0.05),
]
each_schedule = pytest.mark.parametrize(
    "schedule", SCHEDULES, ids=lambda s: f"{s.prediction_type}-{s.timestep_spacing}"
)


def reference_scheduler(name: str, schedule: NoiseSchedule) -> Any:
    class_name, extra = DIFFUSERS[name]
    kind = getattr(diffusers, class_name)
    known = set(kind.load_config.__self__._get_init_keys(kind))
    reference = kind(**{key: value for key, value in asdict(schedule).items() if key in known}, **extra)
    if name == "pndm" and schedule.rescale_betas_zero_snr:
        # It knows no such betas, and divides by the last product: in float64 that may be nearly nothing.
        reference.alphas_cumprod = torch.from_numpy(np.maximum(alphas_cumprod(schedule).astype(np.float64), 1e-12))
    return reference


def model(latents: np.ndarray, timestep: float) -> np.ndarray:
    """A smooth stand-in for a UNet whose output depends on latents and timestep."""
    return np.tanh(latents[:, ::-1] * 0.7 + np.float32(timestep / 1000)) + 0.1 * latents


@each_schedule
def test_alphas_are_those_of_training(schedule: NoiseSchedule) -> None:
    reference = reference_scheduler("ddim", schedule).alphas_cumprod.numpy()
    np.testing.assert_allclose(alphas_cumprod(schedule), reference, rtol=1e-4)


@pytest.mark.parametrize("strength", [None, 0.6])
@pytest.mark.parametrize("num_steps", few_or([1, 2, 5, 20], [1, 2, 5, 20, 50]))
@each_schedule
@pytest.mark.parametrize("name", list(DIFFUSERS))
def test_every_step_equals_diffusers(
    name: str, schedule: NoiseSchedule, num_steps: int, strength: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = 0 if strength is None else num_skipped_steps(num_steps, strength)
    if skipped == num_steps:
        with pytest.raises(ValueError, match="strength must be"):
            sampler_plan(name, schedule, num_steps, strength)
        return
    plan = sampler_plan(name, schedule, num_steps, strength)
    reference = reference_scheduler(name, schedule)
    reference.set_timesteps(num_steps)
    if hasattr(reference, "set_begin_index"):
        reference.set_begin_index(skipped)
    timesteps = reference.timesteps[skipped:]
    # Where it cuts fractions off, diffusers may take 998.9999 for 998.
    cut = name == "dpmpp_2m_karras" and schedule.beta_schedule == "squaredcos_cap_v2"
    np.testing.assert_allclose(plan.timesteps, timesteps.numpy(), rtol=1e-6, atol=float(cut))

    noise, original = gaussian_noise(5, 0, 0, SHAPE), gaussian_noise(6, 0, 0, SHAPE)
    state = plan.start(noise, original)
    if strength is None:
        assert plan.initial_noise_scale == pytest.approx(float(reference.init_noise_sigma), rel=1e-5)
        theirs = torch.from_numpy(noise * np.float32(plan.initial_noise_scale))
    else:
        theirs = reference.add_noise(torch.from_numpy(original), torch.from_numpy(noise), timesteps[:1])
    theirs = theirs.to(reference.alphas_cumprod.dtype)
    # The reference subtracts numbers of the size of its largest sigma in float32 (4096 at zero terminal SNR).
    rounding = 3e-5 + float(np.finfo(np.float32).eps) * plan.initial_noise_scale
    module = importlib.import_module(type(reference).__module__)
    for index, timestep in enumerate(timesteps):
        fresh = gaussian_noise(5, 0, index + 1, SHAPE)
        if hasattr(module, "randn_tensor"):
            monkeypatch.setattr(module, "randn_tensor", lambda *_args, _n=fresh, **_options: torch.from_numpy(_n))
        scaled = reference.scale_model_input(theirs, timestep)
        seen = plan.model_input(index, state)
        scale = max(1.0, float(scaled.abs().max()))
        assert np.abs(seen - scaled.numpy()).max() <= 2 * rounding * scale
        told = float(plan.timesteps[index])
        output = torch.from_numpy(model(scaled.float().numpy(), told)).to(theirs.dtype)
        theirs = reference.step(output, timestep, theirs).prev_sample
        state = plan.advance(index, state, model(seen, told), lambda fresh=fresh: fresh)
        scale = max(1.0, float(theirs.abs().max()))
        assert np.abs(state[0] - theirs.numpy()).max() <= rounding * scale, f"step {index}"
    assert index == plan.num_steps - 1


def test_zero_terminal_snr_starts_from_pure_noise() -> None:
    schedule = NoiseSchedule(prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    assert alphas_cumprod(schedule)[-1] == 0.0
    assert sampler_plan("ddim", schedule, 4).timesteps[0] == 999.0
    for name in SAMPLERS:
        assert np.isfinite(sampler_plan(name, schedule, 4).update).all()
