"""What attention maps should show, made from captions and label maps: sent as small numbers, unfolded on the device.

B batch, T tokens of all windows, P phrases of a caption (padded to 32 a window), h w latent cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor

from engine.train.captions.discretise import Discretised
from engine.train.losses.attention_capture import cross_attention_layers
from engine.train.losses.hola import Supervision

_MAX_PHRASES = 32


def supervise(
    captions: Sequence[Discretised], shares: NDArray[np.uint8], weights: NDArray[np.float32], *, windows: int = 1
) -> dict[str, Tensor]:
    """What `supervision` is made of, small enough to be sent: spans [B, P, T], validity [B, P], and labels.

    Labels are those of each phrase, members [B, P, 18], and how much of each cell they cover, shares [B, 18, h, w] of
    255. P is as many as `windows` can hold, so that a compiled step keeps its shapes. A caption of weight 0 ([B]) has
    no valid phrase.
    """
    count = _MAX_PHRASES * windows
    spans = np.zeros((len(captions), count, max(len(caption.ids) for caption in captions)), np.uint8)
    members = np.zeros((len(captions), count, shares.shape[1]), np.uint8)
    for row, caption in enumerate(captions):
        for place, span in enumerate(caption.spans[:count]):
            spans[row, place, span.start : span.end] = 1
            members[row, place, list(span.phrase.regions)] = 1
    valid = (members.any(-1) & (weights[:, None] > 0)).astype(np.float32)
    arrays = {"spans": spans, "members": members, "shares": np.ascontiguousarray(shares), "valid": valid}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def supervision(batch: Mapping[str, Tensor]) -> Supervision:
    """What attention maps should show, from what `supervise` made, where that is now."""
    with torch.autocast(batch["shares"].device.type, enabled=False):
        regions = torch.einsum("bpl,blhw->bphw", batch["members"].float(), batch["shares"].float() / 255).clamp(max=1)
    return Supervision(spans=batch["spans"], regions=regions, valid=batch["valid"])


def supervised_levels(unet: UNet2DConditionModel, strides: Sequence[int], factor: int) -> tuple[int, ...]:
    """Levels of the UNet whose queries are `strides` pixels apart.

    Raises:
        ValueError: There is no cross-attention at one of them.
    """
    depth = len(unet.config.block_out_channels)
    able = {factor << level: level for level in range(depth) if cross_attention_layers(unet, (level,))}
    for stride in strides:
        if stride not in able:
            known = ", ".join(map(str, able))
            raise ValueError(f"hola.strides: this unet has cross-attention at strides {known}, got {stride}")
    return tuple(able[stride] for stride in strides)
