"""A UNet's attention to the text, looked at while its module runs; what the module computes is left alone.

The engine's ONNX graphs have the same as a second output (`engine.export.group_attention`).

Letters: R rows, H heads, L cells (h w), M tokens of the text, E width of a head, G groups.
"""

import re
from typing import Any, cast

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

_PLACE = re.compile(r"(down|up)_blocks\.(\d+)\.")


class Watch:
    """Takes the attention of one forward."""

    def __init__(self, token_groups: Tensor) -> None:
        """Which tokens belong to which group, [R, M, G]."""
        self._groups, self._means = token_groups, list[Tensor]()

    def look(self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor) -> None:
        """Called by a layer with what it reads, [R, L, width] and [R, M, D]."""
        queries, keys = (
            each.unflatten(-1, (attn.heads, -1)).transpose(1, 2)  # [R, H, L or M, E]
            for each in (attn.to_q(hidden_states), attn.to_k(encoder_hidden_states))
        )
        shares = ((queries * attn.scale) @ keys.transpose(-1, -2)).softmax(dim=-1)
        self._means.append(shares.float().mean(1))

    def maps(self, height: int, width: int) -> Tensor:
        """Mean over heads and layers of what each group's tokens got, [R, G, h, w]."""
        mean = torch.stack(self._means).mean(0)  # [R, L, M]
        maps: Tensor = (mean @ self._groups).transpose(1, 2)
        return cast(Tensor, maps.unflatten(2, (height, width)))


class WatchedProcessor:
    """A layer's own processor, and a look at what it reads where somebody watches."""

    def __init__(self, own: Any, *, watched: bool) -> None:
        self._own, self._watched = own, watched

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        watch: Watch | None = None,
    ) -> Tensor:
        """[R, L, width] to [R, L, width]."""
        if watch is not None and self._watched and encoder_hidden_states is not None:
            watch.look(attn, hidden_states, encoder_hidden_states)
        return cast(Tensor, self._own(attn, hidden_states, encoder_hidden_states, attention_mask, temb))


def make_watchable(unet: UNet2DConditionModel, level: int) -> None:
    """Has the layers that read the text after `level` halvings show a Watch what they read."""
    unet.set_attn_processor(
        {
            name: WatchedProcessor(own, watched=".attn2." in name and _level(unet, name) == level)
            for name, own in unet.attn_processors.items()
        }
    )


def _level(unet: UNet2DConditionModel, name: str) -> int:
    deepest = len(unet.config.block_out_channels) - 1
    place = _PLACE.match(name)
    if place is None:  # the middle
        return deepest
    return int(place[2]) if place[1] == "down" else deepest - int(place[2])
