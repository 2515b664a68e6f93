"""The parser's training: figures, crisp, softened and decoded, against what each of their pixels shows.

It knows pictures and label maps; it does not know what the parser is for.
B batch, H W picture height and width, C item classes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.regions.items import ITEM_CLASSES
from engine.train.judge.data import as_input, soften
from engine.train.loop.stage import Batch, Stage
from engine.train.parser.figures import ItemShelf, item_shelves
from engine.train.parser.network import ParserNetwork
from engine.train.parser.overlap import Overlap
from engine.train.pixels import to_tensor
from engine.train.recipe.parser import ParserConfig

logger = logging.getLogger(__name__)

_TESTED_AT_ONCE = 32
_SOFTENED = 0.5  # of the pictures that are not decoded


class ParserObjective(nn.Module):
    """Cross-entropy of the pixels, rare classes weighted up, and what the classes' soft overlap misses."""

    def __init__(self, network: ParserNetwork, weights: Tensor, overlap_weight: float) -> None:
        """Train `network` in place; `weights` [C] are those of the classes."""
        super().__init__()
        self.network, self.overlap_weight = network, overlap_weight
        self.weights: Tensor
        self.register_buffer("weights", weights, persistent=False)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of `batch["pictures"]` [B, 3, H, W] against `batch["items"]` [B, H/2, W/2], at `batch["phase"]`."""
        scores, items = self.network.every_fourth(batch["pictures"], batch["phase"]).float(), batch["items"]
        entropy = F.cross_entropy(scores, items, self.weights)
        missed = 1 - soft_overlap(scores, items)
        return {"loss": entropy + self.overlap_weight * missed, "entropy": entropy, "missed": missed}


def soft_overlap(scores: Tensor, items: Tensor) -> Tensor:
    """Intersection over union with probabilities for pixels, the mean over the classes that the batch shows."""
    chances = scores.softmax(1).transpose(0, 1).flatten(1)  # [C, B H W]
    wanted = F.one_hot(items.flatten(), len(chances)).T.to(chances.dtype)
    right, sizes = (chances * wanted).sum(1), wanted.sum(1)
    shares = right / (chances.sum(1) + sizes - right).clamp(min=1.0)
    return shares[sizes > 0].mean()


class ParserStage(Stage):
    """Figures held in memory."""

    name = "parser"

    def __init__(self, config: ParserConfig, seed: int, vae: AutoencoderKL | None, cache: Path | None) -> None:
        """Draw (or read) the figures; without an autoencoder none is decoded."""
        self.config, self.seed = config, seed
        num = config.num_decoded if vae is not None else 0
        self.shelves = item_shelves(config.first_seed, config.num_figures, cache, vae=vae, num_decoded=num)
        held_out = config.num_held_out if vae is not None and config.num_decoded else 0
        self.held_out = item_shelves(config.held_out_seed, config.num_held_out, cache, vae=vae, num_decoded=held_out)
        self.network = self.build()
        self.objective = ParserObjective(self.network, class_weights(self.shelves), config.overlap_weight)
        self.numbers: dict[str, object] = {}  # of the last test

    def build(self) -> ParserNetwork:
        """An untrained network."""
        return ParserNetwork(self.config.widths)

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random figures of one size, half of them mirrored, and what one pixel in four shows.

        Pictures [B, 3, H, W] in -1..1, items [B, H/2, W/2], and the phase of ``ParserNetwork.every_fourth``.
        """
        rng = np.random.default_rng((self.seed, 7, step, rank))
        sizes = np.array([len(shelf.pictures) for shelf in self.shelves])
        shelf = self.shelves[rng.choice(len(sizes), p=sizes / sizes.sum())]
        num, count = self.config.fit.batch_size, len(shelf.decoded)
        from_decoder = rng.binomial(num, self.config.decoded_fraction) if count else 0
        again = rng.integers(count, size=from_decoder) if count else np.zeros(0, np.intp)
        drawn = rng.integers(len(shelf.pictures), size=num - from_decoder)
        softened = int(round(_SOFTENED * len(drawn)))
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        parts = [to_tensor(shelf.decoded[again]), to_tensor(shelf.pictures[drawn[softened:]])]
        soft = as_input(torch.from_numpy(shelf.pictures[drawn[:softened]]))
        parts.append(soften(soft, generator) * 2 - 1 if softened else soft)
        items = shelf.items[np.concatenate([again, drawn[softened:], drawn[:softened]])]
        mirrored = torch.from_numpy(rng.random(num) < 0.5)
        pictures, wanted = torch.cat(parts), torch.from_numpy(items.astype(np.int64))
        wanted = torch.where(mirrored[:, None, None], wanted.flip(2), wanted)
        phase = int(rng.integers(4))
        return {
            "pictures": torch.where(mirrored[:, None, None, None], pictures.flip(3), pictures),
            "items": wanted[:, phase // 2 :: 2, phase % 2 :: 2].contiguous(),
            "phase": torch.tensor(phase),
        }

    @torch.no_grad()
    def report(self, step: int) -> None:
        """How well the label maps of held-out figures are found, drawn and decoded."""
        drawn = [(shelf.pictures, shelf.items) for shelf in self.held_out]
        decoded = [(shelf.decoded, shelf.items[: len(shelf.decoded)]) for shelf in self.held_out]
        self.numbers = {"drawn": self._test(drawn).facts()}
        if any(len(pictures) for pictures, _ in decoded):
            self.numbers["decoded"] = self._test(decoded).facts()
        logger.info("stage=%s step=%d held out %s", self.name, step, self.numbers)

    def _test(self, pairs: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> Overlap:
        overlap, device = Overlap(), next(self.network.parameters()).device
        for pictures, items in pairs:
            for at in range(0, len(pictures), _TESTED_AT_ONCE):
                shown = to_tensor(pictures[at : at + _TESTED_AT_ONCE]).to(device)
                found = self.network(shown).argmax(1).byte().cpu().numpy()
                overlap.add(found, items[at : at + _TESTED_AT_ONCE])
        return overlap


def class_weights(shelves: Sequence[ItemShelf]) -> Tensor:
    """One over the root of each class's share of the pixels, at most ten times the commonest's; their mean is 1."""
    num = len(ITEM_CLASSES)
    counts = sum((np.bincount(shelf.items.ravel(), minlength=num) for shelf in shelves), np.zeros(num, np.int64))
    weights = np.sqrt(counts.max() / np.maximum(counts, 1)).clip(max=10.0)
    return torch.from_numpy(weights / weights.mean()).float()
