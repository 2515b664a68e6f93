"""Samplers that look at one output of the model at a time: ddim, euler, euler ancestral, lcm.

Letters: T training timesteps, S sampling steps.
"""

import math

import numpy as np
import numpy.typing as npt

from engine.samplers.plan import NOISE, OUTPUT, SamplerPlan, empty_update, make_plan
from engine.samplers.schedule import (
    DoubleArray,
    NoiseSchedule,
    alphas_cumprod,
    noise_levels,
    spaced_timesteps,
    whole_timesteps,
)


def ddim(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """Song et al. 2021 (arXiv 2010.02502), equation 12 with eta = 0."""
    timesteps = whole_timesteps(schedule, num_steps)[skipped or 0 :]
    previous = timesteps - schedule.num_train_timesteps // num_steps
    update = empty_update(len(timesteps), 1)
    update[:, 0, 0], update[:, 0, OUTPUT] = deterministic_step(
        schedule, alphas_at(schedule, timesteps), alphas_at(schedule, previous)
    )
    start = preserving_start(schedule, int(timesteps[0]), skipped)
    return make_plan(schedule, timesteps, update, start=start)


def alphas_at(schedule: NoiseSchedule, timesteps: npt.NDArray[np.int64]) -> DoubleArray:
    """Products of alphas; what lies before timestep 0 is no noise, or timestep 0 itself, as the schedule says."""
    products = alphas_cumprod(schedule).astype(np.float64)
    final = 1.0 if schedule.set_alpha_to_one else float(products[0])
    return np.where(timesteps >= 0, products[np.maximum(timesteps, 0)], final)


def deterministic_step(
    schedule: NoiseSchedule, alpha: DoubleArray, alpha_next: DoubleArray
) -> tuple[DoubleArray, DoubleArray]:
    """Coefficients of sample and output in a step from one product of alphas to another.

    With velocity nothing is divided by `alpha`, so that a step may start from pure noise.
    """
    signal, noise = np.sqrt(alpha), np.sqrt(1.0 - alpha)
    signal_next, noise_next = np.sqrt(alpha_next), np.sqrt(1.0 - alpha_next)
    if schedule.prediction_type == "epsilon":
        return signal_next / signal, noise_next - signal_next * noise / signal
    return signal_next * signal + noise_next * noise, noise_next * signal - signal_next * noise


def preserving_start(schedule: NoiseSchedule, timestep: int, skipped: int | None) -> tuple[float, float]:
    """Factors on picture and noise at a timestep, where latents keep variance 1; noise alone where none is skipped."""
    if skipped is None:
        return 0.0, 1.0
    alpha = float(alphas_cumprod(schedule)[timestep])
    return math.sqrt(alpha), math.sqrt(1.0 - alpha)


def euler(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """Karras et al. 2022 (arXiv 2206.00364), algorithm 2 without churn."""
    return _euler(schedule, num_steps, skipped, ancestral=False)


def euler_ancestral(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """Euler to a lower sigma than the next, then fresh noise back up to it."""
    return _euler(schedule, num_steps, skipped, ancestral=True)


def _euler(schedule: NoiseSchedule, num_steps: int, skipped: int | None, *, ancestral: bool) -> SamplerPlan:
    all_timesteps = spaced_timesteps(schedule, num_steps)
    levels = noise_levels(schedule)
    all_sigmas = np.append(np.interp(all_timesteps, np.arange(len(levels)), levels), 0.0)
    timesteps, sigmas = all_timesteps[skipped or 0 :], all_sigmas[skipped or 0 :]
    begin, end = sigmas[:-1], sigmas[1:]
    up = np.sqrt(end**2 * (begin**2 - end**2) / begin**2) if ancestral else np.zeros_like(end)
    update = empty_update(len(timesteps), 1)
    update[:, 0, 0], update[:, 0, OUTPUT] = _ode_step(schedule, begin, np.sqrt(end**2 - up**2))
    update[:, 0, NOISE] = up
    start = (0.0, _largest_scale(schedule, all_sigmas)) if skipped is None else (1.0, float(sigmas[0]))
    return make_plan(schedule, timesteps, update, start=start, input_scale=1.0 / np.sqrt(begin**2 + 1.0))


def _ode_step(schedule: NoiseSchedule, begin: DoubleArray, end: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Coefficients of ``x + (x - x0) / begin * (end - begin)``, with x0 written in x and the model's output."""
    if schedule.prediction_type == "epsilon":
        return np.ones_like(begin), end - begin
    skip = 1.0 / (begin**2 + 1.0)
    ratio = end / begin
    # x0 = skip x - begin / sqrt(begin^2 + 1) o; the sum below has no cancellation where begin is thousands.
    return ratio + (1.0 - ratio) * skip, (end - begin) * np.sqrt(skip)


def _largest_scale(schedule: NoiseSchedule, sigmas: DoubleArray) -> float:
    largest = float(sigmas.max())
    return largest if schedule.timestep_spacing != "leading" else math.sqrt(largest**2 + 1.0)


def lcm(schedule: NoiseSchedule, num_steps: int, skipped: int | None) -> SamplerPlan:
    """Latent consistency models (Luo et al. 2023, arXiv 2310.04378), algorithm 3.

    Timesteps come from those of distillation, whatever the schedule's spacing. Guidance is the ordinary one, with
    two rows, as LCM-LoRA merged into a UNet wants it (a scale of 1 to 2); a UNet that was distilled with the guidance
    scale as an embedding of its own (``time_cond_proj_dim``) is not supported, and its export says so.
    """
    spread = schedule.original_inference_steps
    distilled = (np.arange(1, spread + 1) * (schedule.num_train_timesteps // spread) - 1)[::-1]
    chosen = np.floor(np.linspace(0, spread, num_steps, endpoint=False)).astype(np.int64)
    timesteps = distilled[chosen][skipped or 0 :]
    alpha = alphas_at(schedule, timesteps)
    signal, noise = np.sqrt(alpha), np.sqrt(1.0 - alpha)
    scaled = timesteps * schedule.timestep_scaling
    keep, trust = 0.25 / (scaled**2 + 0.25), scaled / np.sqrt(scaled**2 + 0.25)  # sigma of the data is 0.5
    if schedule.prediction_type == "epsilon":
        sample, output = trust / signal + keep, -trust * noise / signal
    else:
        sample, output = trust * signal + keep, -trust * noise
    alpha_next = np.append(alpha[1:], 1.0)
    update = empty_update(len(timesteps), 1)
    update[:, 0, 0], update[:, 0, OUTPUT] = np.sqrt(alpha_next) * sample, np.sqrt(alpha_next) * output
    update[:, 0, NOISE] = np.sqrt(1.0 - alpha_next)
    return make_plan(schedule, timesteps, update, start=preserving_start(schedule, int(timesteps[0]), skipped))
