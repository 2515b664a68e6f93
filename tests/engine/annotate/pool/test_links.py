"""Lists of links: text and parquet, with the licences they tell, and rows that name nothing counted."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from engine.annotate.pool.origin import Offer
from engine.annotate.pool.sources.links import LinkSource
from engine.annotate.refusal import Refused


async def read(source: LinkSource) -> list[Offer | Refused]:
    return [offer async for offer in source.offers()]


async def test_a_line_is_a_url_with_licence_and_author(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    lines = ["# a list", "https://example.org/a.jpg", "", "https://example.org/b.jpg\tCC BY 4.0\tSomebody", "not a url"]
    file.write_text("\n".join(lines), encoding="utf-8")
    plain, told, wrong = await read(LinkSource(file, "CC0-1.0"))
    assert isinstance(plain, Offer) and isinstance(told, Offer) and isinstance(wrong, Refused)
    assert (plain.origin.url, plain.origin.licence) == ("https://example.org/a.jpg", "CC0-1.0")
    assert (told.origin.licence, told.origin.author) == ("CC BY 4.0", "Somebody")
    assert plain.origin.key != told.origin.key and len(plain.origin.key) == 32
    assert wrong.reason == "url"


async def test_laions_columns_are_known(tmp_path: Path) -> None:
    columns = ("SAMPLE_ID", "URL", "TEXT", "LICENSE", "WIDTH", "HEIGHT")
    values = [
        (11, "https://example.org/a.jpg", "a man", "?", 900, 700),
        (12, "https://example.org/b.jpg", None, "CC BY", 900, 90),
        (13, None, "x", None, None, None),
        (14, "https://example.org/c.jpg", "", "", 900, 900),
    ]
    rows = [dict(zip(columns, row, strict=True)) for row in values]
    told = [{"punsafe": 0.01, "pwatermark": 0.1}] * 3 + [{"punsafe": 0.9, "pwatermark": float("nan")}]
    file = tmp_path / "part-0.parquet"
    parquet.write_table(pa.Table.from_pylist([row | more for row, more in zip(rows, told, strict=True)]), file)
    first, small, none, unsafe = await read(LinkSource(file, least_side=512, most_unsafe=0.5))
    assert isinstance(first, Offer)
    assert (first.origin.key, first.origin.text, first.origin.licence) == ("11", "a man", "unknown")
    assert first.origin.source == "links:part-0.parquet"
    reasons = [each.reason for each in (small, none, unsafe) if isinstance(each, Refused)]
    assert reasons == ["told_too_small", "no_url", "told_unsafe"]


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no file"):
        LinkSource(tmp_path / "none.txt")
    other = tmp_path / "other.parquet"
    parquet.write_table(pa.table({"name": ["x"]}), other)
    with pytest.raises(ValueError, match="lacks a column URL; it has name"):
        LinkSource(other)
    other.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="cannot be read as parquet"):
        LinkSource(other)
