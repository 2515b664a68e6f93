"""The parser's network: a picture of a person in, a score for every item at every pixel out.

B batch, H W picture height and width, C item classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from engine.regions.items import ITEM_CLASSES
from engine.train.teachers.label_reading import read_network, save_network

WIDTHS = (16, 32, 64, 96)  # channels at strides 2, 4, 8 and 16
_EDGES = 24  # channels of the last layer at stride 2
_NAME, _WHAT = "parser", "parser"  # of its files, and in messages


class ParserNetwork(nn.Module):
    """Down to stride 16 and up again, adding what was seen on the way down.

    Full resolution costs nothing: four pixels are the channels of one place at stride 2, at the start and at the end.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS, classes: int = len(ITEM_CLASSES)) -> None:
        """Untrained weights; `widths` are channels at strides 2, 4, 8, ...

        Raises:
            ValueError: There are fewer than two widths, or one is none.
        """
        super().__init__()
        if len(widths) < 2 or min(widths) < 1:
            raise ValueError(f"widths must be two or more positive numbers, got {list(widths)}")
        self.widths = tuple(widths)
        steps = list(pairwise(widths))
        self.stem = _layer(12, widths[0])
        self.down = nn.ModuleList(
            nn.Sequential(_layer(inner, outer, stride=2), *([_Residual(outer)] if place else []))
            for place, (inner, outer) in enumerate(steps)
        )
        self.whole = nn.Linear(widths[-1], widths[-1])  # what the picture as a whole says to each place
        self.across = nn.ModuleList(nn.Conv2d(outer, inner, 1) for inner, outer in steps)
        self.up = nn.ModuleList(_Residual(inner) for inner, _ in steps[1:])
        self.edges = _layer(widths[0], _EDGES)
        self.head = nn.Conv2d(_EDGES, 4 * classes, 1)

    @property
    def stride(self) -> int:
        """What both sides of a picture must be a multiple of."""
        return int(2 ** len(self.widths))

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] in -1..1 -> scores [B, C, H, W]; the sides are multiples of `stride`."""
        return F.pixel_shuffle(self.head(self._features(pictures)), 2)

    def save(self, folder: Path) -> None:
        """Write weights, widths and classes, whole."""
        save_network(self, folder, _NAME, {"widths": list(self.widths), "classes": list(ITEM_CLASSES)})

    def every_fourth(self, pictures: Tensor, phase: Tensor) -> Tensor:
        """Scores [B, C, H/2, W/2] of one pixel of each square of four: row `phase` // 2 and column `phase` % 2 of it.

        Neighbours show nearly the same, and a loss over all of them would cost a fifth of a step more.
        """
        weight = self.head.weight.unflatten(0, (-1, 4)).index_select(1, phase.reshape(1)).squeeze(1)
        bias = self.head.bias
        assert bias is not None
        return F.conv2d(
            self._features(pictures), weight, bias.unflatten(0, (-1, 4)).index_select(1, phase.reshape(1)).squeeze(1)
        )

    def _features(self, pictures: Tensor) -> Tensor:
        """What the last layer reads, [B, D, H/2, W/2]."""
        found = [self.stem(F.pixel_unshuffle(pictures, 2))]
        for down in self.down:
            found.append(down(found[-1]))
        features = found.pop()
        features = F.relu(features + self.whole(features.mean((2, 3)))[:, :, None, None])
        for across, kept, up in zip(reversed(self.across), reversed(found), [*reversed(self.up), None], strict=True):
            features = kept + F.interpolate(across(features), scale_factor=2.0, mode="nearest")
            features = features if up is None else up(features)
        edges: Tensor = self.edges(features)
        return edges


def load_parser(folder: Path) -> ParserNetwork:
    """A trained parser, to be asked.

    Raises:
        ValueError: A file is missing or damaged, or it was trained on other classes.
    """
    facts, tensors = read_network(folder, _NAME, _WHAT)
    if facts.get("classes") != list(ITEM_CLASSES):
        raise ValueError(f"{folder} holds a parser of other classes than {', '.join(ITEM_CLASSES)}; train it again")
    try:
        network = ParserNetwork(facts["widths"])
        network.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no readable {_WHAT}: {error}") from error
    return network.eval()


class _Residual(nn.Module):
    """Two convolutions beside a way round them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _layer(channels, channels)
        self.outer = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(features + self.outer(self.inner(features)))


def _layer(inner: int, outer: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())
