"""An exponential moving average of a model's trainable tensors, always in float32.

It knows names and numbers; it does not know what the model is or when to save. Of a sharded model every process
averages its own part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn

from engine.train.loop.shard import divided_like, own_part


class MovingAverage:
    """float32 averages of `model`'s parameters; decay warms up as (1 + n) / (10 + n)."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        """Start from the model's present values."""
        self.decay = decay
        self.tensors = {name: value.detach().float().clone() for name, value in _trainable(model)}

    def update(self, model: nn.Module, step: int) -> None:
        """Move towards the model after optimiser step number `step` (from 1)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        named = _trainable(model)
        averages = [own_part(self.tensors[name]) for name, _ in named]
        values = [own_part(value.detach()).float() for _, value in named]
        torch._foreach_lerp_(averages, values, 1 - decay)

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take over saved averages; raise ValueError where one is missing."""
        missing = self.tensors.keys() - tensors.keys()
        if missing:
            raise ValueError(f"the checkpoint keeps no average of {min(missing)}: was ema_decay changed since?")
        for name, value in self.tensors.items():
            value.copy_(divided_like(tensors[name], value))

    @contextmanager
    def applied(self, model: nn.Module) -> Iterator[None]:
        """Within the block the model holds the averages; afterwards its own values again, bit for bit."""
        named = _trainable(model)
        own = [value.detach().clone() for _, value in named]
        with torch.no_grad():
            for name, value in named:
                value.copy_(self.tensors[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for (_, value), before in zip(named, own, strict=True):
                    value.copy_(before)


def _trainable(model: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, value) for name, value in model.named_parameters() if value.requires_grad]
