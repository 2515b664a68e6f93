"""HOLA: cross-attention held to the body region each phrase describes (Li et al. 2024, arXiv 2404.01294).

It knows maps, spans and regions as tensors; it does not know models, captions or pictures.
B batch, N heads, Q = h w queries, T tokens, P phrases (padded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.train.recipe.losses import HolaVariant


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """What the maps of one batch should show."""

    spans: Tensor  # [B, P, T] 1 where token t belongs to phrase p
    regions: Tensor  # [B, P, H, W] share of each cell that the phrase's region covers, 0..1
    valid: Tensor  # [B, P] 1 where there is a phrase with a region

    def targets(self, queries: int) -> Tensor:
        """Regions area-pooled to `queries` cells of the same shape, [B, P, Q]."""
        height, width = self.regions.shape[-2:]
        factor = round((height * width / queries) ** 0.5)
        if height % factor or width % factor or height * width != queries * factor * factor:
            raise ValueError(f"regions of {height}x{width} cells do not pool to {queries} queries")
        return F.avg_pool2d(self.regions.float(), factor).flatten(2)


def hola_loss(variant: HolaVariant, maps: Sequence[Tensor], supervision: Supervision) -> Tensor:
    """The loss of softmax maps [B, N, Q, T], one entry a layer; a scalar in float32.

    A phrase without tokens has no map to hold and counts for nothing.
    """
    has_tokens = (supervision.spans.sum(-1) > 0).float()
    supervision = replace(supervision, valid=supervision.valid.float() * has_tokens)
    with torch.autocast(maps[0].device.type, enabled=False):
        weights = _weights(variant, supervision)
        resolutions = sorted({attention.shape[2] for attention in maps})
        goals = {queries: _goal(variant, supervision, weights, queries) for queries in resolutions}
        losses = [
            share * goals[attention.shape[2]].loss(attention)
            for attention, share in zip(maps, _shares(variant, maps), strict=True)
        ]
        return torch.stack(losses).sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """What the maps of one resolution should be, as weighted squares summed over images, heads, cells and spans.

    Weights are folded into both sides of a difference as their roots, so that the loss is a plain sum of squares.
    """

    along: Tensor  # [B, T, P] takes a map to its spans' masses or means
    wanted: Tensor  # [B, Q, P] what those should be
    pull: Tensor | None = None  # [B, 1, T] how hard each single token is held; None = not at all
    held: Tensor | None = None  # [B, Q, T] to what
    rest: Tensor | None = None  # [] what no map can take away, for each head

    def loss(self, attention: Tensor) -> Tensor:
        """Of one layer's maps [B, N, Q, T]: the sum of squares; a scalar."""
        value: Tensor = _Squares.apply(attention, self.along, self.wanted, self.pull, self.held)  # type: ignore[no-untyped-call]
        return value if self.rest is None else value + attention.shape[1] * self.rest


class _Squares(torch.autograd.Function):
    """Sum of (m A - W)^2 and, where given, of (pull m - held)^2; only the maps have a gradient.

    Autograd would keep every difference for the backward pass. They follow from the maps, which the softmax keeps
    anyway, so they are computed once more: a small product, and no memory.
    """

    @staticmethod
    def forward(
        ctx: Any, attention: Tensor, along: Tensor, wanted: Tensor, pull: Tensor | None, held: Tensor | None
    ) -> Tensor:
        ctx.save_for_backward(attention, along, wanted, pull, held)
        maps = attention.float()
        total = _difference(maps, along, wanted).square_().sum()
        if pull is not None and held is not None:
            total = total + (maps * pull[:, None]).sub_(held[:, None]).square_().sum()
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        attention, along, wanted, pull, held = ctx.saved_tensors
        maps, twice = attention.float(), 2 * gradient
        difference = _difference(maps, along, wanted)
        slope = difference @ (twice * along).transpose(1, 2)[:, None]  # [B, N, Q, T]
        if pull is not None:
            slope.addcmul_(maps, (twice * pull.square())[:, None]).sub_((twice * pull * held)[:, None])
        return slope.to(attention.dtype), None, None, None, None


def _difference(maps: Tensor, along: Tensor, wanted: Tensor) -> Tensor:
    return (maps @ along[:, None]).sub_(wanted[:, None])  # [B, N, Q, P]


def _goal(variant: HolaVariant, supervision: Supervision, weights: Tensor, queries: int) -> _Goal:
    """The paper's formula holds single tokens and each span's mean; `hola_mass` holds the sum of a span.

    Where several phrases cover a cell their targets of `hola_mass` share it equally: never more than 1 in all.
    """
    spans, roots = supervision.spans.float(), weights.sqrt()[:, None]  # [B, P, T], [B, 1, P]
    along = spans.transpose(1, 2)  # [B, T, P]
    target = supervision.targets(queries).transpose(1, 2)  # [B, Q, P]
    if variant is HolaVariant.HOLA_MASS:
        target = target * supervision.valid[:, None]
        shares = target / target.sum(2, keepdim=True).clamp(min=1)
        return _Goal(along=along * roots, wanted=shares * roots)
    length = along.sum(1, keepdim=True).clamp(min=1)
    # Phrases that share a token ask one square of it: its weight is theirs together, its target their weighted mean.
    pull = weights[:, None] @ spans  # [B, 1, T]
    held = (weights[:, None] * target) @ spans / pull.clamp(min=torch.finfo(torch.float32).tiny)  # [B, Q, T]
    asked = weights[:, None] * target.square() @ spans  # [B, Q, T]
    return _Goal(
        along=along / length * roots,
        wanted=target * roots,
        pull=pull.sqrt(),
        held=held * pull.sqrt(),
        rest=(asked - held.square() * pull).sum(),
    )


def _weights(variant: HolaVariant, supervision: Supervision) -> Tensor:
    """Of each phrase, [B, P]: a mean over an image's phrases, then over the images that have any.

    The published code divides by the maps that an image is asked for instead: each token's and each phrase's mean.
    """
    valid = supervision.valid
    maps = supervision.spans.float().sum(-1) + 1 if variant is HolaVariant.HOLA_REFERENCE else torch.ones_like(valid)
    count = (valid * maps).sum(-1, keepdim=True)  # [B, 1]
    return valid / count.clamp(min=1) / (count > 0).float().sum().clamp(min=1)


def _shares(variant: HolaVariant, maps: Sequence[Tensor]) -> list[float]:
    """What each square of a layer's maps counts: layers alike, or in the published code all heads of all layers."""
    if variant is HolaVariant.HOLA_REFERENCE:
        num_heads = sum(attention.shape[1] for attention in maps)
        return [1 / (num_heads * attention.shape[2]) for attention in maps]
    return [1 / (len(maps) * attention.shape[1] * attention.shape[2]) for attention in maps]
