"""The parts a UNet is trained among: those of a base model, or those a recipe has made itself.

It knows where parts come from and whether they fit the recipe; it does not know how they are used.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from engine.pipeline_folder.scheduler_config import read_schedule
from engine.pipeline_folder.source import Source, open_source
from engine.pipeline_folder.tokenizer import load_tokenizer, second_padding_token
from engine.pipeline_folder.weights import load_part
from engine.samplers import NoiseSchedule
from engine.train.captions.text_states import TextReader
from engine.train.losses.noise import build_scheduler
from engine.train.recipe.data import check_sizes
from engine.train.recipe.losses import HolaVariant
from engine.train.recipe.model import BaseConfig
from engine.train.recipe.recipe import Recipe

Fetch = Callable[[str, str | None], Path]  # hub id, variant -> folder


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A model around its UNet, frozen."""

    family: str  # sd | sdxl
    label: str  # what the UNet is trained from; empty = from nothing
    vae: AutoencoderKL
    reader: TextReader
    schedule: NoiseSchedule
    scheduler: Any  # the diffusers scheduler that the finished pipeline ships
    build_unet: Callable[[], UNet2DConditionModel]  # as it is before its first step

    @property
    def factor(self) -> int:
        """Pixels to one latent cell, along each side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))


def open_base(config: BaseConfig, fetch: Fetch | None = None) -> Source:
    """The folders of a base model; `fetch` brings what is on the hub.

    Raises:
        ValueError: A folder is missing, or no model of the SD or SDXL family, or the UNet is not of the pipeline's.
    """

    def here(name: str) -> Path:
        return Path(os.path.expanduser(name))

    def folder(name: str) -> Path:
        return here(name) if fetch is None or here(name).exists() else fetch(name, config.variant)

    def label(name: str) -> str | None:
        return None if here(name).exists() else name  # where a folder lies is nobody else's business

    try:
        if config.unet is None:
            return open_source(folder(config.pipeline), label=label(config.pipeline))
        unet, pipeline = folder(config.unet), folder(config.pipeline)
        return open_source(unet, pipeline, label=label(config.unet), base_label=label(config.pipeline))
    except ValueError as error:
        raise ValueError(f"base: {error}") from error


def check_base(recipe: Recipe, source: Source) -> None:
    """Hold a recipe against the base's configs, before any weight is read.

    Raises:
        ValueError: A size, the noise schedule or a stride of HOLA is none that the base can be trained with.
    """
    factor = 2 ** (len(source.value("vae", "block_out_channels")) - 1)
    depth = len(source.value("unet", "block_out_channels"))
    check_sizes(recipe.data.sizes, factor * 2 ** (depth - 1))
    recipe.noise.schedule(read_schedule(source))
    able = [factor << level for level in range(depth) if _has_cross_attention(source, level, depth)]
    wrong = [stride for stride in recipe.hola.strides if stride not in able]
    if wrong and recipe.hola.variant is not HolaVariant.NONE:
        known = ", ".join(map(str, able))
        raise ValueError(f"hola.strides: this unet has cross-attention at strides {known}, got {wrong[0]}")


def _has_cross_attention(source: Source, level: int, depth: int) -> bool:
    """Whether any block at a level (0 = full latent resolution) reads the text."""
    blocks = [
        source.value("unet", "down_block_types")[level],
        source.value("unet", "up_block_types")[depth - 1 - level],
    ]
    if level == depth - 1:
        blocks.append(source.config("unet").get("mid_block_type", "UNetMidBlock2DCrossAttn"))
    return any("CrossAttn" in str(block) for block in blocks)


def base_parts(recipe: Recipe, source: Source) -> Parts:
    """The parts of a base model, its text encoders and autoencoder in float32.

    Raises:
        ValueError: Weights are missing, damaged or of another model, or the base and the recipe do not fit.
    """
    assert recipe.base is not None
    check_base(recipe, source)

    def load(kind: Any, part: str) -> Any:
        return load_part(kind, source.folders[part], source.config(part), torch.float32, variant=variant)

    variant = recipe.base.variant
    kinds: dict[str, Any] = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
    encoders = [load(kind, part) for part, kind in kinds.items() if part in source.folders]
    tokenizers = [load_tokenizer(source, part) for part in ("tokenizer", "tokenizer_2") if part in source.folders]
    second_padding = second_padding_token(source, tokenizers[0]) if source.family == "sdxl" else None
    schedule = recipe.noise.schedule(read_schedule(source))
    return Parts(
        family=source.family,
        label=source.label,
        vae=load(AutoencoderKL, "vae").requires_grad_(False),
        reader=TextReader(tokenizers, encoders, second_padding=second_padding),
        schedule=schedule,
        scheduler=build_scheduler(schedule) if recipe.noise.told else _scheduler(source),
        build_unet=partial(load, UNet2DConditionModel, "unet"),
    )


def _scheduler(source: Source) -> Any:
    """The base's own scheduler: nothing in the recipe asks for another."""
    config = source.config("scheduler")
    kind = getattr(diffusers, str(config.get("_class_name")), None)
    if kind is None:
        path = source.folders["scheduler"] / "scheduler_config.json"
        raise ValueError(f"{path}: _class_name must be a scheduler of diffusers, got {config.get('_class_name')!r}")
    return kind.from_config(config)
