"""A layout as the map that a control network reads: how likely each place shows each item.

A layout may leave places open, and may say less than an item: ATR label 4 is a top or a coat, and a silhouette anything
of a person. So a pixel has a set of items, which are equally likely; an empty set leaves it free.

Letters: H W sides in pixels, C item classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.regions.items import ITEM_CLASSES, item_classes_of

#: Of each pixel the items it may show, a bit for each class; 0 = anything.
ItemSets: TypeAlias = npt.NDArray[np.uint16]  # [H, W]
Labels: TypeAlias = npt.NDArray[np.uint8]  # [H, W]
Mask: TypeAlias = npt.NDArray[np.bool_]  # [H, W]

#: The highest ATR-18 label, and the number that leaves a pixel free.
MOST_LABEL, FREE_LABEL = 17, 255
#: Items that each ATR-18 label may be.
ATR_ITEMS: tuple[tuple[str, ...], ...] = (
    ("background",),
    ("headwear",),
    ("hair",),
    ("eyewear",),
    ("top", "outerwear"),
    ("bottom",),
    ("bottom",),
    ("dress",),
    ("belt",),
    ("footwear",),
    ("footwear",),
    ("skin",),
    ("skin", "legwear"),
    ("skin", "legwear"),
    ("skin",),
    ("skin",),
    ("bag",),
    ("neckwear",),
)
#: What each item is drawn in for networks that read colours, and for people.
COLOURS: tuple[tuple[int, int, int], ...] = (
    *((0, 0, 0), (230, 180, 150), (110, 70, 30), (255, 0, 0), (255, 170, 0), (0, 90, 255), (0, 190, 190)),
    *((190, 0, 190), (0, 130, 60), (150, 220, 90), (250, 250, 0), (130, 130, 0), (255, 120, 190), (120, 120, 120)),
)


def sets_of_labels(labels: Labels) -> ItemSets:
    """The items that ATR-18 labels may be.

    Raises:
        ValueError: A label is neither 0 to 17 nor 255.
    """
    wrong = labels[(labels > MOST_LABEL) & (labels != FREE_LABEL)]
    if wrong.size:
        known = f"labels 0 to {MOST_LABEL} of ATR-18, or {FREE_LABEL} where anything may be"
        raise ValueError(f"must hold {known}; got {int(wrong[0])} in {wrong.size} of {labels.size} pixels")
    table = np.zeros(FREE_LABEL + 1, np.uint16)
    table[: len(ATR_ITEMS)] = [_bits(ITEM_CLASSES.index(item) for item in items) for items in ATR_ITEMS]
    found: ItemSets = table[labels]
    return found


def sets_of_items(items: Labels) -> ItemSets:
    """The sets of pixels whose items are known, numbers of ITEM_CLASSES."""
    return np.left_shift(np.uint16(1), items.astype(np.uint16))


def sets_of_masks(masks: Mapping[str, Mask]) -> ItemSets:
    """The items of body groups, each where its mask says so; where masks overlap it may be any of them.

    Args:
        masks: By the name of a group that pixels can show, at least one, all of one shape.
    """
    shape = next(iter(masks.values())).shape
    sets = np.zeros(shape, np.uint16)
    for group, mask in masks.items():
        sets[mask] |= _bits(item_classes_of([group]))
    return sets


def chances(sets: ItemSets) -> npt.NDArray[np.float32]:
    """How likely each pixel shows each item, [C, H, W]; zeros where it is free."""
    bits = np.arange(len(ITEM_CLASSES), dtype=np.uint16)[:, None, None]
    shown = (sets[None] >> bits & 1).astype(np.float32)
    shares: npt.NDArray[np.float32] = shown / np.maximum(shown.sum(0, keepdims=True), np.float32(1.0))
    return shares


def coloured(sets: ItemSets) -> npt.NDArray[np.uint8]:
    """A layout in colours, [H, W, 3]: of several items the last one's; free pixels are white."""
    picture = np.full((*sets.shape, 3), 255, np.uint8)
    for item, colour in enumerate(COLOURS):
        picture[sets >> np.uint16(item) & 1 == 1] = colour
    return picture


def _bits(items: Iterable[int]) -> np.uint16:
    return np.uint16(sum(1 << item for item in items))
