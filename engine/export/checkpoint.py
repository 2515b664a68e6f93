"""Writes a bundle's manifest from what a checkpoint says of itself, without loading its weights.

``cosmicman.json`` in the folder, where there is one, says what diffusers' files do not: name, sizes, defaults, licence.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.bundle.manifest import FewSteps, Manifest
from engine.export.group_attention.graph import nearest_level
from engine.pipeline_folder.few_steps import CONFIG_FILE, read_few_steps
from engine.pipeline_folder.scheduler_config import read_schedule
from engine.pipeline_folder.source import FEW_STEPS, Source
from engine.pipeline_folder.tokenizer import load_tokenizer, second_padding_token
from engine.samplers import SAMPLERS, NoiseSchedule, max_steps, samplers_of

DEFAULT_STEPS, DEFAULT_MAX_STEPS = 25, 150
DEFAULT_GUIDANCE_SCALE = 7.5
DEFAULT_SAMPLER = "euler_a"


def describe(source: Source, *, name: str | None, precision: str, clip_skip: int) -> Manifest:
    """The manifest of a model's bundle, without its files.

    Raises:
        ValueError: The model says something no bundle can.
    """
    unet, vae = source.config("unet"), source.config("vae")
    extra, extra_path = source.facts, source.facts_path
    tokenizer = load_tokenizer(source)
    schedule = read_schedule(source)
    vae_factor = 2 ** (len(source.value("vae", "block_out_channels")) - 1)
    multiple = vae_factor * 2 ** (len(source.value("unet", "block_out_channels")) - 1)
    sizes = tuple((int(width), int(height)) for width, height in extra.get("sizes", ()))
    _check_sizes(extra_path, sizes, multiple)
    native = _native_side(unet) * vae_factor
    default_size = extra.get("default_size") or (sizes[0] if sizes else (native, native))
    default_width, default_height = (int(side) for side in default_size)
    if sizes and (default_width, default_height) not in sizes:
        raise ValueError(f"{extra_path}: default_size must be one of sizes; got {default_width}x{default_height}")
    sampler = str(extra.get("sampler", DEFAULT_SAMPLER))
    if sampler not in SAMPLERS:
        raise ValueError(f"{extra_path}: sampler must be one of {', '.join(SAMPLERS)}; got {sampler!r}")
    return Manifest(
        name=name or str(extra.get("name") or source.name),
        family=source.family,
        source=str(extra.get("source", source.label)),
        licence=str(extra.get("licence", "unknown")),
        precision=precision,
        noise_schedule=asdict(schedule),
        scaling_factor=float(vae.get("scaling_factor") or 0.18215),
        shift_factor=float(vae.get("shift_factor") or 0.0),
        latent_channels=int(unet["in_channels"]),
        vae_factor=vae_factor,
        context_width=int(unet["cross_attention_dim"]),
        sizes=sizes,
        side_limits=_side_limits(sizes, native, multiple),
        tokenizer_length=int(tokenizer.model_max_length),
        start_token=int(tokenizer.bos_token_id),
        end_token=int(tokenizer.eos_token_id),
        padding_token=int(tokenizer.pad_token_id),
        default_width=default_width,
        default_height=default_height,
        default_steps=int(extra.get("steps", DEFAULT_STEPS)),
        max_steps=int(extra.get("max_steps", min(DEFAULT_MAX_STEPS, schedule.num_train_timesteps))),
        default_guidance_scale=float(extra.get("guidance_scale", DEFAULT_GUIDANCE_SCALE)),
        default_sampler=sampler,
        clip_skip=clip_skip,
        pooled_width=source.value("text_encoder_2", "projection_dim") if source.family == "sdxl" else 0,
        second_padding_token=second_padding_token(source, tokenizer) if source.family == "sdxl" else None,
        few_steps=_few_steps(source, schedule),
        attention_cell=_attention_cell(unet, vae_factor),
    )


def _few_steps(source: Source, schedule: NoiseSchedule) -> FewSteps | None:
    """How the UNet of few steps draws, where the checkpoint has one."""
    if FEW_STEPS not in source.folders:
        return None
    few, path = read_few_steps(source.folders[FEW_STEPS]), source.folders[FEW_STEPS] / CONFIG_FILE
    known = samplers_of(schedule)
    if few.sampler not in known:
        raise ValueError(f"{path}: sampler must be one of {', '.join(known)}; got {few.sampler[:40]!r}")
    if few.steps > (most := max_steps(few.sampler, schedule)):
        raise ValueError(f"{path}: steps may be at most {most} for {few.sampler}; got {few.steps}")
    return few


def _attention_cell(unet: Mapping[str, Any], vae_factor: int) -> int | None:
    """Pixels a side of what the UNet's maps of attention tell apart; None where nothing in it reads the text."""
    depth, cross = len(unet["block_out_channels"]), "CrossAttn"
    levels = {level for level, kind in enumerate(unet["down_block_types"]) if cross in kind}
    levels |= {depth - 1 - place for place, kind in enumerate(unet["up_block_types"]) if cross in kind}
    levels |= {depth - 1} if cross in (unet.get("mid_block_type", cross) or "") else set()
    return vae_factor * 2 ** nearest_level(levels, vae_factor) if levels else None


def _native_side(unet: Mapping[str, Any]) -> int:
    side = unet.get("sample_size") or 64
    return int(side if isinstance(side, int) else max(side))


def _side_limits(sizes: tuple[tuple[int, int], ...], native: int, multiple: int) -> tuple[int, int, int]:
    """Half to twice the side the model was trained at, where no sizes are given."""
    if sizes:
        sides = [side for size in sizes for side in size]
        return min(sides), max(sides), multiple
    return max(multiple, native // 2 // multiple * multiple), max(multiple, native * 2 // multiple * multiple), multiple


def _check_sizes(path: Path, sizes: tuple[tuple[int, int], ...], multiple: int) -> None:
    for width, height in sizes:
        if width < multiple or height < multiple or width % multiple or height % multiple:
            raise ValueError(f"{path}: sides must be multiples of {multiple}; got {width}x{height}")
