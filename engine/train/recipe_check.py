"""A look at a whole recipe before it costs hours: every part is built, every weight it names is loaded, no step taken.

It knows which parts a run needs and where each comes from; it does not know how they are trained, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from torch import nn

from engine.train.captions.draw import Captions
from engine.train.captions.tokenizer import take_tokenizer, train_tokenizer
from engine.train.control.network import build_adapter
from engine.train.data.check import check_files
from engine.train.parser.network import ParserNetwork
from engine.train.recipe.recipe import Recipe
from engine.train.run import Run
from engine.train.stages.base import Parts
from engine.train.stages.fast_decoder import build_fast_decoder
from engine.train.stages.lora import add_adapters
from engine.train.stages.start_weights import start_from
from engine.train.stages.text_encoder import composed_texts, num_parameters, start_encoder
from engine.train.stages.unet import own_parts
from engine.train.stages.unet_objective import DiffusionObjective
from engine.train.stages.vae import build_vae
from engine.train.teachers.perceptual_stage import PerceptualStage
from engine.train.teachers.probe import ProbeNetwork
from engine.train.teachers.probe_stage import labels_to_learn


def check_recipe(run: Run) -> list[str]:
    """What the recipe's data and parts are and what each starts from, a line each.

    Raises:
        ValueError: Data, weights and settings do not go together; the message names what was expected and what came.
    """
    _check_devices(run.recipe)
    check_files(run.folder)
    return list(_looked_at(run))


def _check_devices(recipe: Recipe) -> None:
    perceptual = recipe.vae.perceptual if recipe.vae else None
    sections: dict[str, Any] = {
        "vae.perceptual": perceptual,
        "vae": recipe.vae,
        "parser": recipe.parser,
        "text": recipe.text,
        "probe": recipe.probe,
    }
    sections |= {"fast_decoder": recipe.fast_decoder, "few_steps": recipe.few_steps, "control": recipe.control}
    fits = {name: section.fit for name, section in sections.items() if section is not None} | {"unet": recipe.unet.fit}
    wanting = [name for name, fit in fits.items() if fit is not None and fit.cuda_graphs]
    if wanting and not torch.cuda.is_available():
        raise ValueError(f"{wanting[0]}.fit.cuda_graphs needs a CUDA device, and this machine has none")


def _looked_at(run: Run) -> Iterator[str]:
    recipe, folder = run.recipe, run.folder
    sizes = ", ".join(f"{width}x{height} {len(found):,}" for (width, height), found in folder.buckets.items())
    yield f"data: {len(folder.samples):,} samples of {folder.config.folder} ({sizes})"
    if recipe.vae and recipe.vae.perceptual:
        yield _line("perceptual", PerceptualStage(recipe, folder).network, None)
    parts = run.parts if run.base else _own_parts(run)
    yield f"tokenizer: {len(parts.reader.tokenizers[0]):,} tokens, {_origin(recipe, 'tokenizer')}"
    yield _line("vae", parts.vae, _origin(recipe, "vae"))
    if recipe.parser:
        yield _line("parser", ParserNetwork(recipe.parser.widths), None)
    for encoder in parts.reader.encoders:
        yield _line("text", encoder, _origin(recipe, "text"))
    if recipe.probe:
        yield _line("probe", _probe(recipe, run, parts), _origin(recipe, "probe"))
    yield _line("unet", _unet(recipe, parts), _origin(recipe, "unet"))
    if recipe.fast_decoder:
        yield _line("fast_decoder", build_fast_decoder(recipe.fast_decoder, parts.vae), None)
    if recipe.few_steps:
        unet = parts.build_unet()
        add_adapters(unet, recipe.few_steps.lora)
        learnt = sum(value.numel() for value in unet.parameters() if value.requires_grad)
        yield f"few_steps: {learnt:,} parameters of adapters, from nothing"
    if recipe.control:
        made = {"factor": parts.factor, "cell": recipe.control.cell, "blocks": recipe.control.num_res_blocks}
        for kind in recipe.control.kinds:
            yield _line(f"control {kind}", build_adapter(parts.build_unet(), kind, **made), None)
    Captions(folder.samples, parts.reader.windows, recipe.caption, recipe.seed)  # which looks whether each row fits


def _own_parts(run: Run) -> Parts:
    """What the stages before the UNet start from."""
    recipe, learnt = run.recipe, run.recipe.tokenizer
    assert recipe.vae is not None and recipe.text is not None
    if learnt.initial:
        tokenizer = take_tokenizer(learnt.initial)
    else:
        texts = composed_texts(run.folder, recipe.caption, learnt.num_captions, recipe.seed)
        tokenizer = train_tokenizer(texts, learnt.vocab_size, learnt.max_length)
    vae = build_vae(recipe.vae, max(max(size) for size in recipe.data.sizes))
    if recipe.vae.initial:
        start_from(vae, recipe.vae.initial)
    return own_parts(recipe, vae, tokenizer, start_encoder(recipe.text, tokenizer))


def _probe(recipe: Recipe, run: Run, parts: Parts) -> ProbeNetwork:
    config, channels = recipe.probe, int(parts.vae.config.latent_channels)
    assert config is not None
    labels = tuple(labels_to_learn(run.folder).joint)
    probe = ProbeNetwork(labels, channels=channels, width=config.width, blocks=config.blocks)
    if config.initial:
        probe.start_from(config.initial)
    return probe


def _unet(recipe: Recipe, parts: Parts) -> UNet2DConditionModel:
    unet = parts.build_unet()
    if recipe.unet.lora.rank:
        add_adapters(unet, recipe.unet.lora)
    DiffusionObjective(unet, recipe, schedule=parts.schedule, factor=parts.factor)  # which looks for HOLA's layers
    return unet


def _origin(recipe: Recipe, section: str) -> str:
    """Where a part comes from, and whether it stays as it is there."""
    if recipe.base and section != "probe":
        source = recipe.base.unet if section == "unet" and recipe.base.unet else recipe.base.pipeline
        return f"from {source}" if section == "unet" else f"as {source} has it"
    settings = getattr(recipe, section)
    initial: Path | None = settings.initial
    if initial is None:
        return "from nothing"
    return f"from {initial}" if getattr(settings, "fit", None) else f"as {initial} has it"


def _line(name: str, network: nn.Module, origin: str | None) -> str:
    return f"{name}: {num_parameters(network):,} parameters, {origin or 'from nothing'}"
