"""Which regions a picture shows, and so what can be asked about it.

It reads label maps, of ATR-18 labels or of items; it does not know who made them.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.annotate.protocol.attributes import NONE, REGIONS, UNSURE, Attribute
from engine.regions.items import ITEM_CLASSES

Mask: TypeAlias = NDArray[np.bool_]  # [H, W]
Labels: TypeAlias = NDArray[np.uint8]  # [H, W]
HEADS = 0.35  # of a person's height, at most, in which a map of items looks for the face


def masks_of_labels(labels: Labels) -> dict[str, Mask]:
    """The regions present in an ATR-18 label map [H, W], each with its mask [H, W]."""
    return _present({region.name: np.isin(labels, region.labels) for region in REGIONS})


def masks_of_items(items: Labels) -> dict[str, Mask]:
    """The regions present in a map of item classes [H, W], each with its mask [H, W]."""
    numbers = {region.name: [ITEM_CLASSES.index(item) for item in region.items] for region in REGIONS}
    masks = {name: np.isin(items, classes) for name, classes in numbers.items()}
    face = masks["face"] & _head(items)[:, None]
    return _present({**masks, "face": face, "accessory": masks["accessory"] & ~face})


def _head(items: Labels) -> NDArray[np.bool_]:
    """Rows [H] of the head: from the first skin or hair down to where clothes are wider than skin."""
    skin, hair = (items == ITEM_CLASSES.index(name) for name in ("skin", "hair"))
    clothes = np.isin(items, [ITEM_CLASSES.index(name) for name in ("top", "outerwear", "dress", "neckwear")]).sum(1)
    rows = np.flatnonzero((skin | hair).any(1))
    head = np.zeros(len(items), np.bool_)
    if not len(rows):
        return head
    shown = np.flatnonzero((items != 0).any(1))
    below = np.flatnonzero((clothes > skin.sum(1)) & (np.arange(len(items)) > rows[0]))
    longest = rows[0] + max(1, round(HEADS * (shown[-1] - shown[0] + 1)))
    end = below[0] if len(below) else longest if shown[-1] < len(items) - 1 else len(items)
    head[rows[0] : end] = True
    return head


def _present(masks: Mapping[str, Mask]) -> dict[str, Mask]:
    least = {region.name: region.least_share for region in REGIONS}
    return {name: mask for name, mask in masks.items() if mask.mean() >= least[name]}


def may_be_asked(attribute: Attribute, present: Collection[str], answers: Mapping[str, str]) -> bool:
    """Whether a question makes sense: its region is there, and what it depends on was not answered `NONE`."""
    told = answers.get(attribute.parent, "") if attribute.parent else ""
    return attribute.region in present and told not in (NONE, UNSURE)
