"""A CosmicMan-HQ folder's own figures: pictures, sizes, framings, and how often each slot and attribute is said.

It reads the label files alone. It does not know other data sets.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

_COLUMNS = ("width", "height", "person_type", "aa_text")
_AT_ONCE = 4096


@dataclass(kw_only=True)
class OwnStatistics:
    """What a data set holds.

    Attributes:
        name: Of its folder.
        images: Rows.
        unreadable: Rows whose annotation cannot be read; they count as pictures with nothing said.
        pixels: Width and height of all pictures together.
        framings: `person_type` by how often.
        slots: Rows that say something in each of the twenty slots.
        keys: How often each slot and key is said, such as `6 color`.
        values: How often each value of a slot and key occurs.
        sizes: Widths and heights by how often.
        said: How many attributes a picture has, by how often.
    """

    name: str
    images: int = 0
    unreadable: int = 0
    pixels: tuple[int, int] = (0, 0)
    framings: Counter[str] = field(default_factory=Counter)
    slots: Counter[int] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    values: dict[str, Counter[str]] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    said: Counter[int] = field(default_factory=Counter)

    @property
    def mean_size(self) -> tuple[float, float]:
        """Mean height and width."""
        return self.pixels[1] / max(1, self.images), self.pixels[0] / max(1, self.images)

    @property
    def labels(self) -> int:
        """Attributes of all pictures together."""
        return sum(self.keys.values())


def statistics(folder: Path) -> OwnStatistics:
    """The figures of `FOLDER/label/*.parquet`.

    Raises:
        ValueError: There is none, or one is no label file; the message names it.
    """
    found = OwnStatistics(name=folder.resolve().name)
    files = sorted((folder / "label").glob("*.parquet"))
    if not files:
        raise ValueError(f"{folder} must hold label/*.parquet as a CosmicMan-HQ folder does; it holds none")
    for path in files:
        for row in _rows(path):
            _count(found, row)
    return found


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with parquet.ParquetFile(path) as file:
            lacking = [name for name in _COLUMNS if name not in file.schema_arrow.names]
            if lacking:
                raise ValueError(f"{path} must have the columns {', '.join(_COLUMNS)}; it lacks {', '.join(lacking)}")
            for batch in file.iter_batches(_AT_ONCE, columns=list(_COLUMNS)):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path} cannot be read as a label file: {error}") from error


def _count(found: OwnStatistics, row: Mapping[str, Any]) -> None:
    width, height = int(row["width"] or 0), int(row["height"] or 0)
    found.images += 1
    found.pixels = (found.pixels[0] + width, found.pixels[1] + height)
    found.sizes[width, height] += 1
    found.framings[row["person_type"] or ""] += 1
    told = row["aa_text"]
    try:
        slots = json.loads(told) if isinstance(told, str) else told
        assert isinstance(slots, list)
    except (ValueError, AssertionError):
        found.unreadable += 1
        found.said[0] += 1
        return
    for slot, said in enumerate(slots):
        if isinstance(said, dict) and said:
            found.slots[slot] += 1
            for key, value in said.items():
                found.keys[f"{slot} {key}"] += 1
                found.values.setdefault(f"{slot} {key}", Counter())[str(value)] += 1
    found.said[sum(len(said) for said in slots if isinstance(said, dict))] += 1
