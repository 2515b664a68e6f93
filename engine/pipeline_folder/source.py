"""Which folder each part of a model comes from, what family it is, and whether the parts belong together.

A source is a diffusers pipeline folder, or a folder with a UNet alone that replaces the UNet of a base pipeline.
Configs of the published training code name classes of its own diffusers copy (``..._New``); they are read as the stock
classes those are copies of. Configs are read here, weights are not.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PIPELINES = {
    "StableDiffusionPipeline": "sd",
    "StableDiffusionImg2ImgPipeline": "sd",
    "StableDiffusionXLPipeline": "sdxl",
    "StableDiffusionXLImg2ImgPipeline": "sdxl",
}
PARTS = {
    "sd": ("scheduler", "tokenizer", "text_encoder", "unet", "vae"),
    "sdxl": ("scheduler", "tokenizer", "tokenizer_2", "text_encoder", "text_encoder_2", "unet", "vae"),
}
#: Parts that a checkpoint may have besides: of its autoencoder, and of its UNet.
FAST_DECODER, FEW_STEPS = "fast_decoder", "few_steps"
UNET_CLASS = "UNet2DConditionModel"
FACTS_FILE = "cosmicman.json"
_COPIED_CLASS = "_New"
# What EMAModel of diffusers writes into the config of averaged weights; it says nothing of the model.
_AVERAGING_KEYS = frozenset(
    ("decay", "min_decay", "optimization_step", "update_after_step", "use_ema_warmup", "inv_gamma", "power")
)
# What the engine does not give or do; a model trained with it draws wrong pictures without it.
_UNSUPPORTED_KEYS = {
    "unet": ("time_cond_proj_dim", "class_embed_type", "encoder_hid_dim", "encoder_hid_dim_type"),
    "vae": ("latents_mean", "latents_std"),
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A model to export, part by part.

    Attributes:
        family: sd or sdxl.
        name: What the model is called where nobody names it.
        label: What the model is called in a manifest's source, such as "owner/unet on owner/base".
        folders: Folder of each part.
        facts: What cosmicman.json says; empty where there is none.
        facts_path: That file.
    """

    family: str
    name: str
    label: str
    folders: Mapping[str, Path]
    facts: Mapping[str, Any] = field(default_factory=dict)
    facts_path: Path

    def config(self, part: str) -> dict[str, Any]:
        """Config of a part, in the words of stock diffusers.

        Raises:
            ValueError: It is missing or no JSON object.
        """
        name = "scheduler_config.json" if part == "scheduler" else "config.json"
        return stock_config(read_json(self.folders[part] / name))

    def value(self, part: str, name: str) -> Any:
        """One field of a part's config.

        Raises:
            ValueError: The config has none.
        """
        config = self.config(part)
        if config.get(name) is None:
            raise ValueError(f"{self.folders[part] / 'config.json'}: must say {name}; it does not")
        return config[name]


def open_source(
    checkpoint: Path, base: Path | None = None, *, label: str | None = None, base_label: str | None = None
) -> Source:
    """Finds the parts of a model.

    Args:
        checkpoint: A pipeline folder; with a base, any folder that holds a UNet, itself or in ``unet``.
        base: A pipeline folder whose UNet is replaced.
        label: Name of the checkpoint; None takes the folder's.
        base_label: Name of the base; None takes the folder's.

    Raises:
        ValueError: It is no model this export can take; the message names the file and what is allowed.
    """
    pipeline = base or checkpoint
    family = _family(pipeline, checkpoint_is_unet=base is None and _unet_folder(checkpoint) is not None)
    folders = {part: pipeline / part for part in PARTS[family]}
    label = label or checkpoint.resolve().name
    name = label.rpartition("/")[2]
    if base is not None:
        unet = _unet_folder(checkpoint)
        if unet is None:
            raise ValueError(f"{checkpoint}: holds no UNet: neither config.json nor unet/config.json of a {UNET_CLASS}")
        folders["unet"] = unet
        label = f"{label} on {base_label or base.resolve().name}"
    more = {FAST_DECODER: pipeline / FAST_DECODER, FEW_STEPS: checkpoint / FEW_STEPS}
    folders |= {part: folder for part, folder in more.items() if folder.is_dir()}
    facts_path = checkpoint / FACTS_FILE
    facts = read_json(facts_path) if facts_path.exists() else {}
    source = Source(family=family, name=name, label=label, folders=folders, facts=facts, facts_path=facts_path)
    _check_parts(source)
    return source


