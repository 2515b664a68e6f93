"""A column of JSON lists cut into their entries: Arrow cuts, and of the pieces only the different ones are looked at.

It knows lists of flat objects, or of lists, and nulls; it does not know what they are about. A list that is written in
another way is not cut: whoever asks reads it by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_SPACE = r"[ \t\n\r]*"
_ENTRY = re.compile(rf"{_SPACE}([\[,]){_SPACE}((?:null{_SPACE},{_SPACE})*)([\[{{].*)", re.DOTALL)
_REST = re.compile(rf"{_SPACE}([\[,])?{_SPACE}((?:null{_SPACE}(?:,{_SPACE}null{_SPACE})*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The entries of N lists that are not null, in their order."""

    rows: NDArray[np.int64]  # [E] which list
    places: NDArray[np.int64]  # [E] in its list, nulls counted
    codes: NDArray[np.int64]  # [E] of `texts`
    texts: list[str]  # JSON of the different entries; those of no entry are empty
    lengths: NDArray[np.int64]  # [N] of each list, nulls counted; -1 where it could not be cut
    nulls: NDArray[np.int64]  # [N] in each list


class _Piece(NamedTuple):
    """What stands before a closing bracket, or behind the last one."""

    is_sound: bool
    opens: bool  # the list
    nulls: int
    entry: str  # empty behind the last one


def entries(lists: pa.StringArray, closing: str) -> Entries:
    """The entries of lists of objects (`closing` is "}") or of lists ("]").

    JSON is read in one way alone. So where all pieces between closing brackets are a bracket or comma, nulls and an
    entry that is JSON by itself, these are the entries, whatever brackets stand in their strings.
    """
    pieces = _pieces(lists, closing)
    encoded = pieces.flatten().dictionary_encode()
    different = [_piece(text, closing) for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = pc.list_value_length(pieces).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    rows = np.repeat(np.arange(len(lists)), counts)
    is_sound, opens, is_entry = (
        np.array([bool(value) for value in values], bool)[codes]
        for values in (
            [each.is_sound for each in different],
            [each.opens for each in different],
            [each.entry for each in different],
        )
    )
    nulls = np.array([each.nulls for each in different], np.int64)[codes]
    ends = np.cumsum(counts)
    filled = counts > 0
    first, last = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    first[(ends - counts)[filled]] = last[ends[filled] - 1] = True
    wrong = ~is_sound | (opens != first) | (is_entry == last)
    before = np.concatenate([[0], np.cumsum(nulls + is_entry)])
    totals = before[ends] - before[ends - counts]
    totals[~filled] = -1
    totals[rows[wrong]] = -1
    places = before[:-1] + nulls - before[(ends - counts)[rows]]
    chosen = is_entry & (totals[rows] >= 0)
    return Entries(
        rows=rows[chosen],
        places=places[chosen],
        codes=codes[chosen],
        texts=[each.entry for each in different],
        lengths=totals,
        nulls=np.bincount(rows, nulls, minlength=len(lists)).astype(np.int64),
    )


def _pieces(lists: pa.StringArray, closing: str) -> pa.ListArray:
    """The texts between closing brackets but that of the list itself, which must be the last character."""
    bodies = pc.binary_slice(lists.cast(pa.binary()), 0, -1).view(pa.string())
    whole = pc.if_else(pc.ends_with(lists, "]"), bodies, pa.scalar(None, pa.string()))
    return pc.split_pattern(whole, closing)


@lru_cache(maxsize=1 << 16)
def _piece(text: str, closing: str) -> _Piece:
    found = _ENTRY.fullmatch(text)
    if found and _is_json(found[3] + closing):
        return _Piece(True, found[1] == "[", found[2].count("null"), found[3] + closing)
    rest = _REST.fullmatch(text)
    if not rest or (rest[1] is None and rest[2]) or (rest[1] == "," and not rest[2]):
        return _Piece(False, False, 0, "")
    return _Piece(True, rest[1] == "[", rest[2].count("null"), "")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
