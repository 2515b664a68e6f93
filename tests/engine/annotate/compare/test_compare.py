"""The comparison: published figures with sources, and a data set's own, counted from its label files."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from engine.annotate.compare.published import PUBLISHED
from engine.annotate.compare.statistics import statistics
from engine.annotate.compare.table import comparison_table, write_comparison

ROWS = [
    {
        "width": 100,
        "height": 200,
        "person_type": "full_body",
        "aa_text": [{"age": "young"}, None, {"background": "park"}],
    },
    {"width": 300, "height": 200, "person_type": "portrait", "aa_text": [{"age": "young", "gender": "male"}]},
    {"width": 200, "height": 200, "person_type": None, "aa_text": "not json"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set" / "label").mkdir(parents=True)
    rows = [
        {**row, "aa_text": row["aa_text"] if isinstance(row["aa_text"], str) else json.dumps(row["aa_text"])}
        for row in ROWS
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "set" / "label" / "one.parquet")
    return tmp_path / "set"


def test_a_data_set_is_counted(folder: Path) -> None:
    own = statistics(folder)
    assert (own.images, own.labels, own.unreadable) == (3, 4, 1)
    assert own.mean_size == (200.0, 200.0)
    assert own.keys == {"0 age": 2, "0 gender": 1, "2 background": 1}
    assert own.said == {0: 1, 2: 2} and own.sizes == {(100, 200): 1, (300, 200): 1, (200, 200): 1}
    assert own.values["0 age"] == {"young": 2} and own.framings == {"full_body": 1, "portrait": 1, "": 1}


def test_every_published_figure_has_its_source() -> None:
    table = comparison_table(None)
    assert table.count("\n") == len(PUBLISHED) + 1
    for each in PUBLISHED:
        assert each.source and f"| {each.name} |" in table
    assert "| 6,000,000 | 1488 x 1255 | 70 | 115,000,000 |" in table


def test_table_counts_and_plot_are_written(folder: Path, tmp_path: Path) -> None:
    text = write_comparison(statistics(folder), tmp_path / "out")
    assert "| set | - | 3 | 200 x 200 | 3 | 4 |" in text and "| 0 age | 2 (67%) | young (2) |" in text
    tree = json.loads((tmp_path / "out" / "comparison.json").read_text("utf-8"))
    assert tree["own"]["values"]["0 gender"] == {"male": 1} and len(tree["published"]) == len(PUBLISHED)
    assert tree["own"]["attributes_of_a_picture"] == {"0": 1, "2": 2} and tree["own"]["sizes"]["300 x 200"] == 1
    assert "3 pictures, 1.3 attributes each" in text
    with Image.open(tmp_path / "out" / "comparison.png") as picture:
        assert picture.width > 800
    write_comparison(None, tmp_path / "alone")


def test_what_is_no_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must hold label/\*.parquet"):
        statistics(tmp_path)
    (tmp_path / "label").mkdir()
    (tmp_path / "label" / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match=r"broken.parquet cannot be read as a label file"):
        statistics(tmp_path)
    parquet.write_table(pa.table({"width": [1]}), tmp_path / "label" / "broken.parquet")
    with pytest.raises(ValueError, match="it lacks height, person_type, aa_text"):
        statistics(tmp_path)
