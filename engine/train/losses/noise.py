"""The forward diffusion process and the weight of each timestep, as pure functions.

It knows schedules and signal-to-noise ratios; it does not know models.
"""

from __future__ import annotations

import torch
from diffusers import DDIMScheduler
from torch import Tensor

from engine.samplers import NoiseSchedule

_LEAST_SIGNAL = 1e-2  # of a picture, to divide by


def build_scheduler(schedule: NoiseSchedule) -> DDIMScheduler:
    """The schedule as diffusers knows it; also what the pipeline folder of a model made from nothing ships."""
    return DDIMScheduler(
        num_train_timesteps=schedule.num_train_timesteps,
        beta_start=schedule.beta_start,
        beta_end=schedule.beta_end,
        beta_schedule=schedule.beta_schedule,
        prediction_type=schedule.prediction_type,
        rescale_betas_zero_snr=schedule.rescale_betas_zero_snr,
        timestep_spacing=schedule.timestep_spacing,
        clip_sample=False,
        set_alpha_to_one=schedule.set_alpha_to_one,
        steps_offset=schedule.steps_offset,
    )


def add_noise(latents: Tensor, noise: Tensor, alpha_bar: Tensor) -> Tensor:
    """x_t = sqrt(a) x_0 + sqrt(1 - a) e, with a = `alpha_bar` [B]."""
    signal, spread = _roots(alpha_bar)
    return signal * latents + spread * noise


def target(latents: Tensor, noise: Tensor, alpha_bar: Tensor, prediction_type: str) -> Tensor:
    """What the network predicts: e, or v = sqrt(a) e - sqrt(1 - a) x_0 (Salimans and Ho 2022)."""
    if prediction_type == "epsilon":
        return noise
    signal, spread = _roots(alpha_bar)
    return signal * noise - spread * latents


def clean(noisy: Tensor, predicted: Tensor, alpha_bar: Tensor, prediction_type: str) -> Tensor:
    """x_0 as a prediction of v or e has it; where hardly any signal is left of it, that of e is cut short."""
    signal, spread = _roots(alpha_bar)
    if prediction_type == "epsilon":
        return (noisy - spread * predicted) / signal.clamp(min=_LEAST_SIGNAL)
    return signal * noisy - spread * predicted


def noise_in(noisy: Tensor, latents: Tensor, alpha_bar: Tensor) -> Tensor:
    """The e that `add_noise` made `noisy` with from `latents`; there must be some."""
    signal, spread = _roots(alpha_bar)
    return (noisy - signal * latents) / spread


def loss_weight(alpha_bar: Tensor, prediction_type: str, gamma: float | None) -> Tensor:
    """Min-SNR weights [B] (Hang et al. 2023).

    For v the ratio is shifted by one, min(snr + 1, gamma) / (snr + 1), so that pure noise (snr = 0), where a picture's
    layout and colours are decided from the text alone, keeps the weight 1 instead of 0.
    """
    if gamma is None:
        return torch.ones_like(alpha_bar)
    snr = alpha_bar / (1 - alpha_bar)
    if prediction_type == "v_prediction":
        return (snr + 1).clamp(max=gamma) / (snr + 1)
    return snr.clamp(max=gamma) / snr


def _roots(alpha_bar: Tensor) -> tuple[Tensor, Tensor]:
    shaped = alpha_bar.view(-1, 1, 1, 1)
    return shaped.sqrt(), (1 - shaped).sqrt()
