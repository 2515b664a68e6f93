"""What a training run is: frozen dataclasses filled from one YAML file and overrides.

It knows names, types and limits of settings; it does not know torch, models or data.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from engine.samplers import NoiseSchedule

PROBE_NORM_GROUPS = 8


class HolaVariant(StrEnum):
    """How cross-attention is held to the body regions (see hola.py)."""

    NONE = "none"
    HOLA = "hola"
    HOLA_REFERENCE = "hola_reference"
    HOLA_MASS = "hola_mass"


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """One optimisation: how long, how fast, how often it is written down."""

    steps: int  # optimiser steps of the whole stage
    batch_size: int  # samples a batch and process
    learning_rate: float  # peak
    accumulate: int = 1  # batches whose gradients make one optimiser step
    warmup_steps: int = 100  # linear from zero
    decay_fraction: float = 1.0  # last part of the steps in which a cosine takes the rate down
    final_fraction: float = 0.02  # of the peak rate, at the last step
    optimizer: str = "adamw"  # adamw | muon (see optimizer.py)
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    max_grad_norm: float = 1.0
    mixed_precision: str = "no"  # no | bf16 | fp16 (accelerate's names)
    ema_decay: float = 0.0  # 0 = no average is kept
    checkpoint_minutes: float = 10.0  # of wall clock between two checkpoints
    keep_checkpoints: int = 2  # the newest; older ones are removed
    log_every: int = 50  # steps between two lines of numbers
    compile: bool = False  # torch.compile the objective; a minute a shape, then faster steps
    cuda_graphs: bool = False  # record each shape's forward and backward pass, and replay it: for small models on a GPU
    shard: bool = False  # divide parameters, gradients and optimiser state among processes (FSDP2); False = DDP

    def __post_init__(self) -> None:
        _positive(self, "steps", "batch_size", "accumulate", "learning_rate", "max_grad_norm", "checkpoint_minutes")
        _positive(self, "keep_checkpoints", "log_every")
        _fraction(self, "decay_fraction", "final_fraction", "ema_decay")
        if self.optimizer not in ("adamw", "muon"):
            raise ValueError(f"optimizer must be adamw or muon, got {self.optimizer!r}")
        if self.mixed_precision not in ("no", "bf16", "fp16"):
            raise ValueError(f"mixed_precision must be no, bf16 or fp16, got {self.mixed_precision!r}")
        if self.cuda_graphs and (self.compile or self.mixed_precision == "fp16"):
            raise ValueError("cuda_graphs goes without compile and with mixed_precision no or bf16")
        if self.shard and self.mixed_precision == "fp16":
            raise ValueError("shard goes with mixed_precision no or bf16: fp16's loss scale does not see all gradients")


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """A data folder and the sizes trained on."""

    folder: Path
    format: str = "cosmicman"  # cosmicman (label/*.parquet) | webdataset (*.tar) | pictures (NAME.txt beside NAME.jpg)
    sizes: tuple[tuple[int, int], ...] = ((128, 192), (160, 160), (192, 128))  # width, height
    any_size: bool = False  # rows of other sizes are scaled and cropped into the nearest; otherwise they are left out
    mirror: bool = False  # learn from every picture's mirror image too
    max_unreadable: int = 0  # samples whose files may be missing or damaged before the run stops
    limit: int | None = None  # use only the first samples
    workers: int = 0  # processes that read files and make batches ahead of the steps; 0 = between the steps
    cache: Path | None = None  # where latents are kept, for several runs to share; None = cache/ of the output folder

    def __post_init__(self) -> None:
        if self.format not in ("cosmicman", "webdataset", "pictures"):
            raise ValueError(f"format must be cosmicman, webdataset or pictures, got {self.format!r}")
        if self.max_unreadable < 0 or (self.limit is not None and self.limit < 1):
            wrong = f"got {self.max_unreadable} and {self.limit}"
            raise ValueError(f"max_unreadable must be at least 0 and limit at least 1, {wrong}")
        if self.workers < 0:
            raise ValueError(f"workers must be at least 0, got {self.workers}")


@dataclass(frozen=True, kw_only=True)
class CaptionConfig:
    """How phrases become one caption (DESIGN section 7)."""

    list_fraction: float = 0.5  # the rest is prose
    everyday_fraction: float = 0.0  # of all captions, in place of list and prose: loose sentences and tags in any order
    phrase_dropout: float = 0.1
    late_slot_dropout: float = 0.0  # of slots 14-19, in place of phrase_dropout; the paper has 0.5
    attribute_dropout: float = 0.0  # of what a phrase says besides its noun: "a blue dress" of a long plain one
    caption_dropout: float = 0.1  # whole caption replaced by the empty string
    short_fraction: float = 0.0  # captions thinned by short_dropout instead: "woman in a red dress on a beach"
    short_dropout: float = 0.6
    windows: int = 1  # most windows of the text encoder a caption may take; phrases beyond are left out
    variants: int = 0  # fixed captions of each sample, whose text states are cached; 0 = composed anew at every step

    def __post_init__(self) -> None:
        _positive(self, "windows")
        if self.variants < 0:
            raise ValueError(f"variants must be at least 0, got {self.variants}")
        _fraction(self, "list_fraction", "everyday_fraction", "phrase_dropout", "late_slot_dropout")
        _fraction(self, "attribute_dropout", "caption_dropout", "short_fraction", "short_dropout")


@dataclass(frozen=True, kw_only=True)
class BaseConfig:
    """A Stable Diffusion or SDXL model whose UNet is trained further; its other parts stay as they are."""

    pipeline: str  # a diffusers pipeline folder, or owner/name on the hub
    unet: str | None = None  # a folder or hub id whose UNet takes the place of the pipeline's
    variant: str | None = None  # of the weights, such as fp16; None = the plain ones, or the only variant


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """The CLIP-format byte-pair vocabulary."""

    vocab_size: int = 3000
    num_captions: int = 20000  # composed to learn merges from
    max_length: int = 77
    initial: Path | None = None  # a tokenizer folder to take as it is

    def __post_init__(self) -> None:
        if self.vocab_size < 514:
            least = "514 (bytes, their word ends, two marks)"
            raise ValueError(f"vocab_size must be at least {least}, got {self.vocab_size}")


@dataclass(frozen=True, kw_only=True)
class PerceptualConfig:
    """A network taught to read the data's labels off pictures, and how much its distance counts (see perceptual.py)."""

    weight: float = 0.5  # of the distance in the autoencoder's loss
    widths: tuple[int, ...] = (32, 64, 96, 128)  # channels; each layer halves the sides
    blocks: int = 2  # residual 3x3 convolutions after them
    held_out: float = 0.02  # of the pictures, to test it on
    fit: FitConfig

    def __post_init__(self) -> None:
        _positive(self, "weight", "blocks")
        if not self.widths or any(width < 1 or width % PROBE_NORM_GROUPS for width in self.widths):
            raise ValueError(f"widths must be multiples of {PROBE_NORM_GROUPS}, got {list(self.widths)}")
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out must lie between 0 and 1, got {self.held_out}")


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
            _positive(self, "alpha")
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
    lora: LoraConfig = field(default_factory=LoraConfig)
    fit: FitConfig

    def __post_init__(self) -> None:
        if self.num_samples < 0:
            raise ValueError(f"num_samples must be at least 0, got {self.num_samples}")


