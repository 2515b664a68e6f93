"""Shards and folders of pictures give the rows that the same data gives as parquet; what lacks is named."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.description import Group
from engine.train.data.rows import Format, Row, caption_phrases, read_rows
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.recipe.data import DataConfig

CAPTION = "a young woman in a red sweater, black trousers, without a hat"


def _png(colour: int, mode: str = "RGB", size: tuple[int, int] = (16, 24)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def _row() -> dict[str, Any]:
    text: list[Any] = [None] * 20
    text[6] = {"color": "red", "type": "sweater"}
    return {"person_type": "portrait", "aa_text": text, "aa_ids": json.dumps([None] * 6 + [[4]] + [None] * 13)}


def _shard(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def _rows(folder: Path, layout: Format) -> list[Row]:
    rows = list(read_rows(folder, layout))
    wrong = [row for row in rows if isinstance(row, ValueError)]
    assert not wrong, wrong
    return [row for row in rows if isinstance(row, Row)]


def test_a_shard_is_read_member_by_member(tmp_path: Path) -> None:
    files = {
        "a/0001.png": _png(0x0000FF),
        "a/0001.parsing.png": _png(4, "L"),
        "a/0001.json": json.dumps(_row()).encode(),
        "b.2.txt": b"",  # a dot ends the key, as WebDataset has it
    }
    words = {"0002.webp": _png(7), "0002.segm.png": _png(6, "L"), "0002.txt": CAPTION.encode()}
    del files["b.2.txt"]
    _shard(tmp_path / "0.tar", files)
    _shard(tmp_path / "1.tar", words)
    folder = Folder(DataConfig(folder=tmp_path, format="webdataset", sizes=((16, 24),)))
    first, second = folder.samples
    assert [phrase.group for phrase in first.phrases] == [Group.SHOT, Group.TOP] and first.phrases[1].regions == (4,)
    assert read_picture(first)[0, 0].tolist() == [255, 0, 0] and set(read_labels(first).flat) == {4}
    assert read_picture(second).shape == (24, 16, 3) and set(read_labels(second).flat) == {6}
    groups = [phrase.group for phrase in second.phrases]
    assert Group.TOP in groups and Group.BOTTOM in groups and Group.NEGATED not in groups
    top = second.phrases[groups.index(Group.TOP)]
    assert "red sweater" in top.words[0] and top.regions == (4,)


def test_captions_beside_pictures_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "x.txt").write_text(CAPTION)
    (tmp_path / "deep" / "x.jpg").write_bytes(_png(3))
    (tmp_path / "deep" / "x.parsing.png").write_bytes(_png(4, "L"))
    (row,) = _rows(tmp_path, Format.PICTURES)
    assert (row.width, row.height, row.where) == (16, 24, "deep/x.txt")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"k.png": _png(1), "k.parsing.png": _png(1, "L")}, r"0\.tar sample k: lacks a caption \(\.txt\)"),
        ({"k.png": _png(1), "k.txt": b"a red hat"}, r"sample k: lacks a label map .* it has \.png, \.txt"),
        ({"k.txt": b"a red hat", "k.parsing.png": _png(1, "L")}, r"sample k: lacks a picture"),
        ({"k.png": _png(1), "k.parsing.png": _png(1, "L"), "k.txt": b"qwerty zxcv"}, "names no phrase"),
        ({"k.png": _png(1), "k.parsing.png": _png(1, "L"), "k.json": b"[1"}, "its .json is not JSON"),
        (
            {"k.png": _png(1), "k.parsing.png": _png(1, "L"), "k.json": b"{}"},
            "an object with a caption, or with aa_text",
        ),
        ({"k.png": b"no", "k.parsing.png": _png(1, "L"), "k.txt": b"a red hat"}, r"0\.tar:k\.png cannot be read"),
    ],
)
def test_what_lacks_is_named_with_shard_and_key(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    _shard(tmp_path / "0.tar", files)
    _shard(tmp_path / "1.tar", {"j.png": _png(1), "j.parsing.png": _png(1, "L"), "j.txt": b"a red hat"})
    wrong, right = read_rows(tmp_path, Format.WEBDATASET)
    assert isinstance(right, Row)
    with pytest.raises(ValueError, match=message):
        raise wrong  # type: ignore[misc]


def test_a_compressed_or_broken_shard_is_refused(tmp_path: Path) -> None:
    _shard(tmp_path / "0.tar", {"k.txt": b"a red hat"}, "w:gz")
    with pytest.raises(ValueError, match=r"0\.tar cannot be read as an uncompressed tar"):
        _rows(tmp_path, Format.WEBDATASET)


@pytest.mark.parametrize("size", [100, 700, 1500])
def test_a_shard_cut_short_is_refused_by_name(tmp_path: Path, size: int) -> None:
    """In a header, in a member, and behind the first one."""
    words = {"k.png": b"0" * 600, "k.parsing.png": b"0" * 600, "k.txt": b"a red hat"}
    whole = _shard(tmp_path / "0.tar", words)
    whole.write_bytes(whole.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"0\.tar cannot be read as an uncompressed tar: .*(data|header|empty)"):
        _rows(tmp_path, Format.WEBDATASET)


@pytest.mark.parametrize(("layout", "ending"), [(Format.WEBDATASET, "tar"), (Format.PICTURES, "txt")])
def test_an_empty_folder_is_said(tmp_path: Path, layout: Format, ending: str) -> None:
    with pytest.raises(ValueError, match=rf"holds no \.{ending} file"):
        _rows(tmp_path, layout)


def test_marks_of_emphasis_are_no_words_of_a_caption() -> None:
    phrases = caption_phrases("a woman in a (red:1.3) dress, (white boots:1.2), no (hat:1.1), (belt:0)", "here")
    assert [phrase.attributes for phrase in phrases] == [
        (("person", "a woman"),),
        (("dress", "a red dress"),),
        (("footwear", "white boots"),),
    ]
