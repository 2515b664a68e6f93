"""Rows as the table has them: paths below the data folder, phrases as JSON; or what is wrong with them.

It knows rows and Arrow; it does not know where rows come from, nor where the table lies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.train.data.rows import Row

FILE = pa.struct([("path", pa.string()), ("member", pa.string()), ("offset", pa.int64()), ("size", pa.int64())])
SCHEMA = pa.schema(
    [
        ("picture", FILE),  # path below the data folder; size is null where the whole file is meant
        ("labels", FILE),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("phrases", pa.string()),  # JSON
        ("shortest", pa.int32()),  # bytes of the shortest phrase
        ("where", pa.string()),
        ("wrong", pa.string()),  # what is wrong with the row, of which nothing else is known then
    ]
)


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def packed_rows(rows: Iterable[Row | ValueError], folder: Path) -> pa.RecordBatch:
    """These rows as a batch of SCHEMA; what is wrong with one is said in its place."""
    return pa.RecordBatch.from_pylist([_packed_or_wrong(row, folder) for row in rows], SCHEMA)


def _packed_or_wrong(row: Row | ValueError, folder: Path) -> dict[str, Any]:
    if isinstance(row, ValueError):
        return {"wrong": str(row)}
    try:
        return _packed(row, folder)
    except UnicodeEncodeError as error:
        return {"wrong": f"{row.where}: a phrase must be text, got half a character: {error.object!r:.60}"}


def _packed(row: Row, folder: Path) -> dict[str, Any]:
    files = {
        name: {
            "path": str(place.file).removeprefix(f"{folder}/"),
            "member": place.member,
            "offset": place.offset,
            "size": place.size,
        }
        for name, place in (("picture", row.picture), ("labels", row.labels))
    }
    phrases, lengths = zip(*map(packed_phrase, row.phrases), strict=True)
    return {
        **files,
        "width": row.width,
        "height": row.height,
        "phrases": f"[{','.join(phrases)}]",
        "shortest": min(lengths),
        "where": row.where,
    }


@lru_cache(maxsize=1 << 16)  # a data set says few different things, millions of times
def packed_phrase(phrase: Phrase) -> tuple[str, int]:
    """A phrase as JSON, and the bytes of its words, each with a space behind it.

    Raises:
        UnicodeEncodeError: It holds half a character, as JSON may spell one.
    """
    parts = [phrase.group, phrase.attributes, phrase.noun, phrase.regions, phrase.slot]
    length = len(phrase.noun.encode()) + sum(len(value.encode()) + 1 for value in phrase.words)
    return _as_json(parts), length


def unpacked(phrases: str) -> tuple[Phrase, ...]:
    """The phrases of a row from their JSON."""
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
