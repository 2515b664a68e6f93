"""Samples as the formats on disk tell them: CosmicMan-HQ parquet, tar shards, and pictures with captions beside them.

It knows columns, file names and what a phrase needs; it does not know sizes to train on, models or losses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from engine.description import GROUPS, Group, drawn_phrases, parse
from engine.description.wording.caption import SLOTS, Phrase, row_phrases
from engine.train.data.byte_ranges import ByteRange, members
from engine.train.data.unreadable import outcome

NULL_LABEL = 18  # of aa_ids: the phrase has no region
MOST_PIXELS = 1 << 31  # a side has fewer
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
LABELS = (".parsing.png", ".segm.png")
_AT_ONCE = 2048  # rows of a label file
_CAPTIONS = 1000  # files with a row each that make a part
_REQUIRED = ("path", "segm_path", "width", "height", "person_type", "aa_text", "aa_ids")
_CAPTIONED = ("aa_text", "aa_ids", "person_type")
_JSON = ("aa_text", "aa_ids", "extra", "attributes")


class Format(StrEnum):
    """How a data folder is laid out."""

    COSMICMAN = "cosmicman"  # label/*.parquet, pictures and label maps where the rows say
    WEBDATASET = "webdataset"  # *.tar shards of KEY.jpg, KEY.parsing.png and KEY.json or KEY.txt
    PICTURES = "pictures"  # NAME.jpg, NAME.parsing.png and NAME.txt, in any depth of folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One picture of a person: where it lies, how large it is, what its phrases say."""

    picture: ByteRange
    labels: ByteRange
    width: int
    height: int
    phrases: tuple[Phrase, ...]
    where: str  # file and row, for messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows that are read together: a row group of a label file, or files of which each holds a few rows."""

    files: tuple[Path, ...]
    group: int = 0
    first: int = 0  # number of the group's first row in its file


def read_rows(folder: Path, layout: Format) -> Iterator[Row | ValueError]:
    """Every row of a data folder, in the order of its files' names; a wrong one as the error that says what is wrong.

    The message of such an error names file, row and what was expected. CosmicMan-HQ's own sources come first: label
    files named ``laion1B-nolang_*``, as the published reader has it.

    Raises:
        ValueError: A whole file is not as the format says.
    """
    for part in row_parts(label_files(folder, layout), layout):
        yield from read_part(folder, layout, part)


def row_parts(files: Sequence[Path], layout: Format) -> list[Part]:
    """The rows of these label files in parts, of which each can be read by another process.

    Raises:
        ValueError: A file is not as the format says.
    """
    if layout is Format.COSMICMAN:
        return [part for file in files for part in _row_groups(file)]
    each = 1 if layout is Format.WEBDATASET else _CAPTIONS
    return [Part(files=tuple(files[start : start + each])) for start in range(0, len(files), each)]


def read_part(folder: Path, layout: Format, part: Part) -> Iterator[Row | ValueError]:
    """The rows of one part; raise as `read_rows` does."""
    reader: Callable[[Path, Part], Iterator[Row | ValueError]] = {
        Format.COSMICMAN: _parquet_rows,
        Format.WEBDATASET: _shard_rows,
        Format.PICTURES: _picture_rows,
    }[layout]
    return reader(folder, part)


def label_files(folder: Path, layout: Format) -> list[Path]:
    """The files that say what there is to learn from.

    Raises:
        ValueError: There is none.
    """
    place, pattern = {
        Format.COSMICMAN: (folder / "label", "*.parquet"),
        Format.WEBDATASET: (folder, "*.tar"),
        Format.PICTURES: (folder, "**/*.txt"),
    }[layout]
    files = (file for file in place.glob(pattern) if not file.name.startswith("."))  # those are of a write cut short
    found = sorted(files, key=lambda file: (not file.name.startswith("laion1B-nolang"), str(file)))
    if not found:
        hint = "; `cosmicman figures` writes them" if layout is Format.COSMICMAN else ""
        raise ValueError(f"{place} holds no {pattern.rpartition('*')[2]} file{hint}")
    return found


def _row_groups(file: Path) -> Iterator[Part]:
    with _parquet(file) as opened:
        names = opened.schema_arrow.names
        missing = [name for name in _REQUIRED if name not in names]
        if missing:
            raise ValueError(f"{file} lacks the column {missing[0]}; it has {', '.join(names)}")
        first = 0
        for group in range(opened.num_row_groups):
            yield Part(files=(file,), group=group, first=first)
            first += opened.metadata.row_group(group).num_rows


def _parquet_rows(folder: Path, part: Part) -> Iterator[Row | ValueError]:
    for first, batch in label_batches(part, _AT_ONCE):
        name = part.files[0].name
        for number, row in enumerate(batch.to_pylist(), first):
            yield outcome(partial(parquet_row, folder, row, f"{name} row {number}"))