def stock_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config with the class names of stock diffusers and without the notes of an average over weights."""
    return {name: _stock_name(value) for name, value in config.items() if name not in _AVERAGING_KEYS}


def _stock_name(value: Any) -> Any:
    if isinstance(value, list):
        return [_stock_name(each) for each in value]
    return value.removesuffix(_COPIED_CLASS) if isinstance(value, str) else value


def _family(pipeline: Path, *, checkpoint_is_unet: bool) -> str:
    if not pipeline.is_dir():
        raise ValueError(f"{pipeline}: there is no such folder")
    index = pipeline / "model_index.json"
    if not index.is_file():
        hint = "; it holds a UNet alone, which needs a base (--base)" if checkpoint_is_unet else ""
        raise ValueError(f"{pipeline}: no diffusers pipeline: it has no model_index.json{hint}")
    kind = stock_config(read_json(index)).get("_class_name")
    if kind not in PIPELINES:
        raise ValueError(f"{index}: the pipeline must be one of {', '.join(PIPELINES)}; got {kind}")
    return PIPELINES[kind]


def _unet_folder(checkpoint: Path) -> Path | None:
    """Where a checkpoint keeps its UNet: in ``unet`` like a pipeline, or on top like a repository of one model."""
    for folder in (checkpoint / "unet", checkpoint):
        path = folder / "config.json"
        if path.is_file() and stock_config(read_json(path)).get("_class_name") == UNET_CLASS:
            return folder
    return None


def _check_parts(source: Source) -> None:
    """Says which parts do not fit together, before any weight is read.

    Raises:
        ValueError: The UNet is of another family than the pipeline, or needs what the engine does not give.
    """
    unet_path, unet = source.folders["unet"] / "config.json", source.config("unet")
    for part, names in _UNSUPPORTED_KEYS.items():
        for name in names:
            if source.config(part).get(name) is not None:
                path = source.folders[part] / "config.json"
                raise ValueError(f"{path}: {name} is not supported; got {source.config(part)[name]!r}")
    expected = "text_time" if source.family == "sdxl" else None
    if unet.get("addition_embed_type") != expected:
        raise ValueError(
            f"{unet_path}: the UNet of a pipeline of family {source.family} has addition_embed_type {expected}; "
            f"this one has {unet.get('addition_embed_type')}"
        )
    encoders = [part for part in PARTS[source.family] if part.startswith("text_encoder")]
    width = sum(source.value(encoder, "hidden_size") for encoder in encoders)
    if source.value("unet", "cross_attention_dim") != width:
        raise ValueError(
            f"{unet_path}: the UNet reads text of width {unet['cross_attention_dim']}; the text encoders of this "
            f"{source.family} pipeline give {width}"
        )
    channels = source.value("vae", "latent_channels")
    if source.value("unet", "in_channels") != channels:
        raise ValueError(
            f"{unet_path}: a UNet that draws from text alone reads as many channels as the VAE has, {channels}; "
            f"this one reads {unet['in_channels']}"
        )
    if expected is not None:
        numbers = 6 * source.value("unet", "addition_time_embed_dim") + source.value(encoders[-1], "projection_dim")
        if source.value("unet", "projection_class_embeddings_input_dim") != numbers:
            raise ValueError(
                f"{unet_path}: projection_class_embeddings_input_dim must be {numbers} for a pooled text and six "
                f"sizes; got {unet['projection_class_embeddings_input_dim']}"
            )


def read_json(path: Path) -> dict[str, Any]:
    """One config file of a checkpoint.

    Raises:
        ValueError: It is missing, or is no JSON object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path}: missing from the checkpoint") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{path}: must hold a JSON object; got {type(data).__name__}")
    return data
