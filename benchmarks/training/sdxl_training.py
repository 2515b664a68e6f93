"""Times training steps of the SDXL UNet at full size on a GPU: images/s, memory and MFU, with and without HOLA.

Run from the repository root on a machine with an NVIDIA GPU: `python benchmarks/training/sdxl_training.py`. Nothing is
downloaded: weights, latents and text states are random, captions and label maps are figures'. The loop, the losses and
the optimiser are those of the recipe cosmicman-sdxl, at 1024 x 1024 and two windows of text; variants take turns, step
by step, over one UNet. The first batch size that fits counts. MFU counts three forward passes of the noise loss's UNet
a step, whatever else was computed; HFU what was. `--tiny` runs a small UNet on the CPU, to see that the script works;
its numbers mean nothing.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# First: the engine tells the packages below not to report to their makers.
from engine.samplers import NoiseSchedule  # noqa: E402

# isort: split
import torch  # noqa: E402
from diffusers import UNet2DConditionModel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from benchmarks.sdxl_gpu import TINY_UNET, UNET_CONFIG  # noqa: E402
from benchmarks.support.gpu import device_for  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.training import Turns, random_unet, training_batch  # noqa: E402
from engine.train.loop.fit import Fit  # noqa: E402
from engine.train.loop.stage import Batch, Stage  # noqa: E402
from engine.train.loop.throughput import peak_teraflops, synchronize  # noqa: E402
from engine.train.recipe.losses import HolaVariant  # noqa: E402
from engine.train.recipe.model import LoraConfig  # noqa: E402
from engine.train.recipe.reading import load_recipe  # noqa: E402
from engine.train.recipe.recipe import Recipe  # noqa: E402
from engine.train.stages.lora import add_adapters  # noqa: E402
from engine.train.stages.unet_objective import DiffusionObjective  # noqa: E402

RECIPE = ROOT / "engine" / "train" / "recipes" / "cosmicman-sdxl.yaml"
VARIANTS = (HolaVariant.NONE, HolaVariant.HOLA, HolaVariant.HOLA_MASS)
WARM_UP = 2  # steps of each variant that do not count


@dataclass(kw_only=True)
class Steps:
    """What the optimiser steps of one variant took."""

    seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0


class TurnsStage(Stage):
    """The same batch at every step; the variant changes with the optimiser step, which is timed from batch to batch.

    Every other round goes backwards, so that none always follows the same other.
    """

    name = "unet"

    def __init__(self, objective: Turns, batch: Batch, accumulate: int) -> None:
        self.objective = self._turns = objective
        self._batch, self._accumulate = batch, accumulate
        self.steps = {name: Steps() for name in objective.objectives}
        self._begun: float | None = None

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        number, place = divmod(step, self._accumulate)
        if place == 0:
            rounds, turn = divmod(number, len(self.steps))
            self._note()
            self._turns.take(list(self.steps)[:: -1 if rounds % 2 else 1][turn])
            self._begun = time.perf_counter()
        return self._batch

    def _note(self) -> None:
        """The step that ends here."""
        device = self._turns.unet.device
        synchronize(device)
        if self._begun is not None:
            mine = self.steps[self._turns.now]
            mine.seconds.append(time.perf_counter() - self._begun)
            if device.type == "cuda" and len(mine.seconds) > WARM_UP:  # the first step of all makes AdamW's state
                mine.peak_bytes = max(mine.peak_bytes, torch.cuda.max_memory_allocated(device))
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    def report(self, step: int) -> None:
        """Nothing to draw."""


class UnsavedFit(Fit):
    """The recipe's training loop, which leaves nothing on the disk."""

    def save(self) -> None:
        """No checkpoint: 50 GB a time."""


def objectives_of(unet: UNet2DConditionModel, recipe: Recipe) -> Turns:
    schedule = recipe.noise.schedule(NoiseSchedule())
    recipes = {variant.value: replace(recipe, hola=replace(recipe.hola, variant=variant)) for variant in VARIANTS}
    makers = {
        name: partial(DiffusionObjective, unet, each, schedule=schedule, factor=8) for name, each in recipes.items()
    }
    return Turns(unet, makers)


@contextmanager
def weights_move(unet: UNet2DConditionModel) -> Iterator[None]:
    """Holds that what is trained is other than before and finite in the end."""
    trained = [value for value in unet.parameters() if value.requires_grad]
    before = [value.detach().clone() for value in (trained[0], trained[-1])]
    yield
    assert all(bool(value.isfinite().all()) for value in trained), "a weight is no longer finite"
    moved = zip((trained[0], trained[-1]), before, strict=True)
    assert not any(torch.equal(value, was) for value, was in moved), "the weights are still what they were"


