"""The judge's network: it looks at a picture of a person and answers every question of the table.

B batch, H W picture height and width, D features, Q questions, K most classes of a question, P places, G glances.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.train.questions.table import QUESTIONS
from engine.train.teachers.label_reading import coordinates

WIDTHS = (64, 128, 192)  # channels at strides 4, 8 and 16
GLANCES = 2  # places where each question may look; the first is taught
_HEADS = 4  # of the attention among questions


class JudgeNetwork(nn.Module):
    """A residual trunk; each question glances at a few places of its stride-8 features and classifies what it sees.

    The stride-8 features carry what strides 8 and 16 found: the colour of a belt and what a whole garment is.
    Questions with the same values, such as all colours of garments, share a classifier besides their own.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        """Untrained weights for the table of questions; ``widths`` are channels at strides 4, 8, .., the last two read.

        Raises:
            ValueError: There are fewer than two widths, or the last is no multiple of the four heads.
        """
        super().__init__()
        if len(widths) < 2 or widths[-1] % _HEADS:
            raise ValueError(f"widths must be two or more, the last a multiple of {_HEADS}, got {list(widths)}")
        self.widths = tuple(widths)
        last = widths[-1]
        stem = widths[0] // 2
        strides = [_stride(inner, outer, min(at, 2)) for at, (inner, outer) in enumerate(pairwise((stem, *widths)), 1)]
        self.trunk = nn.Sequential(_layer(3, stem, 5, stride=2), *strides[:-1])
        self.deepest = strides[-1]
        self.lateral = nn.Conv2d(widths[-2], last, 1)
        self.place = nn.Conv2d(4, last, 1)
        self.refine = _layer(last, last, 3, stride=1)
        self.look = nn.Conv2d(last, GLANCES * len(QUESTIONS), 1)
        self.read = nn.Linear(GLANCES * last, last)
        self.question = nn.Parameter(torch.randn(len(QUESTIONS), last) * 0.1)
        layer = nn.TransformerEncoderLayer(last, _HEADS, 2 * last, dropout=0.1, batch_first=True, norm_first=True)
        self.confer = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        most = max(len(question.classes) for question in QUESTIONS)
        kinds = sorted({question.values for question in QUESTIONS})
        self.shared = nn.Parameter(torch.randn(len(kinds), last, most) * last**-0.5)
        self.weight = nn.Parameter(torch.zeros(len(QUESTIONS), last, most))
        self.bias = nn.Parameter(torch.zeros(len(QUESTIONS), most))
        counts = torch.tensor([len(question.classes) for question in QUESTIONS])
        self.kinds: Tensor
        self.unused: Tensor
        self.register_buffer("kinds", torch.tensor([kinds.index(q.values) for q in QUESTIONS]), persistent=False)
        self.register_buffer("unused", torch.arange(most) >= counts[:, None], persistent=False)  # [Q, K]

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] in 0..1 -> logits [B, Q, K]; classes a question does not have are -inf."""
        return self.examine(pictures)[0]

    def examine(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [B, Q, K], and where each question looked first: attention [B, Q, H/16, W/16] that sums to 1."""
        features = self._features(pictures)  # [B, D, H/8, W/8]
        looks = self.look(features).float().flatten(2).softmax(-1)  # [B, G Q, P]
        seen = looks.to(features.dtype) @ features.flatten(2).transpose(1, 2)  # [B, G Q, D]
        seen = self.read(torch.cat(seen.chunk(GLANCES, 1), 2))  # [B, Q, D]
        seen = self.confer(seen + self.question)  # what one saw tells another: a skirt is seen, so this is a top
        weight = (self.weight + self.shared.index_select(0, self.kinds)).to(seen.dtype)
        logits = torch.einsum("bqd,qdk->bqk", seen, weight).float() + self.bias
        first = looks[:, : len(QUESTIONS)].unflatten(2, features.shape[-2:])
        return logits.masked_fill(self.unused, float("-inf")), 4 * F.avg_pool2d(first, 2)

    def _features(self, pictures: Tensor) -> Tensor:
        fine = self.trunk(pictures * 2 - 1)
        coarse = F.interpolate(self.deepest(fine), size=fine.shape[-2:])
        features = F.relu(self.lateral(fine) + coarse + self.place(coordinates(fine)))
        features = features + self.refine(features)
        assert isinstance(features, Tensor)
        return features


class _Residual(nn.Module):
    """Two convolutions beside a way round them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _layer(channels, channels, 3, stride=1)
        self.outer = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(features + self.outer(self.inner(features)))


def _stride(inner: int, outer: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(_layer(inner, outer, 3, stride=2), *(_Residual(outer) for _ in range(blocks)))


def _layer(inner: int, outer: int, kernel: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())
