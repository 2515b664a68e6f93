"""Writes a bundle's manifest from what a checkpoint says of itself, without loading its weights.

``cosmicman.json`` in the folder, where there is one, says what diffusers' files do not: name, sizes, defaults, licence.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from transformers import CLIPTokenizer

from engine.bundle import Manifest
from engine.export.source import Source
from engine.samplers import SAMPLERS, NoiseSchedule

DEFAULT_STEPS, DEFAULT_MAX_STEPS = 25, 150
DEFAULT_GUIDANCE_SCALE = 7.5
DEFAULT_SAMPLER = "euler_a"
# Schedulers whose timesteps lead where their config says nothing; the others take linspace.
LEADING_SCHEDULERS = ("DDIMScheduler", "DDPMScheduler", "LCMScheduler", "PNDMScheduler")


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
        second_padding_token=_second_padding_token(source, tokenizer) if source.family == "sdxl" else None,
    )


def read_schedule(source: Source) -> NoiseSchedule:
    """The noise schedule of a scheduler config, with the defaults its class gives the fields it leaves out.

    Raises:
        ValueError: The model was trained in a way the samplers do not know.
    """
    path, config = source.folders["scheduler"] / "scheduler_config.json", source.config("scheduler")
    if config.get("trained_betas") is not None:
        raise ValueError(f"{path}: trained_betas are not supported")
    kind = config.get("_class_name", "DDIMScheduler")
    betas = (0.00085, 0.012, "scaled_linear") if kind == "LCMScheduler" else (0.0001, 0.02, "linear")
    try:
        return NoiseSchedule(
            prediction_type=config.get("prediction_type", "epsilon"),
            num_train_timesteps=config.get("num_train_timesteps", 1000),
            beta_start=config.get("beta_start", betas[0]),
            beta_end=config.get("beta_end", betas[1]),
            beta_schedule=config.get("beta_schedule", betas[2]),
            rescale_betas_zero_snr=config.get("rescale_betas_zero_snr", False),
            timestep_spacing=config.get("timestep_spacing", "leading" if kind in LEADING_SCHEDULERS else "linspace"),
            steps_offset=config.get("steps_offset", 0),
            set_alpha_to_one=config.get("set_alpha_to_one", kind != "PNDMScheduler"),
            original_inference_steps=config.get("original_inference_steps", 50),
            timestep_scaling=config.get("timestep_scaling", 10.0),
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def load_tokenizer(source: Source, part: str = "tokenizer") -> CLIPTokenizer:
    """A CLIP tokenizer of a checkpoint, from tokenizer.json or from vocab.json and merges.txt.

    Raises:
        ValueError: There is none.
    """
    folder = source.folders[part]
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise ValueError(f"{folder}: holds neither tokenizer.json nor vocab.json and merges.txt")
    tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    assert isinstance(tokenizer, CLIPTokenizer)
    return tokenizer


def _second_padding_token(source: Source, first: CLIPTokenizer) -> int:
    """What the second tokenizer pads with; all else must be as in the first, so that one plan of windows fits both."""
    second = load_tokenizer(source, "tokenizer_2")
    for what, one, other in (
        ("words", _words(first), _words(second)),
        ("marks", (first.bos_token_id, first.eos_token_id), (second.bos_token_id, second.eos_token_id)),
        ("length", first.model_max_length, second.model_max_length),
    ):
        if one != other:
            raise ValueError(f"{source.folders['tokenizer_2']}: its {what} must be those of the first tokenizer")
    return int(second.pad_token_id)


def _words(tokenizer: CLIPTokenizer) -> tuple[object, object]:
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    return model["vocab"], model["merges"]


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
