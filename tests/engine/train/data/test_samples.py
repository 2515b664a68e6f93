"""Rows come back as phrases and files; what is wrong with a folder is said with file and row."""

import json
import logging
import math
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
from diffusers import AutoencoderKL
from PIL import Image

from engine.description import GROUPS, Group
from engine.train.data.framing import frame, nearest_buckets
from engine.train.data.latent_cache import load_cache
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.data.unreadable import Unreadable
from engine.train.recipe.data import DataConfig

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
    (folder / "label").mkdir(parents=True)
    for name in {str(row[column]) for row in rows for column in ("path", "segm_path")}:
        if not (folder / name).exists():
            (folder / name).touch()
    parquet.write_table(pa.Table.from_pylist(list(rows)), folder / "label" / "some.parquet")
    return folder


def test_all_label_files_are_read_in_order(data: Path) -> None:
    folder = Folder(_config(data))
    assert [sample.picture.file.name for sample in folder.samples] == [f"{number}.png" for number in range(32)]
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


@pytest.mark.parametrize("side", [16, 16.0, "16", "16.0"])
def test_a_side_is_cast_as_the_published_reader_does(tmp_path: Path, side: object) -> None:
    folder = Folder(_config(_write(tmp_path, _row(width=side))))
    assert [(sample.width, sample.height) for sample in folder.samples] == [(16, 24)]


@pytest.mark.parametrize("side", [16.5, "wide", 0, -16, None, True, float("nan"), float("inf")])
def test_a_side_that_is_no_number_of_pixels_is_named(tmp_path: Path, side: object) -> None:
    with pytest.raises(ValueError, match=r"some\.parquet row 0: width must be a positive integer, got "):
        Folder(_config(_write(tmp_path, _row(width=side))))


def test_null_aa_ids_are_the_regions_each_group_has_by_itself(tmp_path: Path) -> None:
    folder = Folder(_config(_write(tmp_path, _row(aa_ids=None))))
    top = next(phrase for phrase in folder.samples[0].phrases if phrase.slot == 6)
    assert top.regions == GROUPS[Group.TOP].regions != ()


def test_wrong_rows_are_named_counted_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _write(tmp_path, _row(), _row(width=-1), _row(aa_text="[1, 2"), _row())
    with caplog.at_level(logging.WARNING):
        folder = Folder(_config(tmp_path, max_unreadable=2))
    assert [sample.where for sample in folder.samples] == ["some.parquet row 0", "some.parquet row 3"]
    assert "row 1: width must be" in caplog.text and "row 2: aa_text must be JSON" in caplog.text
    with pytest.raises(ValueError, match="2 unreadable samples; data.max_unreadable allows 1"):
        Folder(_config(tmp_path, max_unreadable=1))


def test_rows_without_their_files_are_left_out_up_front_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(tmp_path, _row(), _row(path="rotten.png"), _row(segm_path="unparsed.png"))
    for name in ("rotten.png", "unparsed.png"):
        (tmp_path / name).unlink()
    with caplog.at_level(logging.WARNING):
        folder = Folder(_config(tmp_path))  # max_unreadable is 0: what was never there is no fault of a file
    assert [sample.where for sample in folder.samples] == ["some.parquet row 0"]
    assert "left out 2 rows (66.7 %)" in caplog.text and "row 1, which lacks" in caplog.text
    assert "rotten.png" in caplog.text


def test_a_folder_without_any_of_its_files_is_said(tmp_path: Path) -> None:
    _write(tmp_path, _row())
    (tmp_path / "a.png").unlink()
    with pytest.raises(ValueError, match=r"no row has its picture and label map; some.parquet row 0 lacks .*a\.png"):
        Folder(_config(tmp_path))


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
        (None, "b.png cannot be read: its 0 bytes are no picture"),
    ],
)
def test_a_wrong_label_map_is_named(tmp_path: Path, labels: Image.Image | None, message: str) -> None:
    sample = Folder(_config(_write(tmp_path, _row()))).samples[0]
    if labels is not None:
        labels.save(sample.labels.file)
    with pytest.raises(ValueError, match=message):
        read_labels(sample)