_OWN_SCHEDULE = NoiseSchedule(
    prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing", steps_offset=1
)


@dataclass(frozen=True, kw_only=True)
class NoiseConfig:
    """The forward process and how its steps weigh in the loss.

    What is None of the schedule is the base's, or figurine's: 1000 steps, betas scaled_linear from 0.00085 to 0.012,
    v_prediction, zero terminal SNR.
    """

    num_train_timesteps: int | None = None
    beta_start: float | None = None
    beta_end: float | None = None
    beta_schedule: str | None = None
    prediction_type: str | None = None
    rescale_betas_zero_snr: bool | None = None
    min_snr_gamma: float | None = 5.0  # None = every timestep weighs the same
    noise_offset: float = 0.0

    def __post_init__(self) -> None:
        if self.prediction_type not in (None, "epsilon", "v_prediction"):
            raise ValueError(f"prediction_type must be epsilon or v_prediction, got {self.prediction_type!r}")

    @property
    def told(self) -> dict[str, Any]:
        """What the recipe itself says of the schedule."""
        names = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type")
        values = {name: getattr(self, name) for name in (*names, "rescale_betas_zero_snr")}
        return {name: value for name, value in values.items() if value is not None}

    def schedule(self, base: NoiseSchedule | None = None) -> NoiseSchedule:
        """The schedule trained on.

        Raises:
            ValueError: No model can learn from it, such as zero terminal SNR where noise is predicted.
        """
        told = self.told
        if told.get("rescale_betas_zero_snr"):
            told["timestep_spacing"] = "trailing"  # so that drawing begins where the model was shown pure noise
        try:
            return replace(base or _OWN_SCHEDULE, **told)
        except ValueError as error:
            raise ValueError(f"noise: {error}") from error


