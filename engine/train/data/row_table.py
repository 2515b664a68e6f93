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
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.files.whole import made_by_one, whole_file
from engine.train.data.byte_ranges import ByteRange
from engine.train.data.label_columns import packed_columns
from engine.train.data.packed_rows import SCHEMA, packed_rows, unpacked
from engine.train.data.rows import Format, Part, Row, label_files, read_part, row_parts
from engine.train.prefetch import prefetched

logger = logging.getLogger(__name__)

_FORMAT = 1
_ROWS = 8192  # of a batch


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
        return Row(picture=picture, labels=labels, phrases=unpacked(row["phrases"]), where=row["where"], **size)

    def numbers(self, column: str) -> NDArray[np.int64]:
        """A column of numbers, 0 where the row is wrong."""
        found: NDArray[np.int64] = self.table.column(column).fill_null(0).to_numpy().astype(np.int64)
        return found

    def wrong(self) -> NDArray[np.bool_]:
        """Which rows are wrong."""
        found: NDArray[np.bool_] = self.table.column("wrong").is_valid().to_numpy(zero_copy_only=False)
        return found

    def paths(self, column: str) -> Iterator[tuple[list[str | None], NDArray[np.int64]]]:
        """`picture` or `labels` of some rows after others: paths below the folder, None where the row is wrong; bytes.

        The bytes are -1 where a whole file is meant.
        """
        for batch in self._batches:
            place = batch.column(column)
            yield place.field("path").to_pylist(), place.field("size").fill_null(-1).to_numpy(zero_copy_only=False)

    def files_as_json(self, column: str, numbers: NDArray[np.int64]) -> Iterator[bytes]:
        """`picture` or `labels` of these rows (ascending): all their paths as JSON, their members, their offsets."""
        places = np.searchsorted(self._ends, numbers, side="right")
        starts = [0, *self._ends]
        some = [
            self._batches[place].column(column).take(pa.array(numbers[places == place] - starts[place]))
            for place in np.unique(places).tolist()
        ]
        for field in ("path", "member", "offset"):
            yield json.dumps([value for each in some for value in each.field(field).to_pylist()]).encode()

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


def _batches(folder: Path, layout: Format, part: Part) -> list[pa.RecordBatch]:
    if layout is Format.COSMICMAN:
        return list(packed_columns(folder, part, _ROWS))
    rows = read_part(folder, layout, part)
    return [packed_rows(some, folder) for some in iter(lambda: list(islice(rows, _ROWS)), [])]
