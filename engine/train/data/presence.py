"""Which rows have their files: a set of links loses pictures as the years go by, and that is no fault of a run.

It lists folders rather than asking for each file; it does not open files.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from pathlib import Path

from engine.train.data.byte_ranges import ByteRange
from engine.train.data.rows import Row

logger = logging.getLogger(__name__)

_FOLDERS = 64  # whose names are kept at once; rows of one folder lie together


class Presence:
    """Rows that have a picture and a label map on the disk, and how many have not."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.there = self.missing = 0
        self.first = ""
        self._names = lru_cache(maxsize=_FOLDERS)(_names_in)

    def of(self, row: Row) -> bool:
        """Whether both files of a row are there; counts it either way."""
        lacking = next((place for place in (row.picture, row.labels) if not self._has(place)), None)
        if lacking is None:
            self.there += 1
            return True
        self.missing += 1
        self.first = self.first or f"{row.where}: {lacking}"
        return False

    def report(self, folder: Path) -> None:
        """Say in the log how many rows are left out.

        Raises:
            ValueError: Rows there are, and not one has its files: the folder is another, or is not mounted.
        """
        if self.missing and not self.there:
            raise ValueError(f"{folder}: no row has its picture and label map, the first missing is {self.first}")
        if self.missing:
            share = 100 * self.missing / (self.missing + self.there)
            lacking = "left out %d rows (%.1f %%) whose picture or label map is not there; the first is %s"
            logger.warning(lacking, self.missing, share, self.first)

    def _has(self, place: ByteRange) -> bool:
        return bool(place.member) or place.file.name in self._names(place.file.parent)


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()