@dataclass(frozen=True, kw_only=True)
class HolaConfig:
    """Attention supervision: which loss, how strong, at which layers."""

    variant: HolaVariant = HolaVariant.HOLA_MASS
    weight: float = 1.0
    strides: tuple[int, ...] = (16,)  # pixels to one attention query, along each side

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError(f"hola.weight must not be negative, got {self.weight}")
        if not self.strides and self.variant is not HolaVariant.NONE:
            raise ValueError("hola.strides must name at least one stride, or hola.variant be none")


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
        _positive(self, "width", "blocks")
        if self.weight < 0 or self.noise < 0:
            raise ValueError(f"weight and noise must not be negative, got {self.weight} and {self.noise}")
        if self.width % PROBE_NORM_GROUPS:
            raise ValueError(f"width must be a multiple of {PROBE_NORM_GROUPS}, got {self.width}")
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out must lie between 0 and 1, got {self.held_out}")


@dataclass(frozen=True, kw_only=True)
class PackageConfig:
    """What the finished pipeline folder says about itself."""

    default_size: tuple[int, int] = (128, 192)
    steps: int = 20
    guidance_scale: float = 4.0
    sampler: str = "ddim"
    licence: str = "Apache-2.0"


@dataclass(frozen=True, kw_only=True)
class VariantConfig:
    """One way of training that is compared with others."""

    name: str
    set: tuple[str, ...] = ()  # overrides, KEY=VALUE

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+", self.name):
            raise ValueError(f"name must be lower-case letters, digits and underscores, got {self.name!r}")


