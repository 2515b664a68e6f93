"""Latents that the UNet makes itself: sampled with guidance from noise, as far as some step of the sampler.

Noisy data still shows what the caption says, so a UNet that reads too little of the caption is rarely found out. From
its own latents only the text can tell it what is missing; asking there is ReFL (Xu et al. 2023, arXiv 2304.05977).
It knows sampling; it does not know what is asked of the result.
B batch, C latent channels, h w latent cells, K steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.samplers import NoiseSchedule
from engine.samplers.schedule import whole_timesteps
from engine.train.losses.noise import add_noise, clean, noise_in

Predict = Callable[[Tensor, Tensor], Tensor]  # latents [B, C, h, w] at timesteps [B] -> what the network predicts


def rollout_timesteps(schedule: NoiseSchedule, steps: int) -> Tensor:
    """The timesteps of a sampler of `steps` steps, [steps], from pure noise down to a `steps`-th of the schedule."""
    return torch.from_numpy(whole_timesteps(replace(schedule, timestep_spacing="trailing"), steps))


@torch.no_grad()
def roll_out(predict: Predict, noise: Tensor, timesteps: Tensor, alpha_bar: Tensor, kind: str) -> Tensor:
    """Deterministic DDIM (Song et al. 2021, eq. 12) from `noise` at the first timestep to latents at the last one.

    Args:
        predict: The network, guided.
        noise: [B, C, h, w], standard normal.
        timesteps: [K + 1] falling; K predictions are made.
        alpha_bar: [T] share of the signal at each timestep of the schedule.
        kind: What is predicted: ``epsilon`` or ``v_prediction``.
    """
    latents = noise
    for now, then in zip(timesteps[:-1], timesteps[1:], strict=True):
        at = now.expand(len(noise))
        picture = clean(latents, predict(latents, at), alpha_bar[at], kind)
        latents = add_noise(picture, noise_in(latents, picture, alpha_bar[at]), alpha_bar[then.expand(len(noise))])
    return latents
