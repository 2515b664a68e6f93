"""How unlike two pictures look: the distance of what a network that was taught to name things sees in them.

A squared error lets a decoder paint every stripe grey, since grey is never far off. A network that had to tell stripes
from checks sees the difference; the distance of its features is the perceptual loss of Johnson et al. 2016 (arXiv
1603.08155) in the form of LPIPS (Zhang et al. 2018, arXiv 1801.03924, eq. 1, all weights 1). Its network was taught on
photographs, ours on the training data's own pictures and phrases.

The judge of evaluate.py has nothing to do with it: another network, other labels, figures of other seeds.
B batch, H W picture height and width, D features, J labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.train.recipe.teachers import PROBE_NORM_GROUPS
from engine.train.teachers.label_reading import read_network, save_network
from engine.train.teachers.probe import ProbeNetwork

_NAME, _WHAT = "perceptual", "perceptual network"  # of its files, and in messages


class PerceptualNetwork(nn.Module):
    """Strided convolutions down to a probe's cells, and a probe on top that reads the labels."""

    def __init__(self, labels: Sequence[str], *, widths: Sequence[int], blocks: int) -> None:
        """Untrained weights for labels "group:label"; each of `widths` halves the picture's sides."""
        super().__init__()
        self.shape = {"widths": list(widths), "blocks": blocks}
        self.layers = nn.ModuleList(_layer(inner, outer) for inner, outer in pairwise((3, *widths)))
        self.probe = ProbeNetwork(labels, channels=widths[-1], width=widths[-1], blocks=blocks)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Pictures [B, 3, H, W] in -1..1 -> features [B, D, H / 2^n, W / 2^n] after layer n = 1.., and the probe's."""
        found = []
        for layer in self.layers:
            pictures = layer(pictures)
            found.append(pictures)
        return [*found, self.probe.features(pictures)]

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] in -1..1 -> logits [B, J]."""
        return self.probe.read(self.features(pictures)[-1])

    def save(self, folder: Path) -> None:
        """Write weights, shape and labels, whole."""
        save_network(self, folder, _NAME, {**self.shape, "labels": list(self.probe.labels)})


def _layer(inner: int, outer: int) -> nn.Sequential:
    convolution = nn.Conv2d(inner, outer, 3, stride=2, padding=1, bias=False)
    return nn.Sequential(convolution, nn.GroupNorm(PROBE_NORM_GROUPS, outer), nn.SiLU())


def load_perceptual(folder: Path) -> PerceptualNetwork:
    """A trained network, frozen.

    Raises:
        ValueError: A file is missing or damaged.
    """
    facts, tensors = read_network(folder, _NAME, _WHAT)
    try:
        network = PerceptualNetwork(facts.pop("labels"), **facts)
        network.load_state_dict(tensors)
    except (KeyError, TypeError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no readable {_WHAT}: {error}") from error
    return network.eval().requires_grad_(False)


def perceptual_distance(network: PerceptualNetwork, pictures: Tensor, targets: Tensor) -> Tensor:
    """LPIPS: squared distance of unit feature vectors, the mean over cells, then layers; 0 to 4, a scalar.

    Pictures and targets are [B, 3, H, W] in -1..1; no gradient reaches the targets.
    """
    with torch.no_grad():
        wanted = [F.normalize(each, dim=1) for each in network.features(targets)]
    found = [F.normalize(each, dim=1) for each in network.features(pictures)]
    distances = [(one - two).square().sum(1).mean() for one, two in zip(found, wanted, strict=True)]
    return torch.stack(distances).mean()
