"""Layouts made vague: what people send is seldom exact, so that a network learns from less than is known.

It knows maps; it does not know what reads them.
B figures, I item classes, y x squares of a map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.regions.items import BACKGROUND, ITEM_CLASSES

_BY_LABELS, _SILHOUETTE, _PARTLY = 0.2, 0.12, 0.18  # of layouts; the others say every item
_FREED, _FREED_BACKGROUND = 0.4, 0.6  # of the items of a layout that leaves some places free


def vague(items: NDArray[np.uint8], labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    """Layouts for one step, float32 [B, I, y, x] of 0..1.

    Some are as exact as they can be, some tell no more apart than ATR-18 labels do, some are silhouettes, and some
    leave places free.

    Args:
        items: By exact items, uint8 [B, I, y, x].
        labels: By labels, of the same shape.
        rng: Decides.
    """
    found = np.empty(items.shape, np.float32)
    for place, kind in enumerate(rng.random(len(items))):
        by_labels = kind < _BY_LABELS
        shares = (labels if by_labels else items)[place].astype(np.float32) / np.float32(255)
        if not by_labels and kind < _BY_LABELS + _SILHOUETTE:
            shares = np.tensordot(_silhouette(), shares, 1)
        elif not by_labels and kind < _BY_LABELS + _SILHOUETTE + _PARTLY:
            chance = np.full(len(ITEM_CLASSES), _FREED)
            chance[BACKGROUND] = _FREED_BACKGROUND
            shares = shares * (rng.random(len(ITEM_CLASSES)) >= chance)[:, None, None]
        found[place] = shares
    return found


def _silhouette() -> NDArray[np.float32]:
    """From items [I] to how likely each is where it is only known whether it is of a person, [I, I]."""
    num = len(ITEM_CLASSES)
    table = np.full((num, num), 1 / (num - 1), np.float32)
    table[BACKGROUND], table[:, BACKGROUND] = 0, 0
    table[BACKGROUND, BACKGROUND] = 1
    return table