@pytest.mark.parametrize(("place", "byte"), [(37, b"\xff"), (60, b"\x00"), (-30, b"\x80")])
def test_a_picture_that_is_damaged_inside_is_named(tmp_path: Path, place: int, byte: bytes) -> None:
    sample = Folder(_config(_write(tmp_path, _row()))).samples[0]
    noise = np.random.default_rng(0).integers(0, 255, (24, 16, 3), np.uint8)
    Image.fromarray(noise).save(sample.picture.file)
    whole = sample.picture.file.read_bytes()
    place %= len(whole)
    sample.picture.file.write_bytes(whole[:place] + byte * 4 + whole[place + 4 :])
    with pytest.raises(ValueError, match=r"some\.parquet row 0: .*a\.png cannot be read: "):
        read_picture(sample)


def test_published_label_files_come_first(tmp_path: Path) -> None:
    _write(tmp_path, _row(path="later.png"))
    (tmp_path / "first.png").touch()
    parquet.write_table(pa.Table.from_pylist([_row(path="first.png")]), tmp_path / "label" / "laion1B-nolang_1.parquet")
    assert [sample.picture.file.name for sample in Folder(_config(tmp_path)).samples] == ["first.png", "later.png"]


def test_rows_of_any_size_are_framed_and_mirrored(tmp_path: Path) -> None:
    picture = np.zeros((60, 32, 3), np.uint8)
    picture[:, 16:] = 255
    labels = np.zeros((60, 32), np.uint8)
    labels[40:, 16:] = 9
    Image.fromarray(picture).save(tmp_path / "a.png")
    Image.fromarray(labels).save(tmp_path / "b.png")
    ids: list[Any] = [None] * 20
    ids[9] = [9]
    text: list[Any] = [None] * 20
    text[9] = {"color": "left red", "type": "shoe"}
    row = _row(width=32, height=60, aa_text=json.dumps(text), aa_ids=json.dumps(ids))
    plain, mirrored = Folder(_config(_write(tmp_path, row), any_size=True, mirror=True)).samples
    assert (plain.width, plain.height, plain.frame.original) == (16, 24, (32, 60))
    assert (plain.frame.scaled, plain.frame.left, plain.frame.top) == ((16, 30), 0, 3)
    assert read_picture(plain)[0, :, 0].tolist()[::15] == [0, 255] == read_picture(mirrored)[0, ::-1, 0].tolist()[::15]
    assert set(np.unique(read_labels(plain))) == {0, 9} and set(np.unique(read_labels(mirrored))) == {0, 10}
    assert np.array_equal(read_labels(plain) == 9, read_labels(mirrored)[:, ::-1] == 10)
    assert plain.phrases[-1].regions == (9,) and plain.phrases[-1].words == ("left red",)
    assert mirrored.phrases[-1].regions == (10,) and mirrored.phrases[-1].words == ("right red",)


