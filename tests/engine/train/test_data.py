"""Rows come back as phrases and files; what is wrong with a folder is said with file and row."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from engine.description import Group
from engine.train.config import DataConfig
from engine.train.data import Folder, read_labels, read_picture

SIZES = ((16, 24), (24, 16))


def _config(folder: Path, **more: Any) -> DataConfig:
    return DataConfig(folder=folder, sizes=SIZES, **more)


def _row(**more: Any) -> dict[str, Any]:
    text: list[Any] = [None] * 20
    text[6] = {"color": "red", "type": "sweater"}
    ids: list[Any] = [None] * 20
    ids[6] = [4]
    files = {"path": "a.png", "segm_path": "b.png", "width": 16, "height": 24}
    return {**files, "person_type": "portrait", "aa_text": json.dumps(text), "aa_ids": json.dumps(ids), **more}


def _write(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "label").mkdir()
    parquet.write_table(pa.Table.from_pylist(list(rows)), folder / "label" / "some.parquet")
    return folder


def test_all_label_files_are_read_in_order(data: Path) -> None:
    folder = Folder(_config(data))
    assert [sample.picture.name for sample in folder.samples] == [f"{number}.png" for number in range(32)]
    assert {size: len(indices) for size, indices in folder.buckets.items()} == {(16, 24): 16, (24, 16): 16}
    top = next(phrase for phrase in folder.samples[0].phrases if phrase.group is Group.TOP)
    assert top.noun == "sweater" and top.regions == (4,)


def test_limit_and_sizes_choose_rows(data: Path) -> None:
    assert len(Folder(_config(data, limit=5)).samples) == 5
    assert len(Folder(DataConfig(folder=data, sizes=((16, 24),))).samples) == 16
    with pytest.raises(ValueError, match="holds no row of the sizes"):
        Folder(DataConfig(folder=data, sizes=((64, 64),)))


def test_pictures_and_labels_are_read_as_their_row_says(data: Path) -> None:
    sample = Folder(_config(data)).samples[0]
    assert read_picture(sample).shape == (24, 16, 3)
    labels = read_labels(sample)
    assert labels.shape == (24, 16) and set(np.unique(labels)) == {0, 2, 4, 6, 11}


def test_no_label_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no .parquet file"):
        Folder(_config(tmp_path))


def test_a_missing_column_is_named_with_its_file(tmp_path: Path) -> None:
    row = _row()
    del row["aa_ids"]
    with pytest.raises(ValueError, match=r"some\.parquet lacks the column aa_ids; it has path, segm_path"):
        Folder(_config(_write(tmp_path, row)))


def test_a_broken_label_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "label").mkdir()
    (tmp_path / "label" / "some.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ValueError, match=r"some\.parquet cannot be read as parquet"):
        Folder(_config(tmp_path))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"aa_text": "[1, 2"}, "aa_text must be JSON"),
        ({"aa_text": "[]"}, "aa_text: expected a list of 20 entries"),
        ({"aa_ids": json.dumps([[19]] * 20)}, "labels of aa_ids must be 0 to 18, got 19"),
        ({"aa_ids": json.dumps([["x"]] * 20)}, "invalid literal"),
        ({"extra": "3"}, "extra must be a list, got 3"),
        ({"extra": '[{"group": "face"}]'}, "an entry of extra lacks 'text'"),
        ({"extra": '[{"group": "wing", "text": "red"}]'}, "'wing' is not a valid Group"),
        ({"person_type": "", "aa_text": json.dumps([None] * 20)}, "name no phrase"),
    ],
)
def test_a_wrong_row_is_named_with_its_file(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    rows = [_row(extra="[]"), _row(**{"extra": "[]", **more})]
    with pytest.raises(ValueError, match=r"some\.parquet row 1: .*" + message):
        Folder(_config(_write(tmp_path, *rows)))


def test_the_null_label_leaves_a_phrase_without_region(tmp_path: Path) -> None:
    ids: list[Any] = [None] * 20
    ids[6] = [18]
    folder = Folder(_config(_write(tmp_path, _row(aa_ids=json.dumps(ids)))))
    top = next(phrase for phrase in folder.samples[0].phrases if phrase.slot == 6)
    assert top.regions == ()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (Image.new("L", (16, 24), 18), "labels must be 0 to 17, got 18"),
        (Image.new("L", (24, 16)), "must be 16x24 as its row says, got 24x16"),
        (Image.new("RGB", (16, 24)), "must be mode L or P, got RGB"),
        (None, "b.png cannot be read"),
    ],
)
def test_a_wrong_label_map_is_named(tmp_path: Path, labels: Image.Image | None, message: str) -> None:
    sample = Folder(_config(_write(tmp_path, _row()))).samples[0]
    if labels is not None:
        labels.save(sample.labels)
    with pytest.raises(ValueError, match=message):
        read_labels(sample)
