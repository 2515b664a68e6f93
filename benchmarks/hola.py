"""What HOLA adds to a training step of figurine: time, and memory kept for the backward pass.

Run from the repository root: `python benchmarks/hola.py`. The goal is at most 10 % of each. The last line captures the
maps of every cross- and self-attention layer, as the published script does, and uses those at the recipe's stride.
Steps of all variants take turns, so that whatever else the machine does meets them alike.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from diffusers import UNet2DConditionModel  # noqa: E402
from diffusers.models.attention_processor import Attention  # noqa: E402
from torch import Tensor  # noqa: E402

from benchmarks._machine import describe  # noqa: E402
from engine.description.caption import row_phrases  # noqa: E402
from engine.samplers import NoiseSchedule  # noqa: E402
from engine.train.cache import label_shares  # noqa: E402
from engine.train.config import HolaVariant, Recipe, load_recipe  # noqa: E402
from engine.train.diffusion import DiffusionObjective, build_unet, supervise  # noqa: E402
from engine.train.discretise import Discretised, discretise  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402
from engine.train.fit import Batch  # noqa: E402
from engine.train.tokenizer import load_tokenizer, token_windows  # noqa: E402

RECIPE = ROOT / "engine" / "train" / "recipes" / "figurine.yaml"
TOKENIZER = ROOT / "models" / "figurine" / "checkpoint" / "tokenizer"
PUBLISHED = "all maps captured"


class KeepingProcessor:
    """Softmax written out and kept for the loss, at cross- and self-attention alike."""

    def __init__(self, kept: list[Tensor]) -> None:
        self.kept = kept

    def __call__(
        self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: object
    ) -> Tensor:
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            layer(states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for layer, states in ((attn.to_q, hidden_states), (attn.to_k, context), (attn.to_v, context))
        )
        probabilities = F.softmax((query * attn.scale @ key.transpose(-1, -2)).float(), dim=-1)
        self.kept.append(probabilities)
        output: Tensor = attn.to_out[0]((probabilities.to(value.dtype) @ value).transpose(1, 2).flatten(2))
        return output


class PublishedObjective(DiffusionObjective):
    """The reference reduction over maps that were picked out of all layers' by their shape."""

    def __init__(self, unet: UNet2DConditionModel, recipe: Recipe, *, schedule: NoiseSchedule, factor: int) -> None:
        super().__init__(unet, recipe, schedule=schedule, factor=factor)
        self.kept: list[Tensor] = []
        self.num_tokens, self.queries = 77, 0
        unet.set_attn_processor(KeepingProcessor(self.kept))
        self.capture.opened = self._opened  # type: ignore[method-assign]

    @contextmanager
    def _opened(self) -> Iterator[list[Tensor]]:
        maps: list[Tensor] = []
        yield maps
        maps += [kept for kept in self.kept if kept.shape[-2:] == (self.queries, self.num_tokens)]
        self.kept.clear()

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        self.queries = batch["latents"][0, 0].numel()
        return super().forward(batch)


def make_batch(recipe: Recipe, size: int) -> Batch:
    """Real captions and label maps over random latents and text states."""
    assert recipe.vae is not None and recipe.text is not None
    windows, rng = token_windows(load_tokenizer(TOKENIZER)), random.Random(0)
    captions: list[Discretised] = []
    shares: list[Tensor] = []
    seed = 0
    while len(captions) < size:
        figure = sample_figure(seed)
        seed += 1
        if (figure.width, figure.height) == recipe.data.sizes[0]:
            drawing = draw_figure(figure)
            captions.append(discretise(row_phrases(figure_row(figure, drawing)), windows, recipe.caption, rng))
            shares.append(torch.from_numpy(label_shares(drawing.labels, recipe.vae.factor)).float() / 255)
    width, height = (side // recipe.vae.factor for side in recipe.data.sizes[0])
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(size, recipe.vae.latent_channels, height, width, generator=generator)
    return {
        "latents": latents,
        "noise": torch.randn(latents.shape, generator=generator),
        "timesteps": torch.randint(0, 1000, (size,), generator=generator),
        "context": torch.randn(size, 77, recipe.text.width, generator=generator),
        "weights": torch.ones(size),
        **supervise(captions, torch.stack(shares), torch.ones(size)),
    }


def objective_of(recipe: Recipe, variant: HolaVariant | None) -> DiffusionObjective:
    """An untrained objective, the same weights for all; None is the published way."""
    torch.manual_seed(0)
    hola = replace(recipe.hola, variant=variant or HolaVariant.HOLA_REFERENCE)
    kind = PublishedObjective if variant is None else DiffusionObjective
    assert recipe.vae is not None
    factor = recipe.vae.factor
    recipe = replace(recipe, hola=hola)
    return kind(build_unet(recipe), recipe, schedule=recipe.noise.schedule(), factor=factor)


def step_seconds(objective: DiffusionObjective, batch: Batch, dtype: torch.dtype) -> float:
    """One forward and one backward pass."""
    begun = time.perf_counter()
    with torch.autocast("cpu", dtype, enabled=dtype is not torch.float32):
        loss = objective(batch)["loss"]
    loss.backward()
    objective.zero_grad()
    return time.perf_counter() - begun


def saved_megabytes(objective: DiffusionObjective, batch: Batch, dtype: torch.dtype) -> float:
    """What autograd keeps between forward and backward, each storage once, without the parameters themselves."""
    own = {parameter.untyped_storage().data_ptr() for parameter in objective.parameters()}
    sizes: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        with torch.autocast("cpu", dtype, enabled=dtype is not torch.float32):
            loss = objective(batch)["loss"]
    loss.backward()
    objective.zero_grad()
    return sum(sizes.values()) / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--batch-size", type=int, default=32)
    arguments.add_argument("--rounds", type=int, default=15, help="steps of each variant; the median counts")
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--float32", action="store_true", help="instead of bfloat16")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    recipe = load_recipe(RECIPE)
    dtype = torch.float32 if options.float32 else torch.bfloat16
    batch = make_batch(recipe, options.batch_size)
    variants = {variant.value: variant for variant in HolaVariant} | {PUBLISHED: None}
    objectives = {name: objective_of(recipe, variant) for name, variant in variants.items()}
    memory = {name: saved_megabytes(objective, batch, dtype) for name, objective in objectives.items()}
    times: dict[str, list[float]] = {name: [] for name in objectives}
    for _ in range(options.rounds):
        for name, objective in objectives.items():
            times[name].append(step_seconds(objective, batch, dtype))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{describe()}, torch {torch.__version__}, {options.threads} threads, {dtype}, batch {options.batch_size}")
    print("| loss | ms a step | time | kept for backward, MB | memory |")
    print("|---|---|---|---|---|")
    plain, least = medians[HolaVariant.NONE], memory[HolaVariant.NONE]
    for name, seconds in medians.items():
        shares = f"{seconds / plain - 1:+.1%} | {memory[name]:.1f} | {memory[name] / least - 1:+.1%}"
        print(f"| {name} | {seconds * 1000:.0f} | {shares} |")


if __name__ == "__main__":
    main()