def label_batches(part: Part, size: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The columns that are read of a row group, at most `size` rows at once; before each the number of its first row.

    Raises:
        ValueError: The file cannot be read.
    """
    (file,) = part.files
    number = part.first
    with _parquet(file) as opened:
        columns = [name for name in (*_REQUIRED, "extra") if name in opened.schema_arrow.names]
        for batch in opened.iter_batches(batch_size=size, row_groups=[part.group], columns=columns):
            yield number, batch
            number += batch.num_rows


def parquet_row(folder: Path, row: dict[str, Any], where: str) -> Row:
    """A row of a label file; raise ValueError, which begins with `where`, if it is wrong."""
    return Row(
        picture=ByteRange(file=folder / str(row["path"])),
        labels=ByteRange(file=folder / str(row["segm_path"])),
        width=side(row["width"], f"{where}: width"),
        height=side(row["height"], f"{where}: height"),
        phrases=_row_phrases(row, where),
        where=where,
    )


@contextmanager
def _parquet(file: Path) -> Iterator[parquet.ParquetFile]:
    try:
        with parquet.ParquetFile(file) as opened:
            yield opened
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{file} cannot be read as parquet: {error}") from error


def side(value: object, what: str) -> int:
    """A side in pixels; 1024.0 and "1024" are read as the published reader does, which casts them.

    Raises:
        ValueError: It is none; the message begins with `what`.
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = 0.0
    if isinstance(value, bool) or not number.is_integer() or not 1 <= number < MOST_PIXELS:
        raise ValueError(f"{what} must be a positive integer, got {value!r}")
    return int(number)


def _shard_rows(folder: Path, part: Part) -> Iterator[Row | ValueError]:
    for shard in part.files:
        groups: dict[str, dict[str, ByteRange]] = {}
        for name, place in members(shard).items():
            stem, _, ending = name.rpartition("/")[2].partition(".")
            key = name[: len(name) - len(ending) - 1] if ending else stem
            groups.setdefault(key, {})[f".{ending.lower()}"] = place
        for key, parts in groups.items():
            yield outcome(partial(_gathered, parts, f"{shard.name} sample {key}"))


def _picture_rows(folder: Path, part: Part) -> Iterator[Row | ValueError]:
    for file in part.files:
        stem = file.name.removesuffix(".txt")
        endings = (*PICTURES, *LABELS)
        parts = {
            end: ByteRange(file=file.with_name(stem + end)) for end in endings if file.with_name(stem + end).is_file()
        }
        yield outcome(partial(_gathered, {".txt": ByteRange(file=file), **parts}, str(file.relative_to(folder))))


def _gathered(parts: Mapping[str, ByteRange], where: str) -> Row:
    """The row whose picture, label map and words are files of one name."""
    picture = _one_of(parts, PICTURES, "a picture", where)
    labels = _one_of(parts, LABELS, "a label map", where)
    if ".json" in parts:
        phrases = _json_phrases(parts[".json"].read(), where)
    else:
        phrases = caption_phrases(_one_of(parts, (".txt",), "a caption", where).read().decode("utf-8"), where)
    with picture.picture(where) as image:
        width, height = image.size
    return Row(picture=picture, labels=labels, width=width, height=height, phrases=phrases, where=where)


def _one_of(parts: Mapping[str, ByteRange], endings: Sequence[str], what: str, where: str) -> ByteRange:
    found = next((parts[ending] for ending in endings if ending in parts), None)
    if found is None:
        raise ValueError(f"{where}: lacks {what} ({', '.join(endings)}); it has {', '.join(sorted(parts))}")
    return found


def _json_phrases(data: bytes, where: str) -> tuple[Phrase, ...]:
    try:
        row = json.loads(data)
    except ValueError as error:
        raise ValueError(f"{where}: its .json is not JSON: {error}") from error
    if isinstance(row, dict) and isinstance(row.get("caption"), str):
        return caption_phrases(row["caption"], where)
    if not isinstance(row, dict) or any(name not in row for name in _CAPTIONED):
        raise ValueError(f"{where}: its .json must be an object with a caption, or with {', '.join(_CAPTIONED)}")
    return _row_phrases(row, where)


def caption_phrases(caption: str, where: str) -> tuple[Phrase, ...]:
    """The phrases our parser finds in a caption, each with its group's default regions; marks of emphasis are none.

    Raises:
        ValueError: It finds none about a person or a place.
    """
    description = parse(" ".join(caption.split()))
    phrases = tuple(
        Phrase(group=group, attributes=((group.value, words),), regions=GROUPS[group].regions)
        for group, words in drawn_phrases(description)
    )
    if all(phrase.group is Group.OTHER for phrase in phrases):
        raise ValueError(f"{where}: the caption names no phrase: {caption[:60]!r}")
    return phrases


def _row_phrases(row: dict[str, Any], where: str) -> tuple[Phrase, ...]:
    for name in _JSON:
        if isinstance(row.get(name), str):
            try:
                row[name] = json.loads(row[name])
            except (json.JSONDecodeError, RecursionError) as error:
                raise ValueError(f"{where}: {name} must be JSON: {error}") from error
    row["aa_ids"] = row.get("aa_ids") or [None] * len(SLOTS)  # null: the regions that each group has by itself
    if not isinstance(row.get("extra") or [], list):
        raise ValueError(f"{where}: extra must be a list, got {row['extra']!r:.60}")
    try:
        phrases = tuple(map(with_labels, row_phrases(row)))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    except KeyError as error:
        raise ValueError(f"{where}: an entry of extra lacks {error}") from error
    if not phrases:
        raise ValueError(f"{where}: person_type, aa_text and extra name no phrase")
    return phrases


def with_labels(phrase: Phrase) -> Phrase:
    """The phrase about the labels of a map alone: the null label is none.

    Raises:
        ValueError: A region of it is no label.
    """
    wrong = [label for label in phrase.regions if not 0 <= label <= NULL_LABEL]
    if wrong:
        raise ValueError(f"labels of aa_ids must be 0 to {NULL_LABEL}, got {wrong[0]}")
    if NULL_LABEL not in phrase.regions:
        return phrase
    return replace(phrase, regions=tuple(label for label in phrase.regions if label != NULL_LABEL))
