"""The stages of a recipe in order, each found or made under one output folder.

It wires stages, folders and the record of what they cost; the stages themselves know nothing of one another.

    OUT/{tokenizer,vae,text_encoder,unet}/      finished parts, in diffusers' layout
    OUT/checkpoints/{vae,text,unet}/step_*      training states
    OUT/cache/<hash>/                           latents and region shares
    OUT/samples/                                pictures to look at
    OUT/package/                                the pipeline folder
    OUT/training.json                           what each stage cost
    OUT/tensorboard/{vae,text,unet}/            scalars, where the recipe asks for them
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
from diffusers import AutoencoderKL
from transformers import CLIPTextModel, CLIPTokenizer

from engine.train import checkpoint
from engine.train.board import require_board
from engine.train.cache import load_cache
from engine.train.config import FitConfig, Recipe, as_tree
from engine.train.data import Folder
from engine.train.diffusion import DiffusionStage, build_unet
from engine.train.files import whole_folder, write_json
from engine.train.fit import Outcome, Stage, machine, run_stage
from engine.train.package import save_package
from engine.train.text import TextStage, composed_texts, num_parameters
from engine.train.tokenizer import load_tokenizer, save_tokenizer, train_tokenizer
from engine.train.vae import VaeStage

logger = logging.getLogger(__name__)

STAGES = ("tokenizer", "vae", "text", "unet", "package")


class Run:
    """One recipe in one output folder."""

    def __init__(self, recipe: Recipe, out: Path, *, resume: bool) -> None:
        """Set the process up for training on this machine."""
        self.recipe, self.out, self.resume = recipe, out, resume
        if recipe.tensorboard:
            require_board()
        torch.manual_seed(recipe.seed)
        torch.set_flush_denormal(True)
        if recipe.threads:
            torch.set_num_threads(recipe.threads)

    def stage(self, name: str) -> None:
        """Run one stage; those before it must be done."""
        if name not in STAGES:
            raise ValueError(f"stage must be one of {', '.join(STAGES)}, got {name!r}")
        work: dict[str, Callable[[], None]] = {
            "tokenizer": self._tokenizer,
            "vae": self._vae,
            "text": self._text,
            "unet": self._unet,
            "package": self._package,
        }
        torch.manual_seed(self.recipe.seed)
        work[name]()

    def is_done(self, name: str) -> bool:
        """Whether a stage has left its finished part."""
        return (self.out / {"text": "text_encoder"}.get(name, name)).is_dir()

    @cached_property
    def folder(self) -> Folder:
        """The training data."""
        started = time.monotonic()
        folder = Folder(self.recipe.data)
        logger.info("data: %d rows read in %.1f s", len(folder.samples), time.monotonic() - started)
        return folder

    def _tokenizer(self) -> None:
        settings, started = self.recipe.tokenizer, time.monotonic()
        if settings.initial:
            save_tokenizer(load_tokenizer(settings.initial), self.out / "tokenizer")
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

    def _vae(self) -> None:
        stage = VaeStage(self.recipe, self.folder, self.out)
        outcome = self._fit(stage, self.recipe.vae.fit)
        stage.report(outcome.steps)
        with whole_folder(self.out / "vae") as temporary:
            stage.vae.save_pretrained(temporary)
        self._cost("vae", outcome, {"parameters": num_parameters(stage.vae), "psnr_db": stage.psnr})

    def _text(self) -> None:
        if self.recipe.text.initial:
            self._take_text_encoder(self.recipe.text.initial)
            return
        stage = TextStage(self.recipe, self.folder, self._load_tokenizer(), self.out)
        outcome = self._fit(stage, self.recipe.text.fit)
        with whole_folder(self.out / "text_encoder") as temporary:
            stage.encoder.save_pretrained(temporary)
        self._cost("text", outcome, {"parameters": num_parameters(stage.encoder)})

    def _take_text_encoder(self, folder: Path) -> None:
        try:
            encoder = CLIPTextModel.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ValueError(f"text.initial: {folder} holds no CLIPTextModel: {error}") from error
        assert isinstance(encoder, CLIPTextModel)
        if encoder.config.hidden_size != self.recipe.text.width:
            wrong = f"got {encoder.config.hidden_size} from {folder}"
            raise ValueError(f"text.initial must be of text.width {self.recipe.text.width}, {wrong}")
        with whole_folder(self.out / "text_encoder") as temporary:
            encoder.save_pretrained(temporary)

    def _unet(self) -> None:
        vae = AutoencoderKL.from_pretrained(self._part("vae")).eval().requires_grad_(False)
        buckets = load_cache(self.folder, vae, self.out / "cache")
        stage = DiffusionStage(
            self.recipe, self.folder, buckets, self._load_tokenizer(), self._load_text_encoder(), vae, self.out
        )
        outcome = self._fit(stage, self.recipe.unet.fit)
        with whole_folder(self.out / "unet") as temporary:
            stage.unet.save_pretrained(temporary)
        self._cost("unet", outcome, {"parameters": num_parameters(stage.unet)})

    def _package(self) -> None:
        state = checkpoint.load(self.out / "checkpoints" / "unet")
        unet = build_unet(self.recipe)
        tensors = {**state.model, **state.average}
        unet.load_state_dict({name.removeprefix("unet."): value for name, value in tensors.items()})
        costs = {name: part for name, part in self._costs().items() if name != "package"}
        costs["unet"] = {**costs.get("unet", {}), "steps": state.step, **state.facts}
        save_package(
            self.recipe,
            self.out / "package",
            unet=unet,
            vae=AutoencoderKL.from_pretrained(self._part("vae")),
            text_encoder=self._load_text_encoder(),
            tokenizer=self._load_tokenizer(),
            facts={"rows": len(self.folder.samples), "hola": as_tree(self.recipe.hola), "stages": costs},
        )
        size = sum(file.stat().st_size for file in (self.out / "package").rglob("*.safetensors"))
        self._record("package", {"step": state.step, "weights_bytes": size})

    def _fit(self, stage: Stage, config: FitConfig) -> Outcome:
        board = self.out / "tensorboard" / stage.name if self.recipe.tensorboard else None
        return run_stage(stage, config, self.out / "checkpoints" / stage.name, resume=self.resume, board=board)

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
        write_json(
            self.out / "training.json",
            {"recipe": as_tree(self.recipe), "stages": {**self._costs(), stage: numbers}},
        )
        logger.info("stage=%s done %s", stage, json.dumps(numbers))
