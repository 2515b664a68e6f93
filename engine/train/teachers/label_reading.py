"""What networks that read labels have in common: loss, what is held out of their data, how much they find, files.

It knows labels and samples; it does not know what labels are read off.
B batch, C channels, h w places, G groups, J labels.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.files.whole import whole_folder, write_json
from engine.train.data.samples import Sample
from engine.train.loop.stage import Batch

Places = NDArray[np.intp]  # in a bucket


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


def coordinates(features: Tensor) -> Tensor:
    """x, y, x², y² of each place of features [B, C, h, w], -1..1, as [1, 4, h, w] beside them."""
    vertical, horizontal = (torch.linspace(-1, 1, side, device=features.device) for side in features.shape[-2:])
    y, x = torch.meshgrid(vertical, horizontal, indexing="ij")
    return torch.stack([x, y, x * x, y * y])[None].to(features)


def group_of(label: str) -> str:
    """Group of a label: "top" of "top:color=red"."""
    return label.partition(":")[0]


def key_of(label: str) -> str:
    """Group and key of a label: "top:color" of "top:color=red"."""
    return label.partition("=")[0]


def places_by(labels: Iterable[str], of: Callable[[str], str]) -> dict[str, list[int]]:
    """Each name that `of` gives a label, in order, and where the labels are that have it."""
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(of(label), []).append(place)
    return dict(sorted(places.items()))


def set_apart(
    buckets: Iterable[NDArray[np.int64]], samples: Sequence[Sample], share: float, seed: int
) -> tuple[list[Places], list[Places]]:
    """Where in each bucket of sample numbers those to learn from lie, and those held out.

    Held out is a share of the rows, at least one; a picture and its mirror image are of one row.
    """
    rows = sorted({sample.where for sample in samples})
    apart = set(random.Random(f"{seed} probe").sample(rows, max(1, round(share * len(rows)))))
    is_apart = [np.array([samples[int(number)].where in apart for number in numbers]) for numbers in buckets]
    return [np.flatnonzero(~each) for each in is_apart], [np.flatnonzero(each) for each in is_apart]


def draw(shown: Sequence[Places], count: int, rng: np.random.Generator) -> tuple[int, Places]:
    """A bucket, by how much it holds, and `count` random ones of its places."""
    sizes = np.array([len(each) for each in shown])
    bucket = int(rng.choice(len(sizes), p=sizes / sizes.sum()))
    return bucket, rng.choice(shown[bucket], count)


def right_and_sizes(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Of each label [B, J]: whether it is found and true, and how many times it is found or true; F1 = 2 of / of."""
    found = (logits > 0).float()
    return found * labels, found + labels


def f1_of(right: Tensor, sizes: Tensor, labels: Sequence[str]) -> dict[str, float]:
    """F1 of all labels, then of each group, from counts [J]."""
    asked = {"f1": list(range(len(labels)))}
    asked |= {f"f1_{group}": places for group, places in places_by(labels, group_of).items()}
    f1 = {name: 2 * right[places].sum() / sizes[places].sum().clamp(min=1) for name, places in asked.items()}
    return {name: round(value.item(), 4) for name, value in f1.items()}


def save_network(network: nn.Module, folder: Path, name: str, facts: dict[str, Any]) -> None:
    """Write `folder` with NAME.safetensors and NAME.json, whole."""
    with whole_folder(folder) as temporary:
        tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
        save_file(tensors, temporary / f"{name}.safetensors")
        write_json(temporary / f"{name}.json", facts)


def read_network(folder: Path, name: str, what: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Facts and weights that `save_network` wrote; raises ValueError saying `what` was expected."""
    try:
        facts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return facts, load_file(folder / f"{name}.safetensors")
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(f"{folder} holds no readable {what}: {error}") from error
