"""How well a model takes the noise off pictures that it has never seen, and how much of that its captions do.

The same pictures, noise and timesteps are shown to every model, once under the picture's caption and once under the
empty one. Both errors are shares of the mean square of what is to be predicted:

    denoising error  = sum |predicted - target|^2 / sum |target|^2
    caption's worth  = (error without the caption - error with it) / error without it

They have no judge and no sampler in between, so that they tell models apart that have learnt too little to paint what
they are told. It knows predictions; it does not know models.
B batch, C latent channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.train.intervals import Interval, mean_over_pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Denoising:
    """Of one picture, means over its latents and the timesteps."""

    seed: int
    target: float  # square of what is to be predicted
    error: float  # squared error under the caption
    error_untold: float  # under the empty caption


def squares(target: Tensor, told: Tensor, untold: Tensor) -> Tensor:
    """Mean squares of a target [B, C, h, w] and of two predictions' errors, [B, 3]."""
    parts = (target, target - told, target - untold)
    return torch.stack([part.square().mean((1, 2, 3)) for part in parts], 1)


def denoising_error(pictures: Sequence[Denoising]) -> Interval:
    """The denoising error, and its interval over pictures."""
    return mean_over_pictures([one.error for one in pictures], [one.target for one in pictures])


def captions_worth(pictures: Sequence[Denoising]) -> Interval:
    """The caption's worth, and its interval over pictures."""
    gained = [one.error_untold - one.error for one in pictures]
    return mean_over_pictures(gained, [one.error_untold for one in pictures])


def show_denoising(pictures: Sequence[Denoising]) -> str:
    """Both numbers in a line each, as a person reads them."""
    found = {"denoising error": denoising_error(pictures), "caption's worth": captions_worth(pictures)}
    return "\n".join(f"{name}: {each.mean:.2%} ({each.low:.2%} .. {each.high:.2%})" for name, each in found.items())
