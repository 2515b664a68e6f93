"""The stages of a recipe in order, each found or made under one output folder.

It wires stages, folders and the record of what they cost; the stages themselves know nothing of one another.

    OUT/{tokenizer,vae,text_encoder,unet}/      finished parts, in diffusers' layout
    OUT/lora/                                   trained adapters alone, for a stock pipeline's load_lora_weights
    OUT/perceptual/                             the network that says how unlike pictures look, where the recipe has one
    OUT/parser/                                 the network that says which item each pixel shows, where asked for
    OUT/fast_decoder/                           the small decoder, where the recipe asks for it
    OUT/few_steps/                              adapters that draw in few steps, where it does
    OUT/control/{layout,pose}/                  networks that keep to a layout or a pose, where it does
    OUT/probe/                                  the network that reads labels off latents, where the recipe asks for it
    OUT/checkpoints/{perceptual,vae,parser,text,probe,unet,...}/step_*  training states
    OUT/cache/<hash>/                           latents and region shares
    OUT/cache/text-<hash>/                      text states, where captions are fixed
    OUT/cache/trajectories-<hash>/              ways from noise to pictures, for few steps
    OUT/samples/                                pictures to look at
    OUT/package/                                the pipeline folder
    OUT/training.json                           what each stage cost
    OUT/{tensorboard,wandb}/{perceptual,vae,parser,text,probe,unet,...}/  scalars, where the recipe asks for them
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from diffusers import AutoencoderKL

from engine.bundle.manifest import FewSteps
from engine.pipeline_folder.fast_decoder import save_fast_decoder
from engine.train.captions.tokenizer import save_tokenizer, take_tokenizer, train_tokenizer
from engine.train.control.stage import ControlStage
from engine.train.data.check import check_files
from engine.train.loop import checkpoint
from engine.train.loop.fit import run_stage
from engine.train.loop.stage import Outcome, Stage
from engine.train.loop.trackers import TensorBoard, Tracker, WeightsAndBiases, require_trackers
from engine.train.output_folder import OutputFolder
from engine.train.parser.stage import ParserStage
from engine.train.process import joins_processes, set_up_process
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.model import TextConfig, VaeConfig
from engine.train.recipe.reading import as_tree
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Fetch, check_base, open_base
from engine.train.stages.fast_decoder import FastDecoderStage, build_fast_decoder
from engine.train.stages.few_steps import FewStepsStage
from engine.train.stages.latents_on_ray import require_ray
from engine.train.stages.lora import add_adapters, load_adapters, save_lora
from engine.train.stages.package import save_package
from engine.train.stages.start_weights import check_start, start_from
from engine.train.stages.text_encoder import TextStage, composed_texts, load_text_encoder, num_parameters
from engine.train.stages.trajectories import load_trajectories
from engine.train.stages.unet import DiffusionStage, build_unet
from engine.train.stages.vae import VaeStage, build_vae
from engine.train.teachers.perceptual import load_perceptual
from engine.train.teachers.perceptual_stage import PerceptualStage
from engine.train.teachers.probe import read_alike
from engine.train.teachers.probe_stage import ProbeStage

logger = logging.getLogger(__name__)

_MADE = ("tokenizer", "perceptual", "vae", "parser", "text", "probe", "unet")
_DISTILLED = ("fast_decoder", "few_steps")  # folders that the package has besides
STAGES = (*_MADE, *_DISTILLED, "control", "package")
BASE_STAGES = ("parser", "probe", "unet", *_DISTILLED, "control", "package")  # where the other parts are a base's
_SECTIONS = {
    "perceptual": "vae.perceptual",
    "parser": "parser",
    "probe": "probe",
    "control": "control",
    **{name: name for name in _DISTILLED},
}  # what a recipe has where it has that stage


class Run(OutputFolder):
    """One recipe in one output folder."""

    def __init__(
        self, recipe: Recipe, out: Path, *, resume: bool, fetch: Fetch | None = None, writes: bool = True
    ) -> None:
        """Set the process up for training on this machine; `fetch` brings a base from the hub.

        Where the run `writes` nothing it is only looked at.

        Raises:
            ValueError: The base is missing, of no family that can be trained, or does not fit the recipe.
        """
        base = open_base(recipe.base, fetch) if recipe.base else None
        if base:
            check_base(recipe, base)
        has: dict[str, Any] = {"probe": recipe.probe, "parser": recipe.parser, "control": recipe.control}
        has["perceptual"] = recipe.vae and recipe.vae.perceptual
        has |= {name: getattr(recipe, name) for name in _DISTILLED}
        stages = BASE_STAGES if base else STAGES
        self.stages = tuple(name for name in stages if has.get(name, True))
        super().__init__(recipe, out, base, is_main=joins_processes(), writes=writes)
        self.resume = resume
        require_ray(recipe.data)
        require_trackers(tensorboard=recipe.tensorboard, wandb=recipe.wandb)
        set_up_process(recipe)

    def stage(self, name: str) -> None:
        """Run one stage; those before it must be done."""
        if name in (BASE_STAGES if self.base else STAGES) and name not in self.stages:
            raise ValueError(f"stage {name} needs the section {_SECTIONS[name]} in the recipe")
        if name not in self.stages:
            raise ValueError(f"stage must be one of {', '.join(self.stages)} for this recipe, got {name!r}")
        work: dict[str, Callable[[], None]] = {
            "tokenizer": self._tokenizer,
            "perceptual": self._perceptual,
            "vae": self._vae,
            "parser": self._parser,
            "text": self._text,
            "probe": self._probe,
            "unet": self._unet,
            "fast_decoder": self._fast_decoder,
            "few_steps": self._few_steps,
            "control": self._control,
            "package": self._package,
        }
        torch.manual_seed(self.recipe.seed)
        work[name]()

    def check_initial(self, names: Sequence[str]) -> None:
        """Refuse weights to start from that are missing or do not fit, before the first of these stages runs.

        Raises:
            ValueError: The message names the setting or the file, what was expected and what came.
        """
        recipe = self.recipe
        if "tokenizer" in names and recipe.tokenizer.initial:
            take_tokenizer(recipe.tokenizer.initial)
        if "vae" in names and recipe.vae and recipe.vae.initial:
            with torch.device("meta"):
                vae = build_vae(recipe.vae, 0)
            check_start(vae, recipe.vae.initial)
        if "text" in names and recipe.text and recipe.text.initial:
            load_text_encoder(recipe.text)
        if "probe" in names and recipe.probe and recipe.probe.initial:
            channels = recipe.vae.latent_channels if recipe.vae else int(self.parts.vae.config.latent_channels)
            shape = {"channels": channels, "width": recipe.probe.width, "blocks": recipe.probe.blocks}
            read_alike(recipe.probe.initial, shape)
        if "unet" in names and recipe.unet.initial:
            with torch.device("meta"):
                unet = build_unet(recipe)
            check_start(unet, recipe.unet.initial)

    def _tokenizer(self) -> None:
        check_files(self.folder)
        self._make_anew("tokenizer", self._make_tokenizer)

    def _make_tokenizer(self) -> None:
        settings, started = self.recipe.tokenizer, time.monotonic()
        if settings.initial:
            save_tokenizer(take_tokenizer(settings.initial), self.out / "tokenizer")
            return
        texts = composed_texts(self.folder, self.recipe.caption, settings.num_captions, self.recipe.seed)
        tokenizer = train_tokenizer(texts, settings.vocab_size, settings.max_length)
        save_tokenizer(tokenizer, self.out / "tokenizer")
        lengths = [len(ids) for ids in tokenizer(texts[:2000])["input_ids"]]
        numbers = {
            "vocabulary": len(tokenizer),
            "mean_tokens": sum(lengths) / len(lengths),
            "most_tokens": max(lengths),
        }
        self._record("tokenizer", {"seconds": time.monotonic() - started, **numbers})

    def _perceptual(self) -> None:
        assert self.recipe.vae is not None and self.recipe.vae.perceptual is not None
        stage = PerceptualStage(self.recipe, self.folder)
        outcome = self._fit(stage, self.recipe.vae.perceptual.fit)
        self._make_anew("perceptual", partial(self._save_frozen, "perceptual", stage.build))
        numbers = {"parameters": num_parameters(stage.network), "held_out": stage.numbers}
        self._cost("perceptual", outcome, numbers)

    def _vae(self) -> None:
        settings = self.recipe.vae
        assert settings is not None
        if settings.fit is None:
            self._make_anew("vae", partial(self._take_vae, settings))
            return
        perceptual = load_perceptual(self._part("perceptual")) if settings.perceptual else None
        if perceptual:
            perceptual.to(PartialState().device)
        stage = VaeStage(self.recipe, self.folder, self.out, perceptual=perceptual)
        outcome = self._fit(stage, settings.fit)
        self._finish("vae", stage.vae)
        self._cost("vae", outcome, {"parameters": num_parameters(stage.vae), "psnr_db": stage.psnr})

    def _take_vae(self, settings: VaeConfig) -> None:
        assert settings.initial is not None
        vae = build_vae(settings, max(max(size) for size in self.recipe.data.sizes))
        start_from(vae, settings.initial)
        vae.register_to_config(scaling_factor=AutoencoderKL.load_config(settings.initial)["scaling_factor"])
        self._finish("vae", vae)

    def _parser(self) -> None:
        settings = self.recipe.parser
        assert settings is not None
        vae = None
        if settings.num_decoded:
            vae = self.parts.vae if self.base else AutoencoderKL.from_pretrained(self._part("vae"))
            vae.eval().to(PartialState().device)
        stage = ParserStage(settings, self.recipe.seed, vae, self._cache)
        outcome = self._fit(stage, settings.fit)
        self._make_anew("parser", partial(self._save_frozen, "parser", stage.build))
        self._cost("parser", outcome, {"parameters": num_parameters(stage.network), "held_out": stage.numbers})

    def _text(self) -> None:
        settings = self.recipe.text
        assert settings is not None
        if settings.fit is None:
            self._make_anew("text_encoder", partial(self._take_text_encoder, settings))
            return
        stage = TextStage(self.recipe, self.folder, self._load_tokenizer(), self.out)
        outcome = self._fit(stage, settings.fit)
        self._finish("text_encoder", stage.encoder)
        self._cost("text", outcome, {"parameters": num_parameters(stage.encoder)})

    def _take_text_encoder(self, settings: TextConfig) -> None:
        self._finish("text_encoder", load_text_encoder(settings))

    def _probe(self) -> None:
        assert self.recipe.probe is not None
        self.parts.vae.to(PartialState().device)
        stage = ProbeStage(self.recipe, self.folder, self._buckets())
        outcome = self._fit(stage, self.recipe.probe.fit)
        self._make_anew("probe", partial(self._save_frozen, "probe", stage.build))
        self._cost("probe", outcome, {"parameters": num_parameters(stage.network), "held_out": stage.numbers})

    def _unet(self) -> None:
        parts, device = self.parts, PartialState().device
        probe = self._load_probe()
        modules: tuple[torch.nn.Module, ...] = (parts.vae, *parts.reader.encoders, *([probe] if probe else []))
        for module in modules:
            module.to(device)
        buckets, reader = self._buckets(), self._cached_reader()
        stage = DiffusionStage(self.recipe, self.folder, buckets, parts, self.out, reader=reader, probe=probe)
        outcome = self._fit(stage, self.recipe.unet.fit)
        if self.is_main:
            self._finish("unet", self._trained_unet(checkpoint.load(self.out / "checkpoints" / "unet")))
        self._cost("unet", outcome, {"parameters": num_parameters(stage.unet)})

    def _fast_decoder(self) -> None:
        assert self.recipe.fast_decoder is not None
        vae = self.parts.vae.to(PartialState().device)
        stage = FastDecoderStage(self.recipe, self.folder, vae, self.out)
        outcome = self._fit(stage, self.recipe.fast_decoder.fit)
        if self.is_main:
            state, decoder = (
                checkpoint.load(self.out / "checkpoints" / stage.name),
                build_fast_decoder(stage.config, vae),
            )
            tensors = {**state.model, **state.average}
            decoder.load_state_dict({name.removeprefix("decoder."): value for name, value in tensors.items()})
            save_fast_decoder(decoder, self.out / stage.name)
        self._cost(stage.name, outcome, {"parameters": num_parameters(stage.decoder), **stage.numbers})

    def _few_steps(self) -> None:
        config, parts, device = self.recipe.few_steps, self.parts, PartialState().device
        assert config is not None
        unet = self._full_unet().eval().requires_grad_(False)
        for module in (parts.vae, *parts.reader.encoders, unet):
            module.to(device)
        drawn = load_trajectories(
            self.recipe, self.folder, parts, parts.reader, unet, self._cache, is_main=self.is_main
        )
        stage = FewStepsStage(self.recipe, drawn, parts, unet, self.out)
        outcome = self._fit(stage, config.fit)
        if self.is_main:
            state, fresh = checkpoint.load(self.out / "checkpoints" / stage.name), self._full_unet()
            add_adapters(fresh, config.lora)
            tensors = {name.removeprefix("unet."): value for name, value in {**state.model, **state.average}.items()}
            load_adapters(fresh, tensors)
            save_lora(fresh, self.out / stage.name, FewSteps(steps=config.steps, sampler="ddim"))
        self._cost(stage.name, outcome, {"trajectories": sum(len(each.states) for each in drawn)})

    def _control(self) -> None:
        config, parts, device = self.recipe.control, self.parts, PartialState().device
        assert config is not None
        unet = self._full_unet()
        for module in (parts.vae, *parts.reader.encoders, unet):
            module.to(device)
        for kind in config.kinds:
            if not (self.resume and (self.out / "control" / kind).is_dir()):
                self._control_of(ControlStage(config, kind, self.recipe, parts, unet, self._cache))

    def _control_of(self, stage: ControlStage) -> None:
        outcome = self._fit(stage, stage.config.fit)
        if self.is_main:
            state, adapter = checkpoint.load(self.out / "checkpoints" / stage.name), stage.build()
            tensors = {**state.model, **state.average}
            adapter.load_state_dict({name.removeprefix("adapter."): value for name, value in tensors.items()})
            self._finish(f"control/{stage.kind}", adapter)
        self._cost(stage.name, outcome, {"parameters": num_parameters(stage.adapter), **stage.numbers})

    def _package(self) -> None:
        if not self.is_main:
            return
        state = checkpoint.load(self.out / "checkpoints" / "unet")
        unet = self._trained_unet(state)
        costs = {name: part for name, part in self._costs().items() if name != "package"}
        costs["unet"] = {**costs.get("unet", {}), "steps": state.step, **state.facts}
        facts = {"rows": len(self.folder.samples), "hola": as_tree(self.recipe.hola), "stages": costs}
        more = [self.out / name for name in _DISTILLED if name in self.stages and (self.out / name).is_dir()]
        save_package(self.recipe, self.out / "package", unet=unet, parts=self.parts, facts=facts, more=more)
        size = sum(file.stat().st_size for file in (self.out / "package").rglob("*.safetensors"))
        self._record("package", {"step": state.step, "weights_bytes": size})

    def _fit(self, stage: Stage, config: FitConfig) -> Outcome:
        return run_stage(
            stage,
            config,
            self.out / "checkpoints" / stage.name,
            resume=self.resume,
            open_trackers=lambda step: self._trackers(stage.name, step),
            peak_teraflops=self.recipe.peak_teraflops,
            workers=self.recipe.data.workers,
        )

    def _trackers(self, stage: str, step: int) -> list[Tracker]:
        trackers: list[Tracker] = []
        if self.recipe.tensorboard:
            trackers.append(TensorBoard(self.out / "tensorboard" / stage, step=step))
        if self.recipe.wandb:
            name = f"{self.recipe.name} {stage}"
            folder = self.out / "wandb" / stage
            trackers.append(WeightsAndBiases(folder, self.recipe.wandb, name=name, settings=as_tree(self.recipe)))
        return trackers
