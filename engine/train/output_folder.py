"""What the stages of a recipe leave in the output folder, and read there of each other: parts, caches, costs.

It does not know the order of the stages; the folder's layout is in `engine.train.run`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from engine.files.whole import made_by_one, whole_folder, write_json
from engine.pipeline_folder.source import Source
from engine.train.captions.draw import Captions
from engine.train.captions.text_cache import CachedReader
from engine.train.captions.tokenizer import load_tokenizer
from engine.train.data.labels import LabelTable
from engine.train.data.latent_cache import Bucket, load_cache
from engine.train.data.samples import Folder
from engine.train.loop import checkpoint
from engine.train.loop.machine import machine
from engine.train.loop.stage import Outcome
from engine.train.parser.network import ParserNetwork
from engine.train.recipe.losses import HolaVariant
from engine.train.recipe.reading import as_tree
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts, base_parts
from engine.train.stages.latents_on_ray import encode_on_ray
from engine.train.stages.lora import add_adapters, load_adapters, merge_adapters, save_lora
from engine.train.stages.unet import own_parts
from engine.train.teachers.perceptual import PerceptualNetwork
from engine.train.teachers.probe import ProbeNetwork, load_probe

logger = logging.getLogger(__name__)


class OutputFolder:
    """What the stages of one recipe leave in their folder, and read there of each other."""

    def __init__(self, recipe: Recipe, out: Path, base: Source | None, *, is_main: bool, writes: bool = True) -> None:
        """Take a folder; where nothing is to be written, it is only looked at."""
        self.recipe, self.out, self.base, self.is_main, self.writes = recipe, out, base, is_main, writes

    def is_done(self, name: str) -> bool:
        """Whether a stage has left its finished part."""
        if name == "control" and self.recipe.control:
            return all((self.out / name / kind).is_dir() for kind in self.recipe.control.kinds)
        return (self.out / {"text": "text_encoder"}.get(name, name)).is_dir()

    @cached_property
    def folder(self) -> Folder:
        """The training data."""
        started = time.monotonic()
        folder = Folder(self.recipe.data, self._cache if self.writes else None, is_main=self.is_main)
        logger.info("data: %d samples found in %.1f s", len(folder.samples), time.monotonic() - started)
        return folder

    def _make_anew(self, part: str, make: Callable[[], None]) -> None:
        """The main process makes a part, over one that is there; the others wait until there is one."""
        if self.is_main:
            make()
        made_by_one(self.out / part, make, is_main=self.is_main)

    def _save_frozen(self, name: str, build: Callable[[], ProbeNetwork | PerceptualNetwork | ParserNetwork]) -> None:
        """Write a network as its last checkpoint has it, averaged; in memory it may be divided among processes."""
        state, network = checkpoint.load(self.out / "checkpoints" / name), build()
        tensors = {**state.model, **state.average}
        network.load_state_dict({name.removeprefix("network."): value for name, value in tensors.items()})
        network.save(self.out / name)

    def _full_unet(self) -> UNet2DConditionModel:
        """The UNet that this run has trained; that which it would start from where it has trained none."""
        folder = self.out / "checkpoints" / "unet"
        if checkpoint.steps_saved(folder):
            return self._trained_unet(checkpoint.load(folder))
        if not (self.base or self.recipe.unet.initial):
            self._part("unet")
        return self.parts.build_unet()

    @property
    def _cache(self) -> Path:
        return self.recipe.data.cache or self.out / "cache"

    def _buckets(self) -> list[Bucket]:
        hola = self.recipe.hola
        cell = self.parts.factor if hola.variant is HolaVariant.NONE else min(hola.strides)
        vae, cluster = self.parts.vae, self.recipe.data.ray
        if cluster and self.is_main:
            encode_on_ray(self.folder, vae, self._cache, cluster, cell=cell, table=self._cache)
            vae.to(PartialState().device)
        here = PartialState()
        processes = {"rank": here.process_index, "world_size": here.num_processes}
        encodes = self.is_main or not cluster
        return load_cache(self.folder, vae, self._cache, cell=cell, encodes=encodes, **processes)

    def _load_probe(self) -> ProbeNetwork | None:
        """The probe that the UNet's predictions are shown to, if the recipe has one and it counts."""
        if not (self.recipe.probe and self.recipe.probe.weight):
            return None
        table = LabelTable([sample.phrases for sample in self.folder.samples])
        channels = int(self.parts.vae.config.latent_channels)
        return load_probe(self._part("probe"), tuple(table.joint), channels=channels)

    def _cached_reader(self) -> CachedReader | None:
        """Text states from the disk, where captions are fixed; the encoders may then leave the device."""
        if not self.recipe.caption.variants:
            return None
        parts = self.parts
        captions = Captions(self.folder.samples, parts.reader.windows, self.recipe.caption, self.recipe.seed)
        reader = CachedReader(parts.reader, captions, self._cache, is_main=self.is_main)
        encoders: tuple[torch.nn.Module, ...] = parts.reader.encoders
        for encoder in encoders:
            encoder.to("cpu")
        return reader

    def _trained_unet(self, state: checkpoint.State) -> UNet2DConditionModel:
        """The UNet of a checkpoint, averaged; adapters are written by themselves, then merged into the weights.

        What is in memory after the last step may be divided among processes.
        """
        unet, lora = self.parts.build_unet(), self.recipe.unet.lora
        tensors = {name.removeprefix("unet."): value for name, value in {**state.model, **state.average}.items()}
        if not lora.rank:
            unet.load_state_dict(tensors)
            return unet
        add_adapters(unet, lora)
        load_adapters(unet, tensors)
        save_lora(unet, self.out / "lora")
        merge_adapters(unet)
        return unet

    @cached_property
    def parts(self) -> Parts:
        """All but the UNet: the base's, or those of the stages before."""
        if self.base:
            return base_parts(self.recipe, self.base)
        vae = AutoencoderKL.from_pretrained(self._part("vae"))
        return own_parts(self.recipe, vae, self._load_tokenizer(), self._load_text_encoder())

    def _finish(self, name: str, model: Any) -> None:
        """Leave a finished part in diffusers' layout (main process only)."""
        if self.is_main:
            with whole_folder(self.out / name) as temporary:
                model.save_pretrained(temporary)

    def _load_tokenizer(self) -> CLIPTokenizer:
        return load_tokenizer(self._part("tokenizer"))

    def _load_text_encoder(self) -> CLIPTextModel:
        encoder = CLIPTextModel.from_pretrained(self._part("text_encoder"))
        assert isinstance(encoder, CLIPTextModel)
        return encoder

    def _part(self, name: str) -> Path:
        if not (self.out / name).is_dir():
            raise FileNotFoundError(f"{self.out / name} is not there: run the stage that makes it first")
        return self.out / name

    def _cost(self, stage: str, outcome: Outcome, more: dict[str, Any]) -> None:
        numbers = {"steps": outcome.steps, "samples": outcome.samples, "seconds": round(outcome.seconds, 1)}
        self._record(stage, {**numbers, "machine": machine(), **more, **outcome.numbers})

    def _costs(self) -> dict[str, Any]:
        path = self.out / "training.json"
        tree = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        stages: dict[str, Any] = tree.get("stages", {})
        return stages

    def _record(self, stage: str, numbers: dict[str, Any]) -> None:
        if not self.is_main:
            return
        write_json(
            self.out / "training.json",
            {"recipe": as_tree(self.recipe), "stages": {**self._costs(), stage: numbers}},
        )
        logger.info("stage=%s done %s", stage, json.dumps(numbers))
