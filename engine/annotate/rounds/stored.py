"""A pool as rounds see it: the pictures that passed its filter and have a label map.

The index is read once, when the pool is opened; files are read as they are asked for, in any thread.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from engine.annotate.filter.decoding import pixels_of
from engine.annotate.filter.run import passed
from engine.annotate.machine.annotator import Shown
from engine.annotate.parse.parser import Labels
from engine.annotate.parse.shelf import Shelf
from engine.annotate.pool.store import LIMITS, Pool
from engine.annotate.protocol.gates import masks_of_labels
from engine.annotate.records import PoolPicture

logger = logging.getLogger(__name__)

_KEPT = 64  # pictures in mind at once


class StoredPool:
    """See `engine.annotate.rounds.pool.RoundPool`."""

    def __init__(self, folder: Path) -> None:
        """Look up which pictures there are.

        Raises:
            ValueError: The folder holds no pool, or not one picture that passed has a label map.
        """
        with Pool(folder) as pool:
            self._shelf = Shelf(pool)
            there = [picture for picture, _ in passed(pool)]
        mapped = [picture for picture in there if self._shelf.path(picture.id).is_file()]
        if not mapped:
            raise ValueError(f"{folder} has no picture with a label map; `cosmicman annotate parse` makes them")
        if len(mapped) < len(there):
            logger.warning("left out %d pictures of %s without a label map", len(there) - len(mapped), folder)
        self.pictures: dict[str, PoolPicture] = {picture.id: picture for picture in mapped}
        self._present: dict[str, tuple[str, ...]] = {}
        self._kept: OrderedDict[str, Shown] = OrderedDict()

    def ids(self) -> Sequence[str]:
        """All pictures, in the order in which they came."""
        return list(self.pictures)

    def has(self, picture: str) -> bool:
        """See `engine.annotate.rounds.pool.RoundPool`: a takedown deletes a picture's files at once."""
        known = self.pictures.get(picture)
        return known is not None and known.path.is_file() and self._shelf.path(picture).is_file()

    def shown(self, picture: str) -> Shown:
        """A picture with its masks.

        Raises:
            ValueError: A file cannot be read.
            KeyError: There is no such picture.
        """
        found = self._kept.get(picture)
        if found is None:
            known = self.pictures[picture]
            pixels = pixels_of(known, LIMITS, max(known.width, known.height))
            found = Shown(id=picture, pixels=pixels, masks=masks_of_labels(self._labels(picture)))
            self._kept[picture] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._present[picture] = tuple(found.masks)
        return found

    def labels_of(self, picture: str) -> Collection[int]:
        """ATR-18 labels that its map holds."""
        return [int(label) for label in np.unique(self._labels(picture))]

    def present(self, picture: str) -> Collection[str]:
        """Names of the regions that it shows."""
        if picture not in self._present:
            self.shown(picture)
        return self._present[picture]

    def _labels(self, picture: str) -> Labels:
        return self._shelf.read(self.pictures[picture])
