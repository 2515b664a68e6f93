"""The rows of a data folder as one memory-mapped Arrow table: every process sees the same pages, however many rows.

It knows how a row is packed; it does not know which rows are trained on. A table is made once, beside the other caches,
and anew when a label file has another name, size or time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.files.whole import made_by_one, whole_file
from engine.train.data.byte_ranges import ByteRange
from engine.train.data.rows import Format, Part, Row, label_files, read_part, row_parts
from engine.train.prefetch import prefetched

logger = logging.getLogger(__name__)

_FORMAT = 1
_FILE = pa.struct([("path", pa.string()), ("member", pa.string()), ("offset", pa.int64()), ("size", pa.int64())])
SCHEMA = pa.schema(
    [
        ("picture", _FILE),  # path below the data folder; size is null where the whole file is meant
        ("labels", _FILE),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("phrases", pa.string()),  # JSON
        ("shortest", pa.int32()),  # bytes of the shortest phrase
        ("where", pa.string()),
        ("wrong", pa.string()),  # what is wrong with the row, of which nothing else is known then
    ]
)


class RowTable:
    """Rows by number, read from the table as they are asked for."""

    def __init__(self, folder: Path, table: pa.Table) -> None:
        """Take a table of SCHEMA whose paths lie below `folder`."""
        self.folder, self.table = folder, table
        self._batches: list[pa.RecordBatch] = table.to_batches()
        self._ends = list(accumulate(batch.num_rows for batch in self._batches))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, number: int) -> Row:
        """Raises ValueError where the row is wrong."""
        place = bisect_right(self._ends, number)
        batch = self._batches[place]
        start = self._ends[place] - batch.num_rows
        row: dict[str, Any] = batch.slice(number - start, 1).to_pylist()[0]
        if row["wrong"] is not None:
            raise ValueError(row["wrong"])
        picture, labels = (self._place(row[name]) for name in ("picture", "labels"))
        size = {"width": row["width"], "height": row["height"]}
        return Row(picture=picture, labels=labels, phrases=_unpacked(row["phrases"]), where=row["where"], **size)

    def numbers(self, column: str) -> NDArray[np.int64]:
        """A column of numbers, 0 where the row is wrong."""
        found: NDArray[np.int64] = self.table.column(column).fill_null(0).to_numpy().astype(np.int64)
        return found

    def wrong(self) -> NDArray[np.bool_]:
        """Which rows are wrong."""
        found: NDArray[np.bool_] = self.table.column("wrong").is_valid().to_numpy(zero_copy_only=False)
        return found

    def files(self, column: str) -> Iterator[Mapping[str, Any] | None]:
        """`picture` or `labels` of each row as the table has it, None where the row is wrong."""
        for batch in self._batches:
            places, wrong = batch.column(column).to_pylist(), batch.column("wrong").is_valid().to_pylist()
            yield from (None if is_wrong else place for place, is_wrong in zip(places, wrong, strict=True))

    def _place(self, place: Mapping[str, Any]) -> ByteRange:
        rest = {"member": place["member"], "offset": place["offset"], "size": place["size"]}
        return ByteRange(file=self.folder / place["path"], **rest)


def row_table(
    folder: Path, layout: Format, *, workers: int = 0, cache: Path | None = None, is_main: bool = True
) -> RowTable:
    """The rows of a data folder, read by `workers` processes unless `cache` holds them from before.

    Without a `cache`, and where each caption is a file of its own, they are read anew and kept in memory.

    Raises:
        ValueError: A label file is not as the format says; wrong rows are part of the table.
    """
    files = label_files(folder, layout)
    if cache is None or layout is Format.PICTURES:
        return RowTable(folder, pa.Table.from_batches(_read(folder, layout, files, workers), SCHEMA))
    path = cache / f"rows-{_key(files, layout)}.arrow"
    made_by_one(path, partial(_write, path, folder, layout, files, workers), is_main=is_main)
    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path} cannot be read: {error}; delete it, so that it is made again") from error
    return RowTable(folder, table)


def _key(files: Sequence[Path], layout: Format) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {layout}".encode())
    for file in files:
        status = file.stat()
        digest.update(f"{file.resolve()} {status.st_size} {status.st_mtime_ns} ".encode())
    return digest.hexdigest()[:16]


def _write(path: Path, folder: Path, layout: Format, files: Sequence[Path], workers: int) -> None:
    started, count = time.monotonic(), 0
    with whole_file(path) as temporary, pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as out:
        for batch in _read(folder, layout, files, workers):
            out.write_batch(batch)
            count += batch.num_rows
    logger.info("%s: %d rows of %s read in %.1f s", path, count, folder, time.monotonic() - started)


def _read(folder: Path, layout: Format, files: Sequence[Path], workers: int) -> Iterator[pa.RecordBatch]:
    parts = row_parts(files, layout)
    for batches in prefetched(lambda number: _batches(folder, layout, parts[number]), range(len(parts)), workers):
        yield from batches


def _batches(folder: Path, layout: Format, part: Part, size: int = 8192) -> list[pa.RecordBatch]:
    batches, rows = [], list[dict[str, Any]]()
    for found in read_part(folder, layout, part):
        rows.append({"wrong": str(found)} if isinstance(found, ValueError) else _packed(found, folder))
        if len(rows) == size:
            batches.append(pa.RecordBatch.from_pylist(rows, SCHEMA))
            rows = []
    return [*batches, pa.RecordBatch.from_pylist(rows, SCHEMA)]


def _packed(row: Row, folder: Path) -> dict[str, Any]:
    files = {
        name: {
            "path": _below(place.file, folder),
            "member": place.member,
            "offset": place.offset,
            "size": place.size,
        }
        for name, place in (("picture", row.picture), ("labels", row.labels))
    }
    phrases, lengths = zip(*map(_packed_phrase, row.phrases), strict=True)
    return {
        **files,
        "width": row.width,
        "height": row.height,
        "phrases": f"[{','.join(phrases)}]",
        "shortest": min(lengths),
        "where": row.where,
    }


@lru_cache(maxsize=1 << 16)  # a data set says few different things, millions of times
def _packed_phrase(phrase: Phrase) -> tuple[str, int]:
    """A phrase as JSON, and the bytes of its words, each with a space behind it."""
    parts = [phrase.group, phrase.attributes, phrase.noun, phrase.regions, phrase.slot]
    length = len(phrase.noun.encode()) + sum(len(value.encode()) + 1 for value in phrase.words)
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")), length


def _below(file: Path, folder: Path) -> str:
    return str(file).removeprefix(f"{folder}/")


def _unpacked(phrases: str) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            group=Group(group),
            attributes=tuple((key, value) for key, value in attributes),
            noun=noun,
            regions=tuple(regions),
            slot=slot,
        )
        for group, attributes, noun, regions, slot in json.loads(phrases)
    )
