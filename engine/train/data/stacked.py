"""Arrays of several files as one: rows are read where they lie, and few files are open at a time.

It knows files and row numbers; it does not know what the rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

_OPEN = 64  # files mapped at once, of each array

Number = TypeVar("Number", bound=np.generic)


class Stacked(Generic[Number]):
    """Files of arrays [n_i, ...] as one array [sum of n_i, ...], memory-mapped."""

    def __init__(self, files: Sequence[Path], counts: Sequence[int]) -> None:
        """Stack the first `counts` rows of each file, of which there is at least one; they are alike otherwise."""
        self._ends = np.cumsum(counts)
        self._open = lru_cache(maxsize=_OPEN)(lambda place: np.load(files[place], mmap_mode="r"))
        first = self._open(0)
        self.shape: tuple[int, ...] = (int(self._ends[-1]), *first.shape[1:])
        self.dtype: np.dtype[Any] = first.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: int | slice | Sequence[int] | NDArray[np.integer]) -> NDArray[Number]:
        """Rows of these numbers, [len(key), ...]; the row itself where `key` is one number."""
        numbers = np.arange(len(self))[key]
        places = np.searchsorted(self._ends, np.atleast_1d(numbers), side="right")
        starts = np.concatenate([[0], self._ends])[places]
        found = np.empty((len(places), *self.shape[1:]), self.dtype)
        for place in np.unique(places):
            mine = np.flatnonzero(places == place)
            found[mine] = self._open(int(place))[np.atleast_1d(numbers)[mine] - starts[mine]]
        return found if np.ndim(numbers) else found[0]
