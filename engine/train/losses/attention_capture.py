"""Cross-attention maps of chosen layers of a stock diffusers UNet.

It knows where cross-attention lives and how to read its probabilities; it does not know what they are used for.
B batch, N heads, Q queries (h w), T tokens, D width of a head.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0
from torch import Tensor


class AttentionCapture:
    """Collects softmax probabilities [B, N, Q, T] of the layers it is installed at, while it is open."""

    def __init__(self, unet: UNet2DConditionModel, levels: tuple[int, ...]) -> None:
        """Install at the cross-attention layers of the given levels (0 = full latent resolution)."""
        self.maps: list[Tensor] = []
        self.is_open = False
        self.layers = cross_attention_layers(unet, levels)
        processors: dict[str, PlainProcessor | CapturingProcessor] = {
            name: PlainProcessor() for name in unet.attn_processors
        }
        for name in self.layers:
            processors[f"{name}.processor"] = CapturingProcessor(self)
        unet.set_attn_processor(processors)

    @contextmanager
    def opened(self) -> Iterator[list[Tensor]]:
        """Within the block forward passes append their maps to the list given."""
        self.maps, self.is_open = [], True
        try:
            yield self.maps
        finally:
            self.is_open, self.maps = False, []


class CapturingProcessor:
    """Attention as diffusers computes it, with the probabilities kept while the capture is open.

    In training it computes alike, open or closed: gradient checkpointing runs the layer once more in the backward pass,
    when the capture is closed, and must meet the same operations. Closed in evaluation it is a PlainProcessor.
    """

    def __init__(self, capture: AttentionCapture) -> None:
        """Give maps to `capture`."""
        self.capture = capture
        self.fallback = PlainProcessor()

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """[B, Q, width] -> [B, Q, width]."""
        if encoder_hidden_states is None or not (self.capture.is_open or attn.training):
            return self.fallback(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        query = _heads(attn.to_q(hidden_states), attn.heads)  # [B, N, Q, D]
        key = _heads(attn.to_k(encoder_hidden_states), attn.heads)  # [B, N, T, D]
        value = _heads(attn.to_v(encoder_hidden_states), attn.heads)
        scores = (query * attn.scale) @ key.transpose(-1, -2)
        if attention_mask is not None:
            scores = scores + attention_mask.view(len(scores), -1, *attention_mask.shape[-2:])
        probabilities = F.softmax(scores.float(), dim=-1)  # [B, N, Q, T]
        if self.capture.is_open:
            self.capture.maps.append(probabilities)
        mixed = (probabilities.to(value.dtype) @ value).transpose(1, 2).flatten(2)
        return cast(Tensor, attn.to_out[1](attn.to_out[0](mixed)) / attn.rescale_output_factor)


class PlainProcessor:
    """Attention the faster way for the device: fused on a GPU, written out on a CPU.

    PyTorch's fused attention has a slow backward on CPUs: a training step of figurine takes 1.3 times as long with it.
    """

    def __init__(self) -> None:
        """Both ways are diffusers' own."""
        self.fused, self.written_out = AttnProcessor2_0(), AttnProcessor()

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """[B, Q, width] -> [B, Q, width]."""
        way = self.written_out if hidden_states.device.type == "cpu" else self.fused
        output: Tensor = way(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        return output


def cross_attention_layers(unet: UNet2DConditionModel, levels: tuple[int, ...]) -> list[str]:
    """Names of the attn2 modules whose queries are the latents halved `level` times."""
    depth = len(unet.config.block_out_channels)
    prefixes = []
    for level in levels:
        if not 0 <= level < depth:
            raise ValueError(f"hola layers must lie at levels 0 to {depth - 1} of this unet, got {level}")
        prefixes += [f"down_blocks.{level}.", f"up_blocks.{depth - 1 - level}."]
        prefixes += ["mid_block."] if level == depth - 1 else []
    names = [name for name, module in unet.named_modules() if name.endswith(".attn2") and isinstance(module, Attention)]
    return [name for name in names if name.startswith(tuple(prefixes))]


def _heads(tensor: Tensor, heads: int) -> Tensor:
    return cast(Tensor, tensor.unflatten(-1, (heads, -1)).transpose(1, 2))


def restore_processors(unet: UNet2DConditionModel) -> None:
    """Put stock processors back."""
    unet.set_attn_processor(AttnProcessor2_0())
