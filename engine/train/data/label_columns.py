"""The rows of a label file packed column by column: what many rows say is read once for all of them.

Arrow cuts the JSON of a column into its entries, and phrases are made of the different ones alone. A row that is not
written as the published ones are is read by itself (rows.py), which also words what is wrong with it. It knows how
columns are cut and put together; it does not know what an entry says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.description.wording.caption import SLOTS, Phrase
from engine.description.wording.phrases import extra_phrase, shot_phrase, slot_phrase
from engine.train.data.json_entries import Entries, entries
from engine.train.data.packed_rows import FILE, SCHEMA, packed_phrase, packed_rows
from engine.train.data.rows import Part, label_batches, parquet_row, side, with_labels
from engine.train.data.unreadable import outcome

Packed = tuple[str, int] | None  # a phrase as JSON, and its bytes; None where it is wrong

_TEXTS = ("path", "segm_path", "person_type", "aa_text", "aa_ids", "extra")
_NOTHING: Packed = ("", 0)  # an entry that says nothing
_UNUSUAL_PATH = r"^/|//|(^|/)\.(/|$)|/$|^$"  # which a Path spells in another way
_remembered = lru_cache(maxsize=1 << 16)


def packed_columns(folder: Path, part: Part, size: int) -> Iterator[pa.RecordBatch]:
    """The rows of a row group as batches of SCHEMA, at most `size` rows each.

    Raises:
        ValueError: The file cannot be read; wrong rows are part of the batches.
    """
    name = part.files[0].name
    for first, batch in label_batches(part, size):
        where = [f"{name} row {number}" for number in range(first, first + batch.num_rows)]
        found = _by_columns(batch, where)
        yield _one_by_one(batch, where, folder) if found is None else _mended(*found, batch, where, folder)


def _one_by_one(batch: pa.RecordBatch, where: Sequence[str], folder: Path) -> pa.RecordBatch:
    rows = zip(batch.to_pylist(), where, strict=True)
    return packed_rows((outcome(partial(parquet_row, folder, row, told)) for row, told in rows), folder)


def _mended(
    packed: pa.RecordBatch, sound: NDArray[np.bool_], batch: pa.RecordBatch, where: Sequence[str], folder: Path
) -> pa.RecordBatch:
    """`packed` with the rows that are not `sound` read one by one."""
    others = np.flatnonzero(~sound)
    if not len(others):
        return packed
    by_themselves = _one_by_one(batch.take(pa.array(others)), [where[number] for number in others.tolist()], folder)
    order = np.argsort(np.concatenate([np.flatnonzero(sound), others]))
    table = pa.Table.from_batches([packed.filter(pa.array(sound)), by_themselves]).take(pa.array(order))
    (whole,) = table.combine_chunks().to_batches()
    return whole


def _by_columns(batch: pa.RecordBatch, where: Sequence[str]) -> tuple[pa.RecordBatch, NDArray[np.bool_]] | None:
    """The rows packed, and which of them are sound; None where a column has a type of its own."""
    texts = {name: _texts(batch.column(name)) for name in _TEXTS if name in batch.schema.names}
    if None in texts.values():
        return None
    picture, labels = _files(texts["path"]), _files(texts["segm_path"])
    sides = {name: _sides(batch.column(name)) for name in ("width", "height")}
    phrases, shortest, sound = _phrases(texts)
    for text in (texts["path"], texts["segm_path"]):
        usual = pc.invert(pc.match_substring_regex(text, _UNUSUAL_PATH)).fill_null(False)
        sound &= usual.to_numpy(zero_copy_only=False)
    for lengths in sides.values():
        sound &= lengths > 0
    width, height = (pa.array(lengths, pa.int32()) for lengths in sides.values())
    nothing = pa.nulls(len(where), pa.string())
    arrays = [picture, labels, width, height, phrases, pa.array(shortest, pa.int32()), pa.array(where), nothing]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA), sound


def _texts(column: pa.Array) -> pa.StringArray | None:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_null(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    return None


def _files(paths: pa.StringArray) -> pa.StructArray:
    count = len(paths)
    members, offsets, sizes = pa.repeat("", count), pa.array(np.zeros(count, np.int64)), pa.nulls(count, pa.int64())
    return pa.StructArray.from_arrays([paths, members, offsets, sizes], fields=list(FILE))


def _sides(column: pa.Array) -> NDArray[np.int64]:
    """Sides in pixels, 0 where there is none."""
    if not (pa.types.is_primitive(column.type) or pa.types.is_string(column.type)):
        return np.zeros(len(column), np.int64)
    encoded = column.dictionary_encode()
    different = [_side(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(len(different)).to_numpy(zero_copy_only=False)
    found: NDArray[np.int64] = np.array([*different, 0], np.int64)[codes]
    return found


@lru_cache(maxsize=1 << 16, typed=True)  # True is no 1
def _side(value: object) -> int:
    found = outcome(lambda: side(value, ""))
    return 0 if isinstance(found, ValueError) else found


@dataclass(frozen=True, slots=True)
class _Said:
    """What rows say in one column: phrases by number."""

    rows: NDArray[np.int64]  # [E], ascending
    codes: NDArray[np.int64]  # [E] of `phrases`
    phrases: list[Packed]


def _phrases(texts: dict[str, Any]) -> tuple[pa.StringArray, NDArray[np.int64], NDArray[np.bool_]]:
    """The phrases of each row as JSON, the bytes of the shortest, and whether that is all there is to the row."""
    count = len(texts["path"])
    said, regions = entries(texts["aa_text"], "}"), entries(texts["aa_ids"], "]")
    sound = (said.lengths == len(SLOTS)) & (_null(texts["aa_ids"]) | (regions.lengths == len(SLOTS)))
    sources = [_shots(texts["person_type"]), _slots(said, regions, sound)]
    if "extra" in texts:
        more = entries(texts["extra"], "}")
        sound &= _null(texts["extra"]) | ((more.lengths >= 0) & (more.nulls == 0))
        sources.append(_distinct(more.rows, more.codes, lambda code: _extra(more.texts[code])))
    return _joined(sources, count, sound)


def _shots(person_types: pa.StringArray) -> _Said:
    encoded = person_types.dictionary_encode()
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    shots = [*map(_shot, encoded.dictionary.to_pylist()), _NOTHING]
    return _Said(np.arange(len(codes)), codes, shots)


def _slots(said: Entries, regions: Entries, sound: NDArray[np.bool_]) -> _Said:
    """What is said in each slot, of the regions in the same one."""
    of_slot = np.full((len(sound), len(SLOTS)), -1, np.int64)
    known = sound[regions.rows]
    of_slot[regions.rows[known], regions.places[known]] = regions.codes[known]
    known = sound[said.rows]
    rows, places, texts = said.rows[known], said.places[known], said.codes[known]
    num_regions = len(regions.texts) + 1
    codes = (places * num_regions + of_slot[rows, places] + 1) * len(said.texts) + texts

    def slot(code: int) -> Packed:
        place, text = divmod(code, len(said.texts))
        place, region = divmod(place, num_regions)
        return _slot(place, said.texts[text], regions.texts[region - 1] if region else None)

    return _distinct(rows, codes, slot)


def _distinct(rows: NDArray[np.int64], codes: NDArray[np.int64], phrase: Callable[[int], Packed]) -> _Said:
    """What rows say, `phrase` of each different code."""
    encoded = pa.array(codes).dictionary_encode()
    phrases = [phrase(code) for code in encoded.dictionary.to_pylist()]
    return _Said(rows, encoded.indices.to_numpy().astype(np.int64), phrases)


def _joined(
    sources: Sequence[_Said], count: int, sound: NDArray[np.bool_]
) -> tuple[pa.StringArray, NDArray[np.int64], NDArray[np.bool_]]:
    """What the sources say of each of `count` rows, those of the first one first, as `_phrases` gives it."""
    phrases = [phrase for source in sources for phrase in source.phrases]
    starts = np.cumsum([0, *(len(source.phrases) for source in sources)])
    rows = np.concatenate([source.rows for source in sources])
    codes = np.concatenate([source.codes + start for source, start in zip(sources, starts[:-1], strict=True)])
    wrong = np.array([phrase is None for phrase in phrases])[codes]
    sound = sound & (np.bincount(rows[wrong], minlength=count) == 0)
    lengths = np.array([phrase[1] if phrase else 0 for phrase in phrases], np.int64)
    says = np.array([phrase is not None and phrase != _NOTHING for phrase in phrases])[codes]
    order = np.argsort(rows[says], kind="stable")
    rows, codes = rows[says][order], codes[says][order]
    shortest = np.full(count, np.iinfo(np.int32).max, np.int64)
    np.minimum.at(shortest, rows, lengths[codes])
    numbers = np.bincount(rows, minlength=count)
    texts = pa.array([phrase[0] if phrase else "" for phrase in phrases], pa.string()).take(pa.array(codes))
    ends = pa.array(np.cumsum([0, *numbers]), pa.int32())
    listed = pc.binary_join(pa.ListArray.from_arrays(ends, texts), ",")
    return pc.binary_join_element_wise("[", listed, "]", ""), shortest, sound & (numbers > 0)


@_remembered
def _shot(person_type: str) -> Packed:
    phrase = shot_phrase(person_type)
    return packed_phrase(phrase) if phrase else _NOTHING


@_remembered
def _slot(place: int, said: str, regions: str | None) -> Packed:
    return _packed(lambda: slot_phrase(place, json.loads(said), None if regions is None else _read(regions)))


_read = _remembered(json.loads)  # regions are few and nobody changes them


@_remembered
def _extra(said: str) -> Packed:
    return _packed(lambda: extra_phrase(json.loads(said)))


def _packed(read: Callable[[], Phrase | None]) -> Packed:
    try:
        phrase = read()
        return packed_phrase(with_labels(phrase)) if phrase else _NOTHING
    except (KeyError, TypeError, ValueError):  # which rows.py words
        return None


def _null(texts: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = texts.is_null().to_numpy(zero_copy_only=False)
    return found