def test_unreadable_samples_are_named_counted_and_left_out(
    data: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(data, folder)
    whole = Folder(_config(folder))
    broken = whole.samples[2]
    broken.picture.file.write_bytes(b"no picture")
    torch.manual_seed(0)
    vae = AutoencoderKL(block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2,
                        up_block_types=("UpDecoderBlock2D",) * 2, norm_num_groups=4)  # fmt: skip
    with pytest.raises(ValueError, match=r"2\.png cannot be read: .* \(1 unreadable sample; .*max_unreadable allows 0"):
        load_cache(whole, vae, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/16x24*"))
    with caplog.at_level(logging.WARNING):
        buckets = load_cache(Folder(_config(folder, max_unreadable=1)), vae, tmp_path / "cache")
    assert "unreadable sample 1: " in caplog.text and "2.png cannot be read" in caplog.text
    assert sorted(index for bucket in buckets for index in bucket.samples) == [n for n in range(32) if n != 2]
    for bucket in buckets:  # what follows the gap is still in its own place
        last = whole.samples[bucket.samples[-1]]
        with torch.no_grad():
            pixels = torch.from_numpy(read_picture(last)).permute(2, 0, 1)[None].float() / 127.5 - 1
            latents = vae.encode(pixels).latent_dist.mean * vae.config.scaling_factor
        place = len(bucket.samples) - 1
        np.testing.assert_allclose(bucket.latents[place], latents[0].numpy(), atol=2e-2)


def test_a_limit_of_unreadable_samples_stops_at_the_first_beyond_it() -> None:
    def fail() -> int:
        raise ValueError("gone")

    unreadable = Unreadable(2)
    assert [unreadable.attempt(fail), unreadable.attempt(lambda: 5), unreadable.attempt(fail)] == [None, 5, None]
    with pytest.raises(ValueError, match=r"gone \(3 unreadable samples; data.max_unreadable allows 2\)"):
        unreadable.attempt(fail)


def test_a_repainted_picture_changes_what_its_sample_is(tmp_path: Path) -> None:
    _write(tmp_path, _row())
    Image.new("RGB", (16, 24)).save(tmp_path / "a.png")
    before = Folder(_config(tmp_path)).identity(np.array([0]))
    assert Folder(_config(tmp_path)).identity(np.array([0])) == before
    Image.new("RGB", (16, 24), "red").resize((17, 25)).save(tmp_path / "a.png")
    assert Folder(_config(tmp_path)).identity(np.array([0])) != before


def test_a_table_of_rows_is_made_once_and_says_what_the_label_files_say(data: Path, tmp_path: Path) -> None:
    in_memory, first = Folder(_config(data)), Folder(_config(data), tmp_path)
    (table,) = tmp_path.glob("rows-*.arrow")
    written = table.stat().st_mtime_ns
    again = Folder(_config(data), tmp_path)
    assert table.stat().st_mtime_ns == written
    assert list(in_memory.samples) == list(first.samples) == list(again.samples)


def test_a_label_file_that_changed_makes_another_table(tmp_path: Path) -> None:
    label = _write(tmp_path / "data", _row()) / "label" / "some.parquet"
    assert len(Folder(_config(tmp_path / "data"), tmp_path).samples) == 1
    parquet.write_table(pa.Table.from_pylist([_row(), _row()]), label)
    assert len(Folder(_config(tmp_path / "data"), tmp_path).samples) == 2
    assert len(list(tmp_path.glob("rows-*.arrow"))) == 2


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    _write(tmp_path / "data", _row())
    Folder(_config(tmp_path / "data"), tmp_path)
    (table,) = tmp_path.glob("rows-*.arrow")
    table.write_bytes(table.read_bytes()[:100])
    with pytest.raises(ValueError, match=rf"{table} cannot be read: .*; delete it, so that it is made again"):
        Folder(_config(tmp_path / "data"), tmp_path)


def test_nearest_buckets_of_many_are_those_of_each() -> None:
    rng = random.Random(0)
    sizes = [(rng.randrange(1, 4000), rng.randrange(1, 4000)) for _ in range(500)] + [(1, 1), (24, 16), (400, 400)]
    buckets = sorted([(16, 24), (24, 16), (20, 20), (12, 30), (30, 12)])

    def slowly(size: tuple[int, int]) -> tuple[int, int]:
        return min(buckets, key=lambda each: (abs(math.log(each[0] * size[1] / (each[1] * size[0]))), each))

    widths, heights = np.array(sizes).T
    found = [buckets[place] for place in nearest_buckets(widths, heights, buckets)]
    assert found == [slowly(size) for size in sizes] == [frame(size, buckets).size for size in sizes]
