"""Which rows have their files, and how large these are: a set of links loses pictures as the years go by.

It lists folders rather than asking for each file; it does not open files.
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.train.data.row_table import RowTable

logger = logging.getLogger(__name__)

_FOLDERS = 64  # whose files are kept in mind at once; rows of one folder lie together


def file_sizes(rows: RowTable, column: str) -> NDArray[np.int64]:
    """Bytes of each row's `picture` or `labels`, -1 where there is no such file."""
    sizes = lru_cache(maxsize=_FOLDERS)(_sizes_in)
    found, here, listed = list[int](), None, dict[str, int]()
    for paths, told in rows.paths(column):
        for path, size in zip(paths, told.tolist(), strict=True):
            folder, _, name = ("", "", "") if path is None else path.rpartition("/")
            if folder != here:  # rows of one folder lie together
                here, listed = folder, sizes(os.path.join(rows.folder, folder))
            found.append(-1 if path is None else listed.get(name, -1) if size < 0 else size)
    return np.array(found, np.int64)


def report_missing(rows: RowTable, missing: NDArray[np.int64], there: int) -> None:
    """Say in the log how many rows have no files, of which these are the numbers.

    Raises:
        ValueError: Not one row has its files: the folder is another, or is not mounted.
    """
    if not len(missing):
        return
    row = rows[int(missing[0])]
    lacking = next((place for place in (row.picture, row.labels) if not place.file.is_file()), row.picture)
    if not there:
        raise ValueError(f"{rows.folder}: no row has its picture and label map; {row.where} lacks {lacking}")
    share = 100 * len(missing) / (len(missing) + there)
    told = "left out %d rows (%.1f %%) whose picture or label map is not there; the first is %s, which lacks %s"
    logger.warning(told, len(missing), share, row.where, lacking)


def _sizes_in(folder: str) -> dict[str, int]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
    except OSError:
        return {}
