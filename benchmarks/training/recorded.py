"""Training steps of figurine a second on a GPU: kernels launched one by one, and replayed as CUDA graphs.

Run from the repository root on a machine with an NVIDIA GPU: `python benchmarks/training/recorded.py`.
Whole optimiser steps of the recipe figurine_gpu, Muon and average with them, without its probe; the batch is the same
each time, so that nothing
waits for data. Both ways take turns. `fit.cuda_graphs` is worth its line in the recipe above 1.5 times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")  # a bar for every round
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from benchmarks.support.gpu import gpu_for  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.training import training_batch  # noqa: E402
from engine.train.loop.fit import Fit  # noqa: E402
from engine.train.loop.stage import Batch, Stage  # noqa: E402
from engine.train.recipe.reading import load_recipe  # noqa: E402
from engine.train.recipe.recipe import Recipe  # noqa: E402
from engine.train.stages.unet import build_unet  # noqa: E402
from engine.train.stages.unet_objective import DiffusionObjective  # noqa: E402

RECIPE = ROOT / "engine" / "train" / "recipes" / "figurine_gpu.yaml"
NEVER = 10**9


class SameBatch(Stage):
    """One batch, which is on the device already."""

    name = "unet"

    def __init__(self, recipe: Recipe, batch: Batch) -> None:
        assert recipe.vae is not None
        torch.manual_seed(recipe.seed)
        self.objective = DiffusionObjective(
            build_unet(recipe), recipe, schedule=recipe.noise.schedule(), factor=recipe.vae.factor
        )
        self._batch = batch

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        return self._batch

    def report(self, step: int) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch-size", type=int, nargs="+", default=[64, 384, 1024])
    parser.add_argument("--steps", type=int, default=30, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    device = gpu_for("recorded.py")
    recipe = load_recipe(RECIPE)
    assert recipe.vae is not None and recipe.text is not None
    width, height = recipe.data.sizes[0]
    cells = (height // recipe.vae.factor, width // recipe.vae.factor)
    print(f"{torch.cuda.get_device_name()}, {describe()}, {recipe.unet.fit.mixed_precision}")
    print("samples a second   batch   launched   replayed    ratio  (median of rounds, least and most)")
    for size in options.batch_size:
        batch = training_batch(
            recipe.caption, size, channels=recipe.vae.latent_channels, cells=cells, width=recipe.text.width
        )
        on_device = {name: tensor.to(device) for name, tensor in batch.items()}
        with tempfile.TemporaryDirectory() as folder:
            rates = in_turns(recipe, on_device, size, options.steps, options.rounds, Path(folder))
        launched, replayed = (statistics.median(rates[graphs]) for graphs in (False, True))
        ratios = [one / other for one, other in zip(rates[True], rates[False], strict=True)]
        spread = f"{min(ratios):.2f} .. {max(ratios):.2f}"
        print(f"{size:24d} {launched:10.0f} {replayed:10.0f} {statistics.median(ratios):8.2f}  ({spread})")


def in_turns(recipe: Recipe, batch: Batch, size: int, steps: int, rounds: int, folder: Path) -> dict[bool, list[float]]:
    """Samples a second in each round of both ways, replayed = True; what is made once is made before."""
    plain = replace(
        recipe.unet.fit, steps=NEVER, batch_size=size, log_every=NEVER, checkpoint_minutes=NEVER, cuda_graphs=False
    )
    fits = {
        graphs: Fit(SameBatch(recipe, batch), replace(plain, cuda_graphs=graphs), folder / str(graphs))
        for graphs in (False, True)
    }
    rates: dict[bool, list[float]] = {False: [], True: []}
    for number in range(rounds + 1):
        for graphs, fit in fits.items():
            fit.run(fit.step + (steps if number else 3))
            rate = fit.throughput.look()["samples_per_second"]
            if number:
                rates[graphs].append(rate)
    return rates


if __name__ == "__main__":
    main()
