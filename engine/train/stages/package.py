"""The finished model: a stock Stable Diffusion or SDXL pipeline folder that needs none of this code.

It knows diffusers' folder layout and what `cosmicman.json` says; it does not know how the weights came to be.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from engine.files.whole import whole_folder, write_json
from engine.train.captions.tokenizer import save_tokenizer
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts


def save_package(
    recipe: Recipe,
    path: Path,
    *,
    unet: UNet2DConditionModel,
    parts: Parts,
    facts: dict[str, Any],
    more: Sequence[Path] = (),
) -> None:
    """Write the pipeline folder in float16 safetensors, whole; `more` are folders that it has besides."""
    pipeline = _pipeline(unet, parts)
    transformers_logging.disable_progress_bar()
    diffusers_logging.get_logger("diffusers.models.modeling_utils").setLevel("ERROR")  # it names modules to keep: none
    pipeline.to(torch.float16, silence_dtype_warnings=True)
    with whole_folder(path) as temporary:
        pipeline.save_pretrained(temporary, safe_serialization=True)
        for name, tokenizer in zip(("tokenizer", "tokenizer_2"), parts.reader.tokenizers, strict=False):
            save_tokenizer(tokenizer, temporary / name)
        for config in temporary.glob("text_encoder*/config.json"):
            _load_in_float32(config)
        for config in temporary.glob("*/config.json"):
            _forget_origin(config)
        for folder in more:
            shutil.copytree(folder, temporary / folder.name)
        write_json(temporary / "cosmicman.json", describe(recipe, parts, facts))
    pipeline.to(torch.float32)


def _pipeline(unet: UNet2DConditionModel, parts: Parts) -> Any:
    frozen: dict[str, Any] = {"vae": parts.vae, "unet": unet, "scheduler": parts.scheduler}
    tokenizers, encoders = parts.reader.tokenizers, parts.reader.encoders
    frozen |= {"tokenizer": tokenizers[0], "text_encoder": encoders[0]}
    if parts.family == "sdxl":
        frozen |= {"tokenizer_2": tokenizers[1], "text_encoder_2": encoders[1]}
        # The model has learnt the empty caption as it is encoded; zeros in its place would be a text it never met.
        return StableDiffusionXLPipeline(**frozen, force_zeros_for_empty_prompt=False, add_watermarker=False)
    return StableDiffusionPipeline(**frozen, safety_checker=None, feature_extractor=None, requires_safety_checker=False)


def describe(recipe: Recipe, parts: Parts, facts: dict[str, Any]) -> dict[str, Any]:
    """What a server wants to know and the pipeline's own files do not say.

    A model made from nothing draws the sizes it was shown; one on a base draws those that the base does, too.
    """
    package = recipe.package
    origin = {"source": f"{recipe.name}, trained from {parts.label}"} if parts.label else {}
    sizes = {} if parts.label else {"sizes": [list(size) for size in recipe.data.sizes]}
    return {
        "name": recipe.name,
        **origin,
        **sizes,
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
