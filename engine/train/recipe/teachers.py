"""Networks that are no part of the model and say what it misses: the probe, its rollouts, the perceptual network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.train.recipe.fit import FitConfig
from engine.train.recipe.limits import check_positive

PROBE_NORM_GROUPS = 8


@dataclass(frozen=True, kw_only=True)
class PerceptualConfig:
    """A network taught to read the data's labels off pictures, and how much its distance counts (see perceptual.py)."""

    weight: float = 0.5  # of the distance in the autoencoder's loss
    widths: tuple[int, ...] = (32, 64, 96, 128)  # channels; each layer halves the sides
    blocks: int = 2  # residual 3x3 convolutions after them
    held_out: float = 0.02  # of the pictures, to test it on
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "weight", "blocks")
        if not self.widths or any(width < 1 or width % PROBE_NORM_GROUPS for width in self.widths):
            raise ValueError(f"widths must be multiples of {PROBE_NORM_GROUPS}, got {list(self.widths)}")
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out must lie between 0 and 1, got {self.held_out}")


@dataclass(frozen=True, kw_only=True)
class RolloutConfig:
    """How the UNet is asked about latents of its own making as well (see rollout.py)."""

    weight: float = 0.5  # of what the probe misses there
    steps: int = 8  # of the sampler; it stops before one of them, which is then asked about
    fraction: float = 0.25  # of each batch: the captions that are sampled for
    begin: float = 0.0  # share of the UNet's steps before the first one: who has learnt nothing samples nothing

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError(f"weight must not be negative, got {self.weight}")
        if self.steps < 2:
            raise ValueError(f"steps must be at least 2, got {self.steps}")
        if not 0 < self.fraction <= 1:
            raise ValueError(f"fraction must lie above 0 and up to 1, got {self.fraction}")
        if not 0 <= self.begin < 1:
            raise ValueError(f"begin must be at least 0 and less than 1, got {self.begin}")


@dataclass(frozen=True, kw_only=True)
class ProbeConfig:
    """A small network that reads labels off latents, and how much the UNet is told of what it reads (see probe.py)."""

    weight: float = 0.5  # of its loss in the UNet's; 0 = it is trained, but not asked
    width: int = 96  # channels
    blocks: int = 3  # residual 3x3 convolutions
    noise: float = 0.6  # strongest noise on the latents it learns from, which have variance 1
    held_out: float = 0.05  # of the pictures, to test it on
    initial: Path | None = None  # a probe's folder of the same shape to start from; it may read other labels too
    rollout: RolloutConfig | None = None
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "width", "blocks")
        if self.weight < 0 or self.noise < 0:
            raise ValueError(f"weight and noise must not be negative, got {self.weight} and {self.noise}")
        if self.width % PROBE_NORM_GROUPS:
            raise ValueError(f"width must be a multiple of {PROBE_NORM_GROUPS}, got {self.width}")
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out must lie between 0 and 1, got {self.held_out}")
