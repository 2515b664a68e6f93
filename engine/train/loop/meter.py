"""Running means of what a step reports."""

from __future__ import annotations

import math
from collections import Counter

import torch


class Meter:
    """Running means with a memory of about 100 steps; a number that comes later is counted from when it came."""

    def __init__(self) -> None:
        self._means: dict[str, float] = {}
        self._counts: Counter[str] = Counter()

    def __len__(self) -> int:
        return max(self._counts.values(), default=0)

    def add(self, numbers: dict[str, float]) -> None:
        """Take note of a step's numbers; raise FloatingPointError where one is not finite."""
        for name, value in numbers.items():
            if not math.isfinite(value):
                raise FloatingPointError(f"{name} is {value}: lower the learning rate or use mixed_precision=no")
            self._counts[name] += 1
            share = max(0.01, 1 / self._counts[name])
            self._means[name] = self._means.get(name, 0.0) * (1 - share) + value * share

    def means(self) -> dict[str, float]:
        """The means as they are now, by name."""
        return dict(self._means)


def means_of(parts: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each number over a step's batches."""
    return {name: torch.stack([part[name] for part in parts]).double().mean() for name in parts[0]}
