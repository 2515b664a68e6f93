"""What networks that read labels have in common: their loss, what is held out of their data, and how much they find.

It knows labels and samples; it does not know what labels are read off.
B batch, C channels, h w places, G groups, J labels.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.train.data import Sample
from engine.train.fit import Batch


class LabelObjective(nn.Module):
    """Cross-entropy of every label."""

    def __init__(self, network: nn.Module) -> None:
        """Train `network` in place, which gives logits [B, J]."""
        super().__init__()
        self.network = network

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Loss of what is shown, [B, C, h, w], against labels [B, J], and F1 of the labels found."""
        logits = self.network(batch["shown"])
        loss = F.binary_cross_entropy_with_logits(logits, batch["labels"], reduction="none").sum(-1).mean()
        right, sizes = right_and_sizes(logits, batch["labels"])
        return {"loss": loss, "f1": 2 * right.sum() / sizes.sum().clamp(min=1)}


def set_apart(samples: Sequence[Sample], share: float, seed: int) -> set[str]:
    """A share of the rows, at least one; a picture and its mirror image are of one row."""
    rows = sorted({sample.where for sample in samples})
    return set(random.Random(f"{seed} probe").sample(rows, max(1, round(share * len(rows)))))


def right_and_sizes(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Of each label [B, J]: whether it is found and true, and how many times it is found or true; F1 = 2 of / of."""
    found = (logits > 0).float()
    return found * labels, found + labels


def f1_of(right: Tensor, sizes: Tensor, own: Tensor, groups: Sequence[str]) -> dict[str, float]:
    """F1 of all labels, then of each group, from counts [J] and the labels of each group, own [G, J]."""
    pooled = torch.cat([right.sum()[None], own @ right]), torch.cat([sizes.sum()[None], own @ sizes])
    names = ("f1", *(f"f1_{group}" for group in groups))
    f1 = 2 * pooled[0] / pooled[1].clamp(min=1)
    return {name: round(value, 4) for name, value in zip(names, f1.tolist(), strict=True)}
