"""What is distilled from a finished model: a small decoder, and adapters that draw in few steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.train.recipe.fit import FitConfig
from engine.train.recipe.limits import check_positive
from engine.train.recipe.model import LoraConfig

_EVERY_LAYER = (
    *("to_q", "to_k", "to_v", "to_out.0", "0.proj", "net.2", "proj_in", "proj_out"),
    *("conv1", "conv2", "conv_shortcut", "conv", "time_emb_proj", "linear_1", "linear_2"),
)


@dataclass(frozen=True, kw_only=True)
class FastDecoderConfig:
    """A small decoder that learns the pictures of the model's own one."""

    channels: tuple[int, ...] = (64, 64, 64)  # of each level, that of the latents first; one less than doublings
    blocks: tuple[int, ...] = (3, 3, 3)  # residual blocks of each level
    crop: tuple[int, int] = (128, 128)  # width, height of what is decoded at once, multiples of the factor
    num_pictures: int = 2000  # a crop of each is encoded, decoded and held in memory; the last 1/32 are validation
    original_weight: float = 0.25  # of the distance to the picture itself, beside that to the full decoder's
    latent_noise: float = 0.25  # strongest noise on latents, of a spread of one: no sampler hits a picture's exactly
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "num_pictures")
        if min(self.original_weight, self.latent_noise) < 0:
            raise ValueError(
                f"original_weight and latent_noise must not be negative, got {self.original_weight} and "
                f"{self.latent_noise}"
            )
        if any(side % 2 ** len(self.channels) for side in self.crop):
            raise ValueError(f"fast_decoder.crop must be multiples of {2 ** len(self.channels)}, got {self.crop}")


@dataclass(frozen=True, kw_only=True)
class FewStepsConfig:
    """Adapters beside the UNet with which one step goes as far as several guided ones of it."""

    steps: int = 4
    teacher_steps: int = 12  # guided steps of the full UNet on the same way; as many for each of `steps`
    guidance_scale: float | None = None  # of the full UNet; None = the package's
    num_trajectories: int = 2000  # ways from noise to a picture, drawn once by the full UNet and kept on the disk
    lora: LoraConfig = field(default_factory=lambda: LoraConfig(rank=8, targets=_EVERY_LAYER))
    num_samples: int = 8  # pictures drawn beside every checkpoint, under the full UNet's; 0 = none
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "steps", "teacher_steps", "num_trajectories")
        if self.teacher_steps % self.steps:
            raise ValueError(f"teacher_steps must be a multiple of steps {self.steps}, got {self.teacher_steps}")
        if not self.lora.rank:
            raise ValueError("few_steps.lora.rank must be at least 1: adapters are what is learnt")
        if self.num_samples < 0:
            raise ValueError(f"few_steps.num_samples must be at least 0, got {self.num_samples}")
