"""The finished model: a stock StableDiffusionPipeline folder that needs none of this code.

It knows diffusers' folder layout and what `cosmicman.json` says; it does not know how the weights came to be.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging as diffusers_logging
from transformers import CLIPTextModel, CLIPTokenizer
from transformers.utils import logging as transformers_logging

from engine.train.config import Recipe
from engine.train.files import whole_folder, write_json
from engine.train.noise import build_scheduler
from engine.train.tokenizer import save_tokenizer


def save_package(
    recipe: Recipe,
    path: Path,
    *,
    unet: UNet2DConditionModel,
    vae: AutoencoderKL,
    text_encoder: CLIPTextModel,
    tokenizer: CLIPTokenizer,
    facts: dict[str, Any],
) -> None:
    """Write the pipeline folder in float16 safetensors, whole."""
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=build_scheduler(recipe.noise),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    transformers_logging.disable_progress_bar()
    diffusers_logging.get_logger("diffusers.models.modeling_utils").setLevel("ERROR")  # it names modules to keep: none
    pipeline.to(torch.float16, silence_dtype_warnings=True)
    with whole_folder(path) as temporary:
        pipeline.save_pretrained(temporary, safe_serialization=True)
        save_tokenizer(tokenizer, temporary / "tokenizer")
        _load_in_float32(temporary / "text_encoder" / "config.json")
        for config in temporary.glob("*/config.json"):
            _forget_origin(config)
        write_json(temporary / "cosmicman.json", describe(recipe, facts))
    pipeline.to(torch.float32)


def describe(recipe: Recipe, facts: dict[str, Any]) -> dict[str, Any]:
    """What a server wants to know and the pipeline's own files do not say."""
    package = recipe.package
    return {
        "name": recipe.name,
        "sizes": [list(size) for size in recipe.data.sizes],
        "default_size": list(package.default_size),
        "steps": package.steps,
        "guidance_scale": package.guidance_scale,
        "sampler": package.sampler,
        "licence": package.licence,
        "training": facts,
    }


def _load_in_float32(path: Path) -> None:
    """Let both libraries load alike: transformers takes the type its config names, diffusers float32."""
    config = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**config, "dtype": "float32"})


def _forget_origin(path: Path) -> None:
    """Diffusers notes the folder that a part was loaded from; it means nothing on another machine."""
    config = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {name: value for name, value in config.items() if name != "_name_or_path"})
