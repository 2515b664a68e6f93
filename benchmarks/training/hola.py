"""What HOLA adds to a training step of figurine: time, and memory kept for the backward pass.

Run from the repository root: `python benchmarks/training/hola.py`. The goal is at most 10 % of each.
The last line captures the maps of every cross- and self-attention layer, as the published script does, and uses those
at the recipe's stride.
Steps of all variants take turns over one UNet, so that whatever else the machine does meets them alike.

`--sd` measures Stable Diffusion 1.5's UNet at full size on a GPU instead, with random weights and the settings of the
recipe cosmicman-sd at 512 x 512: memory is then the most that a forward and backward pass needs beside weights and
gradients. A line says where a variant does not fit. `--sd --tiny` runs a small one on the CPU, to see that it works.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# First: the engine tells the packages below not to report to their makers.
from engine.samplers import NoiseSchedule  # noqa: E402

# isort: split
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from diffusers import UNet2DConditionModel  # noqa: E402
from diffusers.models.attention_processor import Attention  # noqa: E402
from torch import Tensor  # noqa: E402

from benchmarks.full_size import SD15_UNET  # noqa: E402
from benchmarks.support.gpu import device_for  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.training import Turns, random_unet, training_batch  # noqa: E402
from engine.train.loop.stage import Batch  # noqa: E402
from engine.train.loop.throughput import synchronize  # noqa: E402
from engine.train.recipe.losses import HolaVariant  # noqa: E402
from engine.train.recipe.reading import load_recipe  # noqa: E402
from engine.train.recipe.recipe import Recipe  # noqa: E402
from engine.train.stages.unet import build_unet  # noqa: E402
from engine.train.stages.unet_objective import DiffusionObjective  # noqa: E402

RECIPE = ROOT / "engine" / "train" / "recipes" / "figurine.yaml"
PUBLISHED = "all maps captured"
SD_RECIPE = ROOT / "engine" / "train" / "recipes" / "cosmicman-sd.yaml"
TINY_SD = {**SD15_UNET, "sample_size": 16, "block_out_channels": [32] * 4, "attention_head_dim": 2}
WARM_UP = 2  # steps of each variant that do not count, on a GPU


class KeepingProcessor:
    """Softmax written out and kept for the loss, at cross- and self-attention alike."""

    def __init__(self, keeper: PublishedObjective) -> None:
        self.keeper = keeper

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: object
    ) -> Tensor:
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            layer(states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for layer, states in ((attn.to_q, hidden_states), (attn.to_k, context), (attn.to_v, context))
        )
        probabilities = F.softmax((query * attn.scale @ key.transpose(-1, -2)).float(), dim=-1)
        if self.keeper.is_open:  # not where checkpointing computes a layer once more
            self.keeper.kept.append(probabilities)
        output: Tensor = attn.to_out[0]((probabilities.to(value.dtype) @ value).transpose(1, 2).flatten(2))
        return output


class PublishedObjective(DiffusionObjective):
    """The reference reduction over maps that were picked out of all layers' by their shape."""

    def __init__(self, unet: UNet2DConditionModel, recipe: Recipe, *, schedule: NoiseSchedule, factor: int) -> None:
        super().__init__(unet, recipe, schedule=schedule, factor=factor)
        self.kept: list[Tensor] = []
        self.is_open = False
        self.shape, self.pooled = (0, 0), max(recipe.hola.strides) // factor
        unet.set_attn_processor(KeepingProcessor(self))
        self.capture.opened = self._opened  # type: ignore[method-assign]

    @contextmanager
    def _opened(self) -> Iterator[list[Tensor]]:
        maps: list[Tensor] = []
        self.is_open = True
        try:
            yield maps
        finally:
            self.is_open = False
            maps += [kept for kept in self.kept if kept.shape[-2:] == self.shape]
            self.kept = []

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        self.shape = (batch["latents"][0, 0].numel() // self.pooled**2, batch["context"].shape[1])
        return super().forward(batch)


def turns_of(unet: UNet2DConditionModel, recipe: Recipe, *, schedule: NoiseSchedule, factor: int) -> Turns:
    """Every variant and the published way over one UNet."""

    def make(kind: type[DiffusionObjective], variant: HolaVariant) -> DiffusionObjective:
        return kind(unet, replace(recipe, hola=replace(recipe.hola, variant=variant)), schedule=schedule, factor=factor)

    makers = {variant.value: partial(make, DiffusionObjective, variant) for variant in HolaVariant}
    return Turns(unet, makers | {PUBLISHED: partial(make, PublishedObjective, HolaVariant.HOLA_REFERENCE)})


def forward_backward(turns: Turns, batch: Batch, dtype: torch.dtype) -> None:
    """Gradients stay where they are, at zero: on a GPU they are no part of what is measured."""
    with torch.autocast(turns.unet.device.type, dtype, enabled=dtype is not torch.float32):
        loss = turns(batch)["loss"]
    loss.backward()
    turns.zero_grad(set_to_none=turns.unet.device.type == "cpu")


def step_seconds(turns: Turns, batch: Batch, dtype: torch.dtype) -> float:
    """One forward and one backward pass."""
    synchronize(turns.unet.device)
    begun = time.perf_counter()
    forward_backward(turns, batch, dtype)
    synchronize(turns.unet.device)
    return time.perf_counter() - begun


def step_megabytes(turns: Turns, batch: Batch, dtype: torch.dtype) -> float:
    """The most that one step has on the GPU beside what was there before it."""
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    forward_backward(turns, batch, dtype)
    return (torch.cuda.max_memory_allocated() - before) / 1e6


def saved_megabytes(turns: Turns, batch: Batch, dtype: torch.dtype) -> float:
    """What autograd keeps between forward and backward, each storage once, without the parameters themselves."""
    own = {parameter.untyped_storage().data_ptr() for parameter in turns.parameters()}
    sizes: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        forward_backward(turns, batch, dtype)
    return sum(sizes.values()) / 1e6


def figurine(options: argparse.Namespace) -> tuple[Turns, Batch]:
    """The bundled model's UNet, untrained."""
    recipe = load_recipe(RECIPE)
    assert recipe.vae is not None and recipe.text is not None
    torch.manual_seed(0)
    factor = recipe.vae.factor
    turns = turns_of(build_unet(recipe), recipe, schedule=recipe.noise.schedule(), factor=factor)
    width, height = recipe.data.sizes[0]
    cells = (height // factor, width // factor)
    size = options.batch_size or 32
    channels = recipe.vae.latent_channels
    return turns, training_batch(recipe.caption, size, channels=channels, cells=cells, width=recipe.text.width)


def stable_diffusion(options: argparse.Namespace, device: torch.device) -> tuple[Turns, Batch]:
    """SD 1.5's UNet with random weights, or a small one."""
    config, recipe = TINY_SD if options.tiny else SD15_UNET, load_recipe(SD_RECIPE)
    unet = random_unet(config, device).train()
    if options.checkpointing:
        unet.enable_gradient_checkpointing()
    turns = turns_of(unet, recipe, schedule=recipe.noise.schedule(NoiseSchedule()), factor=8)
    side, width = config["sample_size"], config["cross_attention_dim"]
    size = options.batch_size or recipe.unet.fit.batch_size
    batch = training_batch(recipe.caption, size, channels=4, cells=(side, side), width=width)
    return turns, {name: tensor.to(device) for name, tensor in batch.items()}


def fitting(turns: Turns, batch: Batch, dtype: torch.dtype) -> dict[str, float]:
    """MB of a step of each variant that fits; what does not is said."""
    on_gpu = turns.unet.device.type == "cuda"
    found = {}
    for name in turns.objectives:
        turns.take(name)
        try:
            if on_gpu:
                for _ in range(WARM_UP):  # gradients and libraries' workspace have their place after these
                    forward_backward(turns, batch, dtype)
            found[name] = (step_megabytes if on_gpu else saved_megabytes)(turns, batch, dtype)
        except torch.OutOfMemoryError:
            print(f"{name} does not fit at this batch size")
        if name not in found:
            turns.zero_grad(set_to_none=False)
            gc.collect()
            torch.cuda.empty_cache()
    return found


def report(turns: Turns, batch: Batch, options: argparse.Namespace) -> None:
    device = turns.unet.device
    dtype = torch.float32 if options.float32 else torch.bfloat16
    memory = fitting(turns, batch, dtype)
    times: dict[str, list[float]] = {name: [] for name in memory}
    for _ in range(options.rounds):
        for name in memory:
            turns.take(name)
            times[name].append(step_seconds(turns, batch, dtype))
    medians = {name: statistics.median(values) for name, values in times.items()}
    where = torch.cuda.get_device_name(device) + ", " if device.type == "cuda" else ""
    size, weights = len(batch["latents"]), sum(value.numel() for value in turns.unet.parameters())
    print(f"{where}{describe()}, torch {torch.__version__}, {options.threads} threads, {dtype}, batch {size}")
    if options.sd:
        print(f"{weights / 1e6:.0f} M weights: {20 * weights / 1e9:.1f} GB with gradients, AdamW and EMA, besides")
    measured = "peak of a step" if device.type == "cuda" else "kept for backward"
    print(f"| loss | ms a step | time | {measured}, MB | memory |")
    print("|---|---|---|---|---|")
    plain, least = medians[HolaVariant.NONE], memory[HolaVariant.NONE]
    for name, seconds in medians.items():
        shares = f"{seconds / plain - 1:+.1%} | {memory[name]:.1f} | {memory[name] / least - 1:+.1%}"
        print(f"| {name} | {seconds * 1000:.{0 if seconds > 1 else 1}f} | {shares} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--batch-size", type=int, help="32 of figurine, the recipe's of Stable Diffusion")
    arguments.add_argument("--rounds", type=int, default=15, help="steps of each variant; the median counts")
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--float32", action="store_true", help="instead of bfloat16")
    arguments.add_argument("--sd", action="store_true", help="Stable Diffusion 1.5's UNet, on a GPU")
    arguments.add_argument("--checkpointing", action="store_true", help="of --sd: gradient checkpointing")
    arguments.add_argument("--tiny", action="store_true", help="of --sd: a small UNet on the CPU")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    if options.sd:
        turns, batch = stable_diffusion(options, device_for("hola --sd", tiny=options.tiny))
    else:
        turns, batch = figurine(options)
    report(turns, batch, options)


if __name__ == "__main__":
    main()
