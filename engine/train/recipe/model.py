"""The model's parts: a base to train further, or autoencoder, text encoder and UNet of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.train.recipe.fit import FitConfig
from engine.train.recipe.limits import check_positive
from engine.train.recipe.teachers import PerceptualConfig


@dataclass(frozen=True, kw_only=True)
class BaseConfig:
    """A Stable Diffusion or SDXL model whose UNet is trained further; its other parts stay as they are."""

    pipeline: str  # a diffusers pipeline folder, or owner/name on the hub
    unet: str | None = None  # a folder or hub id whose UNet takes the place of the pipeline's
    variant: str | None = None  # of the weights, such as fp16; None = the plain ones, or the only variant


@dataclass(frozen=True, kw_only=True)
class VaeConfig:
    """A stock AutoencoderKL; its factor is 2 ** (levels - 1)."""

    block_out_channels: tuple[int, ...]
    latent_channels: int = 16
    layers_per_block: int = 1
    norm_num_groups: int = 8
    crop: tuple[int, int] = (64, 96)  # width, height of a training crop, multiples of the factor
    crop_tries: int = 1  # places looked at for a crop; the one with most detail is taken, three times out of four
    num_pictures: int = 8000  # held in memory; the last 1/32 of them are validation
    mse_weight: float = 1.0
    edge_weight: float = 1.0
    kl_weight: float = 1e-4  # times the mean over latent elements
    latent_noise: float = 0.0  # strongest noise on latents to decode, of their spread: no sampler hits them exactly
    perceptual: PerceptualConfig | None = None  # None = pixels and edges alone
    initial: Path | None = None  # a diffusers AutoencoderKL folder of the same shape to start from, or to take as it is
    freeze_encoder: bool = False  # train the decoder alone: latents, and what was learned on them, stay as they are
    fit: FitConfig | None = None  # None = `initial` is taken as it is

    def __post_init__(self) -> None:
        if any(side % self.factor for side in self.crop):
            raise ValueError(f"vae.crop must be multiples of {self.factor}, got {self.crop}")
        if self.crop_tries < 1:
            raise ValueError(f"vae.crop_tries must be at least 1, got {self.crop_tries}")
        if self.latent_noise < 0:
            raise ValueError(f"vae.latent_noise must not be negative, got {self.latent_noise}")
        if self.perceptual and self.fit is None:
            raise ValueError("vae.perceptual needs vae.fit: nothing is trained by it")
        if self.freeze_encoder and self.initial is None:
            raise ValueError("freeze_encoder needs vae.initial: an encoder that never learned says nothing")
        if self.fit is None and self.initial is None:
            raise ValueError("fit is missing; without it vae.initial must name a finished autoencoder")

    @property
    def factor(self) -> int:
        """Pixels of picture to one latent cell, along each side."""
        return int(2 ** (len(self.block_out_channels) - 1))


@dataclass(frozen=True, kw_only=True)
class TextConfig:
    """A stock CLIPTextModel, first taught to read captions by itself (see text.py)."""

    width: int = 128
    layers: int = 4
    heads: int = 4
    union_weight: float = 0.5  # of the whole-caption labels, next to the labels of each phrase
    initial: Path | None = None  # a CLIPTextModel folder of the same shape to start from, or to take as it is
    keep_weight: float = 0.0  # of the squared distance to the states of `initial`, which a UNet may have learnt to read
    fit: FitConfig | None = None  # None = `initial` is taken as it is

    def __post_init__(self) -> None:
        if self.keep_weight < 0:
            raise ValueError(f"keep_weight must not be negative, got {self.keep_weight}")
        if self.keep_weight and (self.initial is None or self.fit is None):
            raise ValueError("keep_weight needs text.initial and text.fit: states to stay near, and a reason to leave")
        if self.fit is None and self.initial is None:
            raise ValueError("fit is missing; without it text.initial must name a finished text encoder")


@dataclass(frozen=True, kw_only=True)
class LoraConfig:
    """Small matrices learnt beside frozen weights, instead of the weights."""

    rank: int = 0  # 0 = no adapters: every weight is trained
    alpha: float | None = None  # what they add counts alpha / rank; None = rank
    targets: tuple[str, ...] = ("to_q", "to_k", "to_v", "to_out.0")  # ends of the names of the layers they stand beside

    def __post_init__(self) -> None:
        if self.rank < 0:
            raise ValueError(f"rank must not be negative, got {self.rank}")
        if self.alpha is not None:
            check_positive(self, "alpha")
        if not self.targets:
            raise ValueError("targets must name at least one layer")


@dataclass(frozen=True, kw_only=True)
class UnetConfig:
    """A stock UNet2DConditionModel: a base's, or one with cross-attention at every level of this shape."""

    block_out_channels: tuple[int, ...] = ()  # needed without a base
    layers_per_block: int = 1
    heads: int = 4
    transformer_layers: int = 1
    norm_num_groups: int = 16
    gradient_checkpointing: bool = False  # compute activations again in the backward pass: less memory, a third slower
    initial: Path | None = None  # a diffusers UNet2DConditionModel folder of the same shape to start from
    num_samples: int = 16  # pictures drawn beside every checkpoint; 0 = none
    num_validation: int = 0  # pictures of the commonest size kept from training; their losses stand beside checkpoints
    lora: LoraConfig = field(default_factory=LoraConfig)
    fit: FitConfig

    def __post_init__(self) -> None:
        for name in ("num_samples", "num_validation"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, got {getattr(self, name)}")
