"""How well label maps agree: intersection over union of each item class, counted over many pictures.

It knows label maps; it does not know where they come from.
C item classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.regions.items import BACKGROUND, ITEM_CLASSES

Counts = NDArray[np.int64]


@dataclass(kw_only=True)
class Overlap:
    """Pixels counted by the class they show and the class they are said to show: ``counts`` [C, C]."""

    counts: Counts = field(default_factory=lambda: np.zeros((len(ITEM_CLASSES),) * 2, np.int64))

    def add(self, found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> None:
        """Count label maps of one shape.

        Raises:
            ValueError: The shapes differ.
        """
        if found.shape != wanted.shape:
            raise ValueError(f"label maps must be of one shape, got {found.shape} and {wanted.shape}")
        num = len(ITEM_CLASSES)
        pairs = wanted.astype(np.int64).ravel() * num + found.ravel()
        self.counts += np.bincount(pairs, minlength=num * num).reshape(num, num)

    def by_class(self) -> dict[str, float]:
        """Intersection over union of each class that any map shows, 0..1."""
        right = np.diag(self.counts)
        union = self.counts.sum(0) + self.counts.sum(1) - right
        return {name: float(right[k] / union[k]) for k, name in enumerate(ITEM_CLASSES) if union[k]}

    def mean(self) -> float:
        """The mean of ``by_class``; 0 where nothing was counted."""
        shares = self.by_class().values()
        return sum(shares) / len(shares) if shares else 0.0

    def person(self) -> float:
        """Intersection over union of everything that is not background."""
        is_person = np.arange(len(ITEM_CLASSES)) != BACKGROUND
        right = self.counts[np.ix_(is_person, is_person)].sum()
        union = self.counts.sum() - self.counts[BACKGROUND, BACKGROUND]
        return float(right / union) if union else 0.0

    def pixels(self) -> float:
        """The share of pixels whose class is right."""
        total = self.counts.sum()
        return float(np.trace(self.counts) / total) if total else 0.0

    def facts(self) -> Mapping[str, float | dict[str, float]]:
        """All of it, rounded, fit for JSON."""
        shares = {name: round(value, 4) for name, value in self.by_class().items()}
        whole = {"mean": self.mean(), "person": self.person(), "pixels": self.pixels()}
        return {**{name: round(value, 4) for name, value in whole.items()}, "classes": shares}
