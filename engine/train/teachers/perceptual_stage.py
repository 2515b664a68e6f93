"""The perceptual network's training: whole pictures against the labels of their phrases.

It knows pictures and labels; it does not know what the network is for.
B batch, H W picture height and width, J labels.
"""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from engine.train.data.labels import LabelTable
from engine.train.data.samples import Folder, read_picture
from engine.train.data.unreadable import Unreadable
from engine.train.loop.stage import Batch, Stage
from engine.train.pixels import to_tensor
from engine.train.recipe.recipe import Recipe
from engine.train.teachers.label_reading import LabelObjective, draw, f1_of, right_and_sizes, set_apart
from engine.train.teachers.perceptual import PerceptualNetwork

logger = logging.getLogger(__name__)

_TESTED_AT_ONCE = 64
_NOISE = 0.05  # strongest noise on the pictures it learns from, which lie in -1..1


class PerceptualStage(Stage):
    """Pictures of the data folder by size, a share of them held out."""

    name = "perceptual"

    def __init__(self, recipe: Recipe, folder: Folder) -> None:
        """Count the labels, set pictures aside and build the network.

        Raises:
            ValueError: No label is frequent enough to be learnt, or there are too few pictures to hold any out.
        """
        assert recipe.vae is not None and recipe.vae.perceptual is not None
        self.recipe, self.config, self.folder = recipe, recipe.vae.perceptual, folder
        self.table = LabelTable([sample.phrases for sample in folder.samples])
        if not self.table.joint:
            raise ValueError("vae.perceptual: no label is frequent enough in the data to be learnt")
        buckets = list(folder.buckets.values())
        split = set_apart(buckets, folder.samples, self.config.held_out, recipe.seed)
        self.shown, self.held_out = ([np.array(n)[p] for n, p in zip(buckets, part, strict=True)] for part in split)
        if not any(map(len, self.shown)) or not any(map(len, self.held_out)):
            raise ValueError(
                f"vae.perceptual.held_out {self.config.held_out} leaves nothing to learn from or to test on"
            )
        self.unreadable, self._left_out = Unreadable(folder.config.max_unreadable), set[int]()
        self.network = self.build()
        self.objective = LabelObjective(self.network)
        self.numbers: dict[str, float] = {}  # of the last test

    def build(self) -> PerceptualNetwork:
        """An untrained network for these labels."""
        return PerceptualNetwork(tuple(self.table.joint), widths=self.config.widths, blocks=self.config.blocks)

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random pictures of one size, shown [B, 3, H, W], with a little noise, and labels [B, J]."""
        rng = np.random.default_rng((self.recipe.seed, 5, step, rank))
        _, numbers = draw(self.shown, self.config.fit.batch_size, rng)
        batch = self._read(numbers)
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        noise = torch.randn(batch["shown"].shape, generator=generator)
        strength = _NOISE * torch.rand(len(noise), 1, 1, 1, generator=generator)
        return {**batch, "shown": batch["shown"] + strength * noise}

    @torch.no_grad()
    def report(self, step: int) -> None:
        """Find the labels of what was held out; F1 of all of them and of each group."""
        probe = self.network.probe
        device = next(self.network.parameters()).device
        right, sizes = torch.zeros(len(self.table.joint)), torch.zeros(len(self.table.joint))
        for kept in self.held_out:
            for start in range(0, len(kept), _TESTED_AT_ONCE):
                batch = self._read(kept[start : start + _TESTED_AT_ONCE])
                more = right_and_sizes(self.network(batch["shown"].to(device)).cpu(), batch["labels"])
                right, sizes = right + more[0].sum(0), sizes + more[1].sum(0)
        self.numbers = f1_of(right, sizes, probe.labels)
        found = " ".join(f"{name}={value:.3f}" for name, value in self.numbers.items())
        logger.info("stage=%s step=%d held out %s", self.name, step, found)

    def _read(self, numbers: NDArray[np.intp]) -> Batch:
        """Readable pictures among these and their labels; an unreadable one is counted once and then left out."""
        pairs = []
        for number in numbers.tolist():
            sample = self.folder.samples[number]
            if number not in self._left_out:
                picture = self.unreadable.attempt(partial(read_picture, sample))
                if picture is None:
                    self._left_out.add(number)
                else:
                    pairs.append((sample, picture))
        if not pairs:
            raise ValueError("vae.perceptual: not one picture of a batch can be read (see the log for their names)")
        samples, pictures = zip(*pairs, strict=True)
        labels = self.table.of_captions([sample.phrases for sample in samples])
        return {"shown": to_tensor(np.stack(pictures)), "labels": labels}
