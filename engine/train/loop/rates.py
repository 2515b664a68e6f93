"""How fast parameters learn: the rate of each step, and which of them decay."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from engine.train.recipe.fit import FitConfig


def learning_rate(config: FitConfig, step: int) -> float:
    """Rate of step number `step` (from 0): linear warm-up, a plateau, a cosine to `final_fraction`."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    decay_steps = max(1, round(config.steps * config.decay_fraction))
    progress = min(1.0, max(0.0, (step - (config.steps - decay_steps)) / decay_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return config.learning_rate * (config.final_fraction + (1 - config.final_fraction) * cosine)


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices and kernels decay; biases, norms and other vectors do not."""
    trainable = [value for value in model.parameters() if value.requires_grad]
    return [
        {"params": [value for value in trainable if value.ndim > 1], "weight_decay": weight_decay},
        {"params": [value for value in trainable if value.ndim <= 1], "weight_decay": 0.0},
    ]
