"""The probe: a small network that reads the labels of phrases off latents, and asks the UNet's predictions for them.

The squared error of the noise hardly tells a red top from a blue one where the top is small. The probe says it in
words: it is trained once on the latents of the data, frozen, and shown the clean latents that each prediction of the
UNet amounts to; what their caption says should be there. A reward through a frozen network is that of ReFL (Xu et al.
2023, arXiv 2304.05977), a loss on the predicted clean latents that of Berrada et al. 2024 (arXiv 2411.04873), a probe
in the sense of Alain and Bengio 2016 (arXiv 1610.01644).

The judge of evaluate.py (judge.py) has nothing to do with it, or it would be flattered: that one sees pixels and never
latents, is another network, learns other labels from figures of other seeds, and nothing here may import it.
B batch, C latent channels, h w latent cells, D features, K keys, J labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.description.wording.caption import Phrase
from engine.train.data.labels import joint_labels
from engine.train.recipe.teachers import PROBE_NORM_GROUPS
from engine.train.teachers.label_reading import coordinates, key_of, places_by, read_network, save_network

_NAME = "probe"  # of its files
_REMEMBERED = 1 << 16  # phrases; data sets repeat themselves
_RARE = -3.0  # logits to begin with: most labels are not those of a picture


class ProbeNetwork(nn.Module):
    """Convolutions at the latents' own resolution; for each key of each group it looks somewhere and reads there.

    Age is at the mouth and gender in the hair: one look for a whole group was a compromise, and which was luck.
    """

    own: Tensor  # [K, J] the labels of each key, 1 or 0

    def __init__(self, labels: Sequence[str], *, channels: int, width: int, blocks: int) -> None:
        """Untrained weights for labels "group:label" of latents with `channels` channels."""
        super().__init__()
        self.labels = tuple(labels)
        self.shape = {"channels": channels, "width": width, "blocks": blocks}
        of_keys = places_by(labels, key_of)
        self.keys = tuple(of_keys)
        self.entry = nn.Conv2d(channels, width, 3, padding=1)
        self.place = nn.Conv2d(4, width, 1, bias=False)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.norm = nn.GroupNorm(PROBE_NORM_GROUPS, width)
        self.look = nn.Conv2d(width, len(self.keys), 1)
        self.weight = nn.Parameter(torch.randn(len(labels), width) * width**-0.5)
        self.bias = nn.Parameter(torch.full((len(labels),), _RARE))
        own = torch.zeros(len(self.keys), len(labels))
        for row, places in enumerate(of_keys.values()):
            own[row, places] = 1
        self.register_buffer("own", own, persistent=False)

    def start_from(self, folder: Path) -> None:
        """Take the weights of a trained probe; labels and keys that it does not know stay as they are.

        Raises:
            ValueError: A file is missing or damaged, or the network there has another shape.
        """
        labels, tensors = read_alike(folder, self.shape)
        keys = tuple(places_by(labels, key_of))
        rows = {name: (self.labels, tuple(labels)) for name in ("weight", "bias")}
        rows |= {f"look.{name}": (self.keys, keys) for name in ("weight", "bias")}
        for name, (mine, known) in rows.items():
            kept = self.state_dict()[name].clone()
            places = [place for place, each in enumerate(mine) if each in known]
            kept[places] = tensors[name][[known.index(mine[place]) for place in places]]
            tensors[name] = kept
        self.load_state_dict(tensors)

    def features(self, latents: Tensor) -> Tensor:
        """Latents [B, C, h, w] -> what labels are read off, [B, D, h, w]."""
        features = self.entry(latents) + self.place(coordinates(latents))
        for block in self.blocks:
            features = block(features)
        return F.silu(self.norm(features))

    def forward(self, latents: Tensor) -> Tensor:
        """Latents [B, C, h, w] -> logits [B, J]."""
        return self.read(self.features(latents))

    def read(self, features: Tensor) -> Tensor:
        """Features [B, D, h, w] -> logits [B, J]."""
        attention = self.look(features).float().flatten(2).softmax(-1)  # [B, K, h * w]
        seen = attention.to(features.dtype) @ features.flatten(2).transpose(1, 2)  # [B, K, D]
        logits: Tensor = (F.linear(seen, self.weight).float() * self.own).sum(1)  # no gather: its gradient is slow
        return logits + self.bias

    def save(self, folder: Path) -> None:
        """Write weights, shape and labels, whole."""
        save_network(self, folder, _NAME, {**self.shape, "labels": list(self.labels)})


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(PROBE_NORM_GROUPS, width)
        self.convolution = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        moved: Tensor = self.convolution(F.silu(self.norm(features)))
        return features + moved


def read_alike(folder: Path, shape: dict[str, int]) -> tuple[list[str], dict[str, Tensor]]:
    """Labels and weights of a trained probe of this shape.

    Raises:
        ValueError: A file is missing or damaged, or the network there has another shape.
    """
    facts, tensors = read_network(folder, _NAME, "probe")
    labels = facts.pop("labels")
    if facts != shape:
        raise ValueError(f"probe.initial: {folder} holds a probe of {facts}, to start from it needs {shape}")
    return labels, tensors


def load_probe(folder: Path, labels: Sequence[str], *, channels: int) -> ProbeNetwork:
    """A trained probe, frozen.

    Raises:
        ValueError: A file is missing or damaged, or it reads other labels or latents than these.
    """
    facts, tensors = read_network(folder, _NAME, "probe")
    known = facts.pop("labels")
    if known != list(labels):
        example = min(set(known) ^ set(labels), default="their order")
        raise ValueError(f"{folder} reads other labels than the data's, such as {example}: run the stage probe again")
    if facts["channels"] != channels:
        raise ValueError(f"{folder} reads latents of {facts['channels']} channels, the vae's have {channels}")
    network = ProbeNetwork(labels, **facts)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{folder / _NAME}.safetensors does not fit the network: {error}") from error
    return network.eval().requires_grad_(False)


class Asker:
    """What latents may be asked for the sake of a caption."""

    def __init__(self, labels: Sequence[str]) -> None:
        """Ask about these labels, "group:label" or "group:key=value"."""
        self.numbers = {label: number for number, label in enumerate(labels)}
        self.rivals = places_by(labels, key_of)
        self._read = lru_cache(_REMEMBERED)(self._labels_and_rivals)

    def ask(self, said: Sequence[Sequence[Phrase]], rows: Sequence[Sequence[Phrase]]) -> tuple[Tensor, Tensor]:
        """Wanted [B, J] and asked [B, J], 1 or 0: of phrases that captions say, of rows with all that is true.

        What a phrase says is wanted. What else its group could be by the same key is asked and not wanted, unless the
        row has it too, such as the colour of a second dress. Nothing else is asked.
        """
        wanted, asked = (np.zeros((len(said), len(self.numbers)), np.float32) for _ in range(2))
        for place, (phrases, row) in enumerate(zip(said, rows, strict=True)):
            found = [self._read(phrase) for phrase in phrases]
            stated = {number for numbers, _ in found for number in numbers}
            true = {number for phrase in row for number in self._read(phrase)[0]}
            asked[place, [rival for _, rivals in found for rival in rivals]] = 1
            asked[place, list(true - stated)] = 0
            wanted[place, list(stated)] = 1
        return torch.from_numpy(wanted), torch.from_numpy(asked)

    def _labels_and_rivals(self, phrase: Phrase) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Numbers of a phrase's labels as far as they have any, and of all that its group could be by the same keys."""
        labels = joint_labels(phrase)
        numbers = tuple(self.numbers[label] for label in labels if label in self.numbers)
        return numbers, tuple(rival for label in labels for rival in self.rivals.get(key_of(label), ()))


def probe_loss(logits: Tensor, wanted: Tensor, asked: Tensor) -> Tensor:
    """Mean cross-entropy over each sample's asked labels, [B]; 0 where nothing is asked."""
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * asked
    return each.sum(-1) / asked.sum(-1).clamp(min=1)
