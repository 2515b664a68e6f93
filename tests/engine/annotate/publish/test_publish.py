"""What is published is what training reads: rows, shards, card; without takedowns, foreign licences and metadata."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from engine.annotate.parse.shelf import Shelf
from engine.annotate.pool.origin import Origin
from engine.annotate.pool.store import Pool
from engine.annotate.pool.takedown import take_down, take_down_look
from engine.annotate.publish.annotated import Annotated
from engine.annotate.publish.annotations import annotated_lines, read_lines
from engine.annotate.publish.card import CardText
from engine.annotate.publish.licences import LicenceRule
from engine.annotate.publish.picture_file import without_metadata
from engine.annotate.publish.write import Publication, publish
from engine.annotate.refusal import Refused
from engine.description import Group
from engine.train.data.check import check_files
from engine.train.data.rows import Format, Row, read_rows
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.recipe.data import DataConfig


def said(colour: str = "red") -> dict[str, Any]:
    text: list[Any] = [None] * 20
    text[6] = {"color": colour, "type": "sweater"}
    ids: list[Any] = [None] * 20
    ids[6] = [4]
    return {
        "person_type": "portrait",
        "aa_text": text,
        "aa_ids": ids,
        "extra": [{"group": "face", "text": "smiling", "ids": [11]}],
    }


@pytest.fixture
def filled(pool: Pool, picture) -> Pool:
    """Four pictures with label maps: PNG, JPEG with EXIF, JPEG held askew, and one of unknown licence."""
    exif = Image.Exif()
    exif[0x010E] = "where and when"
    askew = Image.Exif()
    askew[0x0112] = 6
    files = {
        "plain": picture(1),
        "exif": picture(2, image_format="JPEG", exif=exif.tobytes(), comment=b"mine"),
        "askew": picture(3, image_format="JPEG", exif=askew.tobytes()),
        "unknown": picture(4),
    }
    shelf = Shelf(pool)
    for key, data in files.items():
        licence = "unknown" if key == "unknown" else "CC0-1.0" if key == "plain" else "CC BY 4.0"
        kept = pool.add(data, Origin(source="x", key=key, licence=licence, author="Ann", url=f"https://x/{key}"))
        labels = np.zeros((kept.height, kept.width), np.uint8)
        labels[5:20, 5:20] = 4
        shelf.write(kept.id, labels, "drawn")
    return pool


def ids(pool: Pool) -> dict[str, str]:
    return {pool.origins(each.id)[0].key: each.id for _, each in pool.pictures()}


def everything(pool: Pool) -> Iterator[Annotated | Refused]:
    return annotated_lines(pool, ({"id": id, **said()} for id in ids(pool).values()))


def publication(out: Path, **more: Any) -> Publication:
    return Publication(out=out, card=CardText(name="round-1", contact="data@example.org"), **more)


def test_training_reads_what_is_published(filled: Pool, tmp_path: Path) -> None:
    out = tmp_path / "data"
    statistics = publish(filled, everything(filled), publication(out, shards=True))
    assert statistics.pictures == 3 and dict(statistics.left_out) == {"licence_unknown": 1}
    sizes = ((48, 64), (64, 48))
    for folder, layout in ((out, "cosmicman"), (out / "shards", "webdataset")):
        data = Folder(DataConfig(folder=folder, format=layout, sizes=sizes))
        check_files(data)
        assert len(data.samples) == 3
        for sample in data.samples:
            groups = [phrase.group for phrase in sample.phrases]
            assert groups == [Group.SHOT, Group.TOP, Group.FACE]
            assert read_picture(sample).shape == (*reversed(sample.frame.size), 3)
            assert set(read_labels(sample).ravel().tolist()) == {0, 4}


def test_rows_say_where_each_picture_comes_from(filled: Pool, tmp_path: Path) -> None:
    out = tmp_path / "data"
    publish(filled, everything(filled), publication(out))
    rows = parquet.read_table(out / "label").to_pylist()
    assert {row["key"]: row["licence"] for row in rows} == {
        "plain": "CC0-1.0",
        "exif": "CC BY 4.0",
        "askew": "CC BY 4.0",
    }
    assert all(row["author"] == "Ann" and row["url"] == f"https://x/{row['key']}" for row in rows)
    assert {row["id"] for row in rows} <= set(ids(filled).values())


def test_pictures_are_upright_and_tell_nothing_but_their_pixels(filled: Pool, tmp_path: Path) -> None:
    out = tmp_path / "data"
    publish(filled, everything(filled), publication(out))
    named = ids(filled)
    found = {key: next((out / "images").rglob(f"{id}.*"), None) for key, id in named.items()}
    assert found["unknown"] is None
    for key in ("plain", "exif", "askew"):
        path = found[key]
        assert path is not None
        with Image.open(path) as image:
            assert not image.getexif() and "comment" not in image.info
            picture = filled.picture(named[key])
            assert image.size == (picture.width, picture.height)
    before, after = (Image.open(path) for path in (filled.picture(named["exif"]).path, found["exif"]))
    assert (np.asarray(before) == np.asarray(after)).all(), "compressed pixels are kept as they are"


@pytest.mark.parametrize("way", ["id", "look"])
def test_takedowns_are_left_out_of_the_next_publication(filled: Pool, tmp_path: Path, way: str) -> None:
    publish(filled, everything(filled), publication(tmp_path / "first"))
    plain = ids(filled)["plain"]
    annotated = list(everything(filled))
    if way == "id":
        take_down(filled, [plain], "asked")
    else:
        take_down_look(filled, "00000000000000ff", "asked")
        filled.database.connection.execute("INSERT INTO look VALUES (?, ?)", (plain, "00000000000000ff"))
    statistics = publish(filled, annotated, publication(tmp_path / "second"))
    assert statistics.left_out["taken_down"] == 1 and statistics.pictures == 2
    assert not list((tmp_path / "second").rglob(f"{plain}*"))
    assert list((tmp_path / "first").rglob(f"{plain}*")), "what was published before is another's to withdraw"


def test_licences_can_be_named(filled: Pool, tmp_path: Path) -> None:
    rule = LicenceRule(only=("cc0-1.0",), unknown=True)
    statistics = publish(filled, everything(filled), publication(tmp_path / "data", licences=rule))
    assert dict(statistics.licences) == {"CC0-1.0": 1, "unknown": 1} and statistics.left_out == {"licence": 2}


def test_the_card_tells_numbers_licences_and_how_to_object(filled: Pool, tmp_path: Path) -> None:
    out = tmp_path / "data"
    publish(filled, everything(filled), publication(out))
    card = (out / "README.md").read_text("utf-8")
    for told in (
        "3 pictures",
        "Label maps: drawn.",
        "CC BY 4.0 | 2",
        "data@example.org",
        "licence_unknown | 1",
        "top color | 3",
        "portrait | 3",
    ):
        assert told in card, told
    told = json.loads((out / "statistics.json").read_text("utf-8"))
    assert (told["pictures"], told["attributes_per_picture"]) == (3, 3.0)


def test_nothing_stays_of_a_publication_that_fails(filled: Pool, tmp_path: Path, small_disk: Path) -> None:
    with pytest.raises(ValueError, match="no picture may be published .licence 3, licence_unknown 1"):
        publish(filled, everything(filled), publication(tmp_path / "none", licences=LicenceRule(only=("MIT",))))
    assert not (tmp_path / "none").exists()
    (small_disk / "filler").write_bytes(b"x" * 1_030_000)
    with pytest.raises(OSError, match="No space"):
        publish(filled, everything(filled), publication(small_disk / "data"))
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_publication_is_a_new_folder_with_a_plain_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is there already"):
        publication(tmp_path)
    with pytest.raises(ValueError, match="a name of letters"):
        Publication(out=tmp_path / "x", card=CardText(name="../x"))


def test_shards_are_cut_and_the_same_each_time(filled: Pool, tmp_path: Path) -> None:
    outs = [tmp_path / "a", tmp_path / "b"]
    for out in outs:
        publish(filled, everything(filled), publication(out, shards=True, shard_bytes=1))
    first, second = ({path.name: path.read_bytes() for path in (out / "shards").iterdir()} for out in outs)
    assert first == second and sorted(first) == [f"round-1-{number:06d}.tar" for number in range(3)]
    rows = list(read_rows(outs[0] / "shards", Format.WEBDATASET))
    assert len(rows) == 3 and all(isinstance(row, Row) for row in rows)


def test_wrong_lines_of_annotations_are_counted(filled: Pool, tmp_path: Path) -> None:
    named = ids(filled)
    lines: list[object] = [
        {"id": named["plain"], **said()},
        {"id": named["plain"], **said("blue")},  # twice
        {"id": "f" * 64, **said()},
        {"id": named["exif"], "aa_text": [None] * 3},
        {"id": named["askew"], **said(), "person_type": "sideways"},
        {"aa_text": []},
    ]
    file = tmp_path / "said.jsonl"
    file.write_text("\n".join([*map(json.dumps, lines), "{"]), encoding="utf-8")
    statistics = publish(filled, annotated_lines(filled, read_lines(file)), publication(tmp_path / "data"))
    assert statistics.pictures == 1
    expected = {"duplicate_id": 1, "not_in_pool": 1, "annotation": 1, "person_type": 1, "line": 2}
    assert dict(statistics.left_out) == expected


def test_a_jpeg_without_metadata_has_the_same_pixels(picture) -> None:
    data = picture(5, image_format="JPEG", comment=b"x" * 99, progressive=True)
    bare = without_metadata(data + b"a second picture")
    assert b"x" * 99 not in bare and bare.endswith(b"\xff\xd9") and len(bare) < len(data)
    assert (np.asarray(Image.open(io.BytesIO(bare))) == np.asarray(Image.open(io.BytesIO(data)))).all()
    with pytest.raises(Refused):
        without_metadata(data[:100])