def measure(
    unet: UNet2DConditionModel, recipe: Recipe, config: dict[str, Any], size: int, options: argparse.Namespace
) -> tuple[dict[str, Steps], int, int]:
    """Steps of each variant; floating-point operations of one forward pass, and of one optimiser step as it was run."""
    side, pooled = config["sample_size"], config["projection_class_embeddings_input_dim"]
    pooled -= 6 * config["addition_time_embed_dim"]
    width = config["cross_attention_dim"]
    batch = training_batch(recipe.caption, size, channels=4, cells=(side, side), width=width, pooled=pooled)
    turns = objectives_of(unet, recipe)
    stage = TurnsStage(turns, batch, options.accumulate)
    settings = replace(recipe.unet.fit, batch_size=size, accumulate=options.accumulate)
    if options.no_ema:
        settings = replace(settings, ema_decay=0.0)
    if options.tiny:  # most CPUs emulate bfloat16
        settings = replace(settings, mixed_precision="no")
    fit = UnsavedFit(stage, settings, ROOT, cpu=options.tiny)
    here = {name: tensor.to(unet.device) for name, tensor in batch.items()}
    with torch.no_grad(), FlopCounterMode(display=False) as forward, fit.accelerator.autocast():
        turns(here)
    with weights_move(unet):
        with FlopCounterMode(display=False) as step:
            fit.run(until=1)
        # One step more than counts: nothing notes the end of the last one.
        fit.run(until=len(VARIANTS) * (WARM_UP + options.rounds) + 1)
    return stage.steps, forward.get_total_flops(), step.get_total_flops()


def report(options: argparse.Namespace, device: torch.device) -> None:
    config = TINY_UNET if options.tiny else UNET_CONFIG
    recipe = load_recipe(RECIPE)
    began = time.perf_counter()
    unet = random_unet(config, device)
    if options.lora_rank:
        add_adapters(unet, LoraConfig(rank=options.lora_rank))
    unet.enable_gradient_checkpointing()
    synchronize(device)
    total = sum(value.numel() for value in unet.parameters())
    trained = sum(value.numel() for value in unet.parameters() if value.requires_grad)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{name}, {describe()}, torch {torch.__version__}")
    print(f"{total / 1e9:.3f} B weights, {trained / 1e9:.3f} B trained, made in {time.perf_counter() - began:.0f} s")
    for size in options.batch_sizes:
        began = time.perf_counter()
        try:
            steps, forward, hardware = measure(unet, recipe, config, size, options)
        except torch.OutOfMemoryError as error:
            print(f"batch {size} does not fit: {str(error).partition('.')[0]}", flush=True)
        else:
            print_table(steps, forward, hardware, size, options, device)
            print(f"measured in {time.perf_counter() - began:.0f} s; weights moved and are finite")
            return
        unet.zero_grad(set_to_none=True)
        gc.collect()
        torch.cuda.empty_cache()
    sys.exit("no batch size fits")


def print_table(
    steps: dict[str, Steps], forward: int, hardware: int, size: int, options: argparse.Namespace, device: torch.device
) -> None:
    """One line a variant; the first one's numbers are what the others are held against."""
    average = "no average" if options.no_ema else "with EMA"
    precision = "float32" if options.tiny else "bfloat16 autocast"
    print(
        f"batch {size} x {options.accumulate}, {precision}, gradient checkpointing, AdamW in float32, {average}; "
        f"{forward / 1e12:.2f} TFLOP a forward pass, {hardware / 1e12:.2f} an optimiser step as it was run"
    )
    print("| loss | ms a step | time | images/s | peak memory, GB | memory | MFU | HFU |")
    print("|---|---|---|---|---|---|---|---|")
    peak = peak_teraflops(device, torch.float32 if options.tiny else torch.bfloat16)[0] * 1e12
    medians = {name: statistics.median(each.seconds[WARM_UP:]) for name, each in steps.items()}
    plain, least = medians[HolaVariant.NONE.value], steps[HolaVariant.NONE.value].peak_bytes
    for name, seconds in medians.items():
        memory = steps[name].peak_bytes
        added = f"{memory / least - 1:+.1%}" if least else "-"
        mfu, hfu = (count / seconds / peak for count in (3 * forward * options.accumulate, hardware))
        print(
            f"| {name} | {seconds * 1000:.0f} | {seconds / plain - 1:+.1%} | {size * options.accumulate / seconds:.2f} "
            f"| {memory / 1e9:.1f} | {added} | {mfu:.1%} | {hfu:.1%} |",
            flush=True,
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--batch-sizes", type=int, nargs="+", default=[4, 2, 1], help="the first that fits counts")
    arguments.add_argument("--accumulate", type=int, default=1, help="batches an optimiser step; the recipe has 4")
    arguments.add_argument("--rounds", type=int, default=5, help="steps of each variant; the median counts")
    arguments.add_argument("--no-ema", action="store_true", help="keep no average: 10 GB less")
    arguments.add_argument("--lora-rank", type=int, default=0, help="train adapters alone")
    arguments.add_argument("--tiny", action="store_true", help="a small UNet on the CPU")
    options = arguments.parse_args()
    report(options, device_for("sdxl_training", tiny=options.tiny))


if __name__ == "__main__":
    main()
