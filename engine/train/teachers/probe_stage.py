"""The probe's training: cached latents, blurred and noisy as a denoiser's predictions are, against their labels.

It knows latents and labels; it does not know what the probe is for.
B batch, C latent channels, h w latent cells, J labels.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.train.data.labels import LabelTable
from engine.train.data.latent_cache import Bucket
from engine.train.data.samples import Folder
from engine.train.loop.stage import Batch, Stage
from engine.train.recipe.recipe import Recipe
from engine.train.teachers.label_reading import (
    LabelObjective,
    Places,
    draw,
    f1_of,
    key_of,
    places_by,
    right_and_sizes,
    set_apart,
)
from engine.train.teachers.probe import ProbeNetwork

logger = logging.getLogger(__name__)

_TESTED_AT_ONCE = 256


class ProbeStage(Stage):
    """Buckets of cached latents, a share of the pictures held out."""

    name = "probe"

    def __init__(self, recipe: Recipe, folder: Folder, buckets: Sequence[Bucket]) -> None:
        """Count the labels, set pictures aside and build the network.

        Raises:
            ValueError: There are too few pictures to hold any out, or no label is frequent enough to be learnt.
        """
        assert recipe.probe is not None
        self.recipe, self.config, self.folder, self.buckets = recipe, recipe.probe, folder, buckets
        self.table = labels_to_learn(folder)
        numbers = [bucket.samples for bucket in buckets]
        self.shown, self.held_out = set_apart(numbers, folder.samples, self.config.held_out, recipe.seed)
        if not any(map(len, self.shown)) or not any(map(len, self.held_out)):
            raise ValueError(f"probe.held_out {self.config.held_out} leaves no picture to learn from or to test on")
        self.values = values_of_keys(tuple(self.table.joint))
        self.network = self.build()
        if self.config.initial:
            self.network.start_from(self.config.initial)
        self.objective = LabelObjective(self.network)
        self.numbers: dict[str, float] = {}  # of the last test
        logger.info("stage=probe labels=%d held_out=%d", len(self.table.joint), sum(map(len, self.held_out)))

    def build(self) -> ProbeNetwork:
        """An untrained network for these labels."""
        channels, config = self.buckets[0].latents.shape[1], self.config
        return ProbeNetwork(tuple(self.table.joint), channels=channels, width=config.width, blocks=config.blocks)

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random samples of one size, softened."""
        rng = np.random.default_rng((self.recipe.seed, 4, step, rank))
        number, indices = draw(self.shown, self.config.fit.batch_size, rng)
        batch = self._read(number, np.sort(indices))
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        return {**batch, "shown": soften(batch["shown"], self.config.noise, generator)}

    @torch.no_grad()
    def report(self, step: int) -> None:
        """Find the labels of what was held out, as it is and softened: F1 of all and each group, kappa of each key."""
        device = next(self.network.parameters()).device
        generator = torch.Generator().manual_seed(self.recipe.seed)
        right, sizes = torch.zeros(2, len(self.table.joint)), torch.zeros(2, len(self.table.joint))
        told_apart = torch.zeros(3, len(self.table.joint))
        for number, kept in enumerate(self.held_out):
            for start in range(0, len(kept), _TESTED_AT_ONCE):
                batch = self._read(number, kept[start : start + _TESTED_AT_ONCE])
                views = batch["shown"], soften(batch["shown"], self.config.noise, generator)
                found = [self.network(latents.to(device)).cpu() for latents in views]
                for view, each in enumerate(found):
                    more = right_and_sizes(each, batch["labels"])
                    right[view] += more[0].sum(0)
                    sizes[view] += more[1].sum(0)
                told_apart += choices(self.values, found[0], batch["labels"])
        plain, softened = (f1_of(*counts, self.network.labels) for counts in zip(right, sizes, strict=True))
        self.numbers = {"f1": plain["f1"], "f1_softened": softened["f1"], **plain}
        kappa = kappas(self.values, told_apart)
        self.numbers |= {f"kappa_{key}": value for key, value in kappa.items()}
        logger.info("stage=probe held out %s", " ".join(f"{name}={value:.3f}" for name, value in self.numbers.items()))

    def _read(self, number: int, indices: Places) -> Batch:
        bucket = self.buckets[number]
        labels = self.table.of_captions([self.folder.samples[bucket.samples[index]].phrases for index in indices])
        return {"shown": torch.from_numpy(bucket.latents[indices].astype(np.float32)), "labels": labels}


def labels_to_learn(folder: Folder) -> LabelTable:
    """The labels of a data folder; raise ValueError where none is frequent enough."""
    table = LabelTable([sample.phrases for sample in folder.samples])
    if not table.joint:
        raise ValueError("probe: no label is frequent enough in the data to be learnt")
    return table


def values_of_keys(names: Sequence[str]) -> dict[str, list[int]]:
    """Where the values of each group and key are that has two or more: "top:color" of "top:color=red"."""
    found = {key: [place for place in own if "=" in names[place]] for key, own in places_by(names, key_of).items()}
    return {key: own for key, own in found.items() if len(own) > 1}


def choices(values: Mapping[str, Sequence[int]], logits: Tensor, labels: Tensor) -> Tensor:
    """How often each label is the likeliest of its key's values, is true, and is both, [3, J], of [N, J] both.

    Only pictures count that have just one of a key's values.
    """
    counts = torch.zeros(3, labels.shape[1])
    for own in values.values():
        is_one = labels[:, own].sum(1) == 1
        said, true = logits[is_one][:, own].argmax(1), labels[is_one][:, own].argmax(1)
        for row, chosen in enumerate((said, true, true[said == true])):
            counts[row, own] = chosen.bincount(minlength=len(own)).float()
    return counts


def kappas(values: Mapping[str, Sequence[int]], counts: Tensor) -> dict[str, float]:
    """Cohen's kappa (1960) of each group and key, from the sum of `choices`; none of a key that was never true.

    1 where the likeliest value is always the true one, 0 where it is no more often than by chance.
    """
    found = {}
    for key, own in values.items():
        said, true, right = counts[:, own].double()
        if (total := float(true.sum())) > 0:
            by_chance = float(said @ true) / total**2
            found[key] = round((float(right.sum()) / total - by_chance) / max(1 - by_chance, 1e-9), 4)
    return found


def soften(latents: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    """Latents [B, C, h, w], each mixed with its 3x3 mean at random, half of them then given noise up to `noise`."""

    def random(places: int) -> Tensor:
        return torch.rand(places, 1, 1, 1, generator=generator)

    count = len(latents)
    blurred = F.avg_pool2d(latents, 3, 1, 1, count_include_pad=False)
    strength = noise * random(count) * (random(count) < 0.5)
    return latents.lerp(blurred, random(count)) + strength * torch.randn(latents.shape, generator=generator)
