"""HOLA: cross-attention held to the body region each phrase describes (Li et al. 2024, arXiv 2404.01294).

It knows maps, spans and regions as tensors; it does not know models, captions or pictures.
B batch, N heads, Q = h w queries, T tokens, P phrases (padded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.train.config import HolaVariant


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
        if variant is HolaVariant.HOLA_REFERENCE:
            return _reference(maps, supervision)
        layer = {HolaVariant.HOLA: _paper_layer, HolaVariant.HOLA_MASS: _mass_layer}[variant]
        return torch.stack([layer(attention.float(), supervision) for attention in maps]).mean()


def _paper_layer(attention: Tensor, supervision: Supervision) -> Tensor:
    """1/N sum over phrases of (sum over tokens ||m_j - h||^2 + ||mean m_j - h||^2), averaged over cells and heads."""
    tokens, means = _squares(attention, supervision)
    return _over_phrases((tokens + means).mean(1), supervision.valid)


def _reference(maps: Sequence[Tensor], supervision: Supervision) -> Tensor:
    """The published code's reduction: a mean per head over cells and maps, then over heads and layers, then images."""
    valid = supervision.valid.float()
    lengths = supervision.spans.float().sum(-1) * valid  # [B, P]
    count = (lengths + valid).sum(-1)  # [B] maps an image is asked for
    heads = []
    for attention in maps:
        tokens, means = _squares(attention.float(), supervision)  # [B, N, P]
        heads.append(((tokens + means) * valid[:, None]).sum(-1) / count.clamp(min=1)[:, None])
    per_image = torch.cat(heads, dim=1).mean(1)
    has_spans = (count > 0).float()
    return (per_image * has_spans).sum() / has_spans.sum().clamp(min=1)


def _mass_layer(attention: Tensor, supervision: Supervision) -> Tensor:
    """The phrase's summed probability against its share of the cell: a target that a softmax can reach.

    Where several phrases cover a cell they share it equally; a cell's targets never sum to more than 1.
    """
    regions = supervision.targets(attention.shape[2]) * supervision.valid[..., None]  # [B, P, Q]
    shares = regions / regions.sum(1, keepdim=True).clamp(min=1)
    mass = attention @ supervision.spans.float().transpose(1, 2)[:, None]  # [B, N, Q, P]
    squares = (mass - shares.transpose(1, 2)[:, None]).square().mean((1, 2))  # [B, P]
    return _over_phrases(squares, supervision.valid)


def _squares(attention: Tensor, supervision: Supervision) -> tuple[Tensor, Tensor]:
    """Squared distances averaged over cells, [B, N, P]: summed over a phrase's tokens, and of its mean map."""
    target = supervision.targets(attention.shape[2]).transpose(1, 2)[:, None]  # [B, 1, Q, P]
    spans = supervision.spans.float()
    length = spans.sum(-1)[:, None]  # [B, 1, P]
    along = spans.transpose(1, 2)[:, None]  # [B, 1, T, P]
    sums, squares = attention @ along, attention.square() @ along  # [B, N, Q, P]
    tokens = squares - 2 * target * sums + target.square() * length[:, :, None]
    means = (sums / length.clamp(min=1)[:, :, None] - target).square()
    return tokens.mean(2), means.mean(2)


def _over_phrases(values: Tensor, valid: Tensor) -> Tensor:
    """Mean over an image's phrases, then over the images that have any."""
    weights = valid.float()
    count = weights.sum(-1)
    per_image = (values * weights).sum(-1) / count.clamp(min=1)
    return per_image.sum() / (count > 0).float().sum().clamp(min=1)