@dataclass(frozen=True, kw_only=True)
class AblationConfig:
    """What `cosmicman ablation` trains and asks: every variant with every seed."""

    variants: tuple[VariantConfig, ...]  # the first is the baseline
    seeds: tuple[int, ...] = (0, 1, 2)
    num_descriptions: int = 300  # unseen figures that each model is judged on

    def __post_init__(self) -> None:
        _positive(self, "num_descriptions")
        names = [variant.name for variant in self.variants]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(f"variants must be two or more of different names, got {', '.join(names) or 'none'}")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds must be one or more different numbers, got {list(self.seeds)}")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything one model is made from."""

    name: str
    seed: int = 0
    threads: int | None = None  # torch CPU threads; None = torch's own choice
    data: DataConfig
    base: BaseConfig | None = None  # None = every part is made by this recipe
    caption: CaptionConfig = field(default_factory=CaptionConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    vae: VaeConfig | None = None  # needed without a base
    text: TextConfig | None = None  # needed without a base
    unet: UnetConfig
    noise: NoiseConfig = field(default_factory=NoiseConfig)
    hola: HolaConfig = field(default_factory=HolaConfig)
    probe: ProbeConfig | None = None  # None = the UNet's loss asks no probe
    package: PackageConfig = field(default_factory=PackageConfig)
    tensorboard: bool = False  # scalars under OUT/tensorboard; needs the tensorboard package
    wandb: str | None = None  # a Weights & Biases project for the same scalars; needs the wandb package
    peak_teraflops: float | None = None  # of one device, what MFU is measured against; None = known or measured
    ablation: AblationConfig | None = None  # what `cosmicman ablation` compares; training itself ignores it

    def __post_init__(self) -> None:
        if self.unet.lora.rank and not (self.base or self.unet.initial):
            raise ValueError(
                "unet.lora needs base or unet.initial: adapters beside weights that never learnt say nothing"
            )
        if self.peak_teraflops is not None:
            _positive(self, "peak_teraflops")
        if not self.data.sizes:
            raise ValueError("data.sizes must name at least one size")
        if self.base is not None:
            self._check_parts_are_the_bases()
        else:
            self._check_own_parts()

    def _check_parts_are_the_bases(self) -> None:
        """A setting that would do nothing is refused."""
        shape = ("block_out_channels", "layers_per_block", "heads", "transformer_layers", "norm_num_groups", "initial")
        default = UnetConfig(fit=self.unet.fit)
        given = [f"unet.{name}" for name in shape if getattr(self.unet, name) != getattr(default, name)]
        given += [name for name in ("vae", "text") if getattr(self, name) is not None]
        given += ["tokenizer"] if self.tokenizer != TokenizerConfig() else []
        if given:
            raise ValueError(f"{given[0]} comes from base.pipeline; leave it out of the recipe")

    def _check_own_parts(self) -> None:
        if self.vae is None or self.text is None or not self.unet.block_out_channels:
            wanted = {"vae": self.vae, "text": self.text, "unet.block_out_channels": self.unet.block_out_channels}
            missing = next(name for name, value in wanted.items() if not value)
            raise ValueError(f"setting {missing} is missing; without it a recipe needs base.pipeline")
        self.noise.schedule()
        step = self.vae.factor * 2 ** (len(self.unet.block_out_channels) - 1)
        check_sizes(self.data.sizes, step)
        for size in self.data.sizes:
            if any(cut > side for cut, side in zip(self.vae.crop, size, strict=True)):
                raise ValueError(f"vae.crop must fit into every size of data.sizes, got {self.vae.crop} for {size}")


def check_sizes(sizes: typing.Sequence[tuple[int, int]], step: int) -> None:
    """Whether a model whose smallest cell is `step` pixels wide can take pictures of these sizes.

    Raises:
        ValueError: It cannot.
    """
    for size in sizes:
        if any(side % step or side < step for side in size):
            raise ValueError(f"data.sizes must be multiples of {step} for this vae and unet, got {size}")


def load_recipe(path: Path, overrides: typing.Sequence[str] = ()) -> Recipe:
    """Read a YAML recipe and apply `a.b=c` overrides; raise ValueError naming the key that is wrong."""
    try:
        tree = _from_yaml(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {error}") from error
    if not isinstance(tree, dict):
        raise ValueError(f"{path} must hold a mapping of settings, got {type(tree).__name__}")
    for override in overrides:
        _override(tree, override)
    recipe = _build(Recipe, tree, "")
    assert isinstance(recipe, Recipe)
    return recipe


def as_tree(value: Any) -> Any:
    """The recipe as plain lists, numbers and strings, fit for JSON or YAML."""
    if is_dataclass(value):
        return {entry.name: as_tree(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, tuple):
        return [as_tree(item) for item in value]
    return str(value) if isinstance(value, Path | StrEnum) else value


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Booleans as YAML 1.2 has them, true and false alone: `no` is the name of a precision."""


_BOOLEAN = "tag:yaml.org,2002:bool"
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != _BOOLEAN]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _from_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)


def _override(tree: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ValueError(f"an override is written a.b=value, got {override!r}")
    *parents, leaf = key.split(".")
    for name in parents:
        tree = tree.setdefault(name, {})
        if not isinstance(tree, dict):
            raise ValueError(f"override {override!r}: {name} is a value, not a section")
    tree[leaf] = _from_yaml(text)


def _build(cls: type, tree: Any, where: str) -> Any:
    if not isinstance(tree, Mapping):
        raise ValueError(f"{where or 'the recipe'} must be a mapping of settings, got {tree!r}")
    hints = typing.get_type_hints(cls)
    known = {entry.name: entry for entry in fields(cls)}
    prefix = f"{where}." if where else ""
    for key in tree:
        if key not in known:
            raise ValueError(f"unknown setting {prefix}{key}; expected one of {', '.join(sorted(known))}")
    for name, entry in known.items():
        if name not in tree and entry.default is MISSING and entry.default_factory is MISSING:
            raise ValueError(f"setting {prefix}{name} is missing")
    values = {name: _convert(hints[name], value, f"{prefix}{name}") for name, value in tree.items()}
    try:
        return cls(**values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}" if where else str(error)) from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        hint = next(argument for argument in arguments if argument is not type(None))
        return _convert(hint, value, where)
    if is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where)
    if origin is tuple:
        return _convert_tuple(arguments, value, where)
    return _convert_scalar(hint, value, where)


def _convert_tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where} must be a list, got {value!r}")
    if arguments[-1] is Ellipsis:
        return tuple(_convert(arguments[0], item, where) for item in value)
    if len(value) != len(arguments):
        raise ValueError(f"{where} must be a list of {len(arguments)}, got {value!r}")
    return tuple(_convert(hint, item, where) for hint, item in zip(arguments, value, strict=True))


def _convert_scalar(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        choices = [str(choice) for choice in hint]
        if value not in choices:
            raise ValueError(f"{where} must be one of {', '.join(choices)}, got {value!r}")
        return hint(value)
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is float and isinstance(value, str):  # YAML reads 1e-3 as a string
        try:
            return float(value)
        except ValueError as error:
            raise ValueError(f"{where} must be a number, got {value!r}") from error
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise ValueError(f"{where} must be {hint.__name__}, got {value!r}")
    return value


def _positive(config: Any, *names: str) -> None:
    for name in names:
        if not getattr(config, name) > 0:
            raise ValueError(f"{name} must be more than 0, got {getattr(config, name)!r}")


def _fraction(config: Any, *names: str) -> None:
    for name in names:
        if not 0 <= getattr(config, name) <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {getattr(config, name)!r}")
