"""The parser inside an engine bundle, which was trained on figures: its items become ATR-18 labels.

Items say less of limbs than labels do: skin is face, arms or legs by where it is, left and right are sides of the
person's middle, and a bottom is a skirt or trousers by its shape.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.annotate.parse.parser import Labels, Pixels
from engine.bundle.manifest import load_bundle
from engine.regions.items import ITEM_CLASSES
from engine.regions.regions import Regions, load_regions
from engine.settings import EngineSettings

_LABEL_OF = {"background": 0, "headwear": 1, "hair": 2, "eyewear": 3, "top": 4, "outerwear": 4, "dress": 7, "belt": 8,
             "bag": 16, "neckwear": 17}  # fmt: skip
_SKIRT, _PANTS, _FACE = 5, 6, 11
_SHOES, _LEGS, _ARMS = (9, 10), (12, 13), (14, 15)  # left and right
_HEM = 4  # rows
_FLARE = 1.28  # of a skirt's hem, to the legs below it


class BundledParser:
    """The parser of a bundle."""

    def __init__(self, regions: Regions, name: str) -> None:
        """Takes a parser and what to call it."""
        self._regions, self.name = regions, name

    @classmethod
    def load(cls, bundle: Path, num_threads: int = 1) -> BundledParser:
        """The parser of a bundle's folder.

        Raises:
            BundleError: The bundle is damaged.
            ValueError: It has no parser.
        """
        loaded = load_bundle(bundle)
        regions = load_regions(loaded, EngineSettings(num_threads=num_threads))
        if regions is None:
            raise ValueError(f"{bundle} has no parser; `cosmicman export --parser` adds one")
        return cls(regions, f"{loaded.manifest.name} {loaded.sha256[:12]}")

    def labels(self, pixels: Pixels) -> Labels:
        """See `Parser`."""
        return atr_labels(self._regions.label_map(pixels))


def atr_labels(items: Labels) -> Labels:
    """Label map of an item map, both [H, W]."""
    table = np.zeros(len(ITEM_CLASSES), np.uint8)
    for name, label in _LABEL_OF.items():
        table[ITEM_CLASSES.index(name)] = label
    labels: Labels = table[items]
    person = items > 0
    if not person.any():
        return labels
    middle = float(np.median(np.nonzero(person)[1]))
    right = np.broadcast_to(np.arange(items.shape[1]) < middle, items.shape)  # the person's, who looks at us
    for name, (left_label, right_label) in (("footwear", _SHOES), ("legwear", _LEGS)):
        labels = _sided(labels, _is(items, name), right, left_label, right_label)
    bottom = _is(items, "bottom")
    legs = _is(items, "skin") | _is(items, "legwear") | _is(items, "footwear")
    labels[bottom] = _SKIRT if is_skirt(bottom, legs) else _PANTS
    return _skin(labels, items, right)


def is_skirt(bottom: NDArray[np.bool_], legs: NDArray[np.bool_]) -> bool:
    """Whether a bottom [H, W] is a skirt: its hem is in the picture, and wider than the legs below it.

    Of figures 400 to 719 that finds two skirts of three, and takes no shorts for one.
    """
    rows = np.flatnonzero(bottom.any(1))
    if not len(rows) or rows[-1] >= len(bottom) - _HEM:
        return False
    hem, below = bottom[rows[-1] + 1 - _HEM : rows[-1] + 1], legs[rows[-1] + 2 : rows[-1] + 2 + _HEM]
    columns = np.flatnonzero(hem.any(0))
    widths = sorted(_span(row[columns[0] : columns[-1] + 1]) for row in below)
    width = widths[len(widths) // 2] if widths else 0
    return width > 0 and max(map(_span, hem)) >= _FLARE * width


def _span(row: NDArray[np.bool_]) -> int:
    places = np.flatnonzero(row)
    return int(places[-1] - places[0] + 1) if len(places) else 0


def _skin(labels: Labels, items: Labels, right: NDArray[np.bool_]) -> Labels:
    skin = _is(items, "skin")
    rows = np.arange(items.shape[0])[:, None]
    face = skin & (rows < _neck_row(items))
    legs = skin & ~face & (rows > _hem_row(items))
    labels[face] = _FACE
    labels = _sided(labels, legs, right, *_LEGS)
    return _sided(labels, skin & ~face & ~legs, right, *_ARMS)


def _neck_row(items: Labels) -> int:
    """The row at which clothes begin under the head; below the picture where none are."""
    head = _is(items, "hair") | _is(items, "headwear") | _is(items, "skin")
    first = int(np.flatnonzero(head.any(1))[0]) if head.any() else 0
    columns = np.nonzero(head[first : first + max(1, items.shape[0] // 8)])[1]
    low, high = (int(np.percentile(columns, 25)), int(np.percentile(columns, 75)) + 1) if len(columns) else (0, None)
    worn = _is(items, "top") | _is(items, "outerwear") | _is(items, "dress") | _is(items, "neckwear")
    rows = np.flatnonzero(worn[first:, low:high].any(1))
    return first + int(rows[0]) if len(rows) else items.shape[0]


def _hem_row(items: Labels) -> int:
    """The row at which a bottom or dress ends; below the picture where there is none."""
    worn = _is(items, "bottom") | _is(items, "dress")
    rows = np.flatnonzero(worn.any(1))
    return int(rows[-1]) if len(rows) else items.shape[0]


def _is(items: Labels, name: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = items == ITEM_CLASSES.index(name)
    return found


def _sided(
    labels: Labels, mask: NDArray[np.bool_], right: NDArray[np.bool_], left_label: int, right_label: int
) -> Labels:
    labels[mask & right] = right_label
    labels[mask & ~right] = left_label
    return labels
