"""The whole recipe, and whether its sections go together."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.train.recipe.ablation import AblationConfig
from engine.train.recipe.caption import CaptionConfig, TokenizerConfig
from engine.train.recipe.control import ControlConfig
from engine.train.recipe.data import DataConfig, check_sizes
from engine.train.recipe.distil import FastDecoderConfig, FewStepsConfig
from engine.train.recipe.limits import check_positive
from engine.train.recipe.losses import HolaConfig, NoiseConfig
from engine.train.recipe.model import BaseConfig, TextConfig, UnetConfig, VaeConfig
from engine.train.recipe.parser import ParserConfig
from engine.train.recipe.teachers import ProbeConfig


@dataclass(frozen=True, kw_only=True)
class PackageConfig:
    """What the finished pipeline folder says about itself."""

    default_size: tuple[int, int] = (128, 192)
    steps: int = 20
    guidance_scale: float = 4.0
    sampler: str = "ddim"
    licence: str = "Apache-2.0"


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
    parser: ParserConfig | None = None  # None = no parser is trained; it needs nothing but the autoencoder
    fast_decoder: FastDecoderConfig | None = None  # None = the finished model has its full decoder alone
    few_steps: FewStepsConfig | None = None  # None = it draws in many steps alone
    control: ControlConfig | None = None  # None = no network is trained that keeps to layouts or poses
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
            check_positive(self, "peak_teraflops")
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
