"""Rows packed column by column are what they are one by one, however they are written, whatever is wrong with them."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from engine.train.data import label_columns
from engine.train.data.json_entries import entries
from engine.train.data.label_columns import packed_columns
from engine.train.data.packed_rows import SCHEMA, packed_rows
from engine.train.data.rows import Format, label_files, read_part, row_parts

WORDS = ("red", "navy blue", 'a "quoted" }, null, {', "[9]", "\\", "plaid", "x}", "süß", "(red:1.3)", "", "null")
VALUES = (*WORDS, 1, True, 1.0, None, ["a"], {"b": 1})
KEYS = ("color", "type", "material", "background", "gender", "age", "hair color", "overall-style", "wings")
BROKEN = ("", "null", "3", "[", "[]", "[" * 20_000)
SPELLINGS: tuple[dict[str, Any], ...] = (
    {},
    {"separators": (",", ":")},
    {"indent": 1},
    {"ensure_ascii": False},
    {"separators": (" \r\n, \t", " : ")},
)


def _said(rng: random.Random) -> list[Any]:
    values = VALUES if rng.random() < 0.2 else WORDS
    return [
        {rng.choice(KEYS): rng.choice(values) for _ in range(rng.randrange(4))} if rng.random() < 0.6 else None
        for _ in range(20)
    ]


def _ids(rng: random.Random) -> Any:
    if rng.random() < 0.1:
        return None
    numbers = [-1, 19, "x", "4", 2.5, None] if rng.random() < 0.1 else [*range(19)]
    return [rng.choices(numbers, k=rng.randrange(3)) if rng.random() < 0.7 else None for _ in range(20)]


def _extra(rng: random.Random) -> Any:
    groups = ("face", "top", "wing") if rng.random() < 0.2 else ("face", "top")
    full = [
        {"group": rng.choice(groups), "text": rng.choice(WORDS), "ids": [11], "color": rng.choice(WORDS)}
        for _ in range(3)
    ]
    less = [{name: value for name, value in each.items() if rng.random() < 0.95} for each in full]
    return rng.choice([None, [], full, less, less[:1], [None]])


def _row(rng: random.Random) -> dict[str, Any]:
    spelling = rng.choice(SPELLINGS)
    ids, extra = _ids(rng), _extra(rng)
    texts = {
        "aa_text": json.dumps(_said(rng), **spelling),
        "aa_ids": None if ids is None else json.dumps(ids, **spelling),
        "extra": None if extra is None else json.dumps(extra, **spelling),
    }
    if rng.random() < 0.2:
        broken = rng.choice(list(texts))
        told = texts[broken] or ""
        at = rng.randrange(len(told) + 1)
        around = (f" {told} \n", f"{told},", f"[{told}]", f"\u00a0{told}")
        cut = (told[:at], told[:at] + rng.choice(",]}{[") + told[at:])
        texts[broken] = rng.choice([*BROKEN, *around, *cut, told.replace("null", "nul", 1), told.replace("]", ",]", 1)])
    return {
        "path": rng.choice(
            ["a/b.png", "a.png"] * 9 + ["", "/a.png", "./a.png", "a//b.png", "a/./b", "../a.png", "a/", None]
        ),
        "segm_path": "deep/b.c.png",
        "width": rng.choice([16, 1024, 512] * 9 + [0, -3, None, 1 << 31, (1 << 31) - 1]),
        "height": 24,
        "person_type": rng.choice(["portrait", "full_body", "", "else", None]),
        **texts,
    }


def _write(folder: Path, rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> Path:
    (folder / "label").mkdir(parents=True)
    parquet.write_table(pa.Table.from_pylist(rows, schema), folder / "label" / "some.parquet", row_group_size=150)
    return folder


def _both(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    parts = row_parts(label_files(folder, Format.COSMICMAN), Format.COSMICMAN)
    fast = [batch for part in parts for batch in packed_columns(folder, part, 70)]
    slow = [packed_rows(read_part(folder, Format.COSMICMAN, part), folder) for part in parts]
    assert all(batch.schema.equals(SCHEMA) for batch in (*fast, *slow))
    for batch in fast:
        batch.validate(full=True)
    return tuple([row for batch in batches for row in batch.to_pylist()] for batches in (fast, slow))  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_what_they_are_one_by_one(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    fast, slow = _both(_write(tmp_path, [_row(rng) for _ in range(300)]))
    assert fast == slow
    assert 80 < sum(row["wrong"] is None for row in fast) < 300


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("width", [16.0, 17.5, float("nan"), float("inf"), None]),
        ("width", ["16", " 16.0 ", "wide", "", None]),
        ("width", [True, False, None]),
        ("width", [[16], [], None]),
        ("aa_text", [[{"color": "red"}] + [{"color": None}] * 19, None]),
        ("person_type", [1, None]),
        ("path", [b"a.png", None]),
    ],
)  # fmt: skip
def test_columns_of_other_types_are_read_the_same(tmp_path: Path, column: str, values: list[Any]) -> None:
    rng = random.Random(3)
    rows = [{**_row(rng), column: value} for value in values for _ in range(5)]
    fast, slow = _both(_write(tmp_path, rows))
    assert fast == slow


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_other_kinds_of_strings_are_read_the_same(tmp_path: Path, kind: pa.DataType) -> None:
    rng = random.Random(4)
    rows = [_row(rng) for _ in range(50)]
    table = pa.Table.from_pylist(rows)
    schema = pa.schema([(field.name, kind if pa.types.is_string(field.type) else field.type) for field in table.schema])
    fast, slow = _both(_write(tmp_path, rows, schema))
    assert fast == slow


def test_half_a_character_is_a_wrong_row_and_ends_no_run(tmp_path: Path) -> None:
    row = _row(random.Random(5)) | {"width": 16, "path": "a.png", "aa_ids": None, "extra": None}
    rows = [{**row, "aa_text": json.dumps([{"color": "red \ud800", "type": "hat"}] * 20)}] * 2
    fast, slow = _both(_write(tmp_path, rows))
    assert fast == slow
    assert "some.parquet row 1: a phrase must be text, got half a character" in fast[1]["wrong"]


def test_rows_as_they_are_published_are_not_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, usual = random.Random(6), {"path": "a.png", "width": 16, "extra": None, "person_type": "portrait"}
    rows = []
    for slot in range(20):
        said: list[Any] = [None] * 20
        said[slot] = {"color": "red [1] {2", "type": "hat"}
        told = {"aa_text": json.dumps(said), "aa_ids": json.dumps([[4], None] * 10)}
        rows.append({**_row(rng), **usual, **told})
    folder = _write(tmp_path, rows)
    monkeypatch.setattr(label_columns, "parquet_row", None)
    (part,) = row_parts(label_files(folder, Format.COSMICMAN), Format.COSMICMAN)
    assert [batch.num_rows for batch in packed_columns(folder, part, 15)] == [15, 5]


def test_entries_are_cut_where_json_has_them() -> None:
    lists = [[{"a": 1}, None, {"b": "x"}], [None, None], [], [{"c": "} , null, {"}], None]
    found = entries(pa.array([None if each is None else json.dumps(each) for each in lists]), "}")
    assert found.lengths.tolist() == [3, 2, 0, -1, -1] and found.nulls.tolist()[:3] == [1, 2, 0]
    told = zip(found.rows.tolist(), found.places.tolist(), (found.texts[code] for code in found.codes), strict=True)
    assert [(row, place, json.loads(text)) for row, place, text in told] == [(0, 0, {"a": 1}), (0, 2, {"b": "x"})]
