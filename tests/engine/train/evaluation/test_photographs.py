"""Captioned pictures are found in both layouts, and what is missing is said in one line."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from engine.train.evaluation.command import Options, run
from engine.train.evaluation.photographs import read_photographs


def write(folder: Path, name: str, caption: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 32), "red").save(folder / f"{name}.png")
    if caption is not None:
        (folder / f"{name}.txt").write_text(caption, encoding="utf-8")


def test_captions_beside_pictures(tmp_path: Path) -> None:
    write(tmp_path, "b", "a man in a coat\n")
    write(tmp_path / "deeper", "a", "a woman on a beach")
    write(tmp_path, "uncaptioned", None)
    (tmp_path / "notes.txt").write_text("of no picture")
    found = read_photographs(tmp_path)
    assert [photograph.path.name for photograph in found] == ["b.png", "a.png"]
    assert found[0].description == "a man in a coat" and found[0].read().shape == (32, 24, 3)
    assert found[0].questions[-1].text == "Is the person wearing a coat?"
    assert len(read_photographs(tmp_path, limit=1)) == 1


def test_rows_of_a_data_folder(data: Path) -> None:
    found = read_photographs(data, limit=3)
    assert len(found) == 3
    for photograph in found:
        assert photograph.path.is_file()
        assert {"Does the person have hair?", "Is the person wearing a sweater?"} <= {
            question.text for question in photograph.questions
        }
        assert photograph.description.count(",") >= 6


def test_what_cannot_be_judged_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Never:
        name = "nobody"

        def answer(self, asked: object) -> list[object]:
            raise AssertionError("nothing may be asked")

    write(tmp_path / "uncaptioned", "a", None)
    write(tmp_path / "silent", "a", "best quality")
    write(tmp_path / "damaged", "a", "a man")
    (tmp_path / "damaged" / "a.png").write_bytes(b"damaged")
    write(tmp_path / "fine", "a", "a man")
    shutil.copytree(tmp_path / "fine", tmp_path / "latin")
    (tmp_path / "latin" / "a.txt").write_bytes(b"caf\xe9")
    for name, message in (
        ("missing", "there is no such folder"),
        ("uncaptioned", "holds no captions: expected NAME.txt beside NAME.png"),
        ("silent", "asks nothing about a person or a place: 'best quality'"),
        ("damaged", "a.png cannot be read"),
        ("latin", "must be UTF-8 text"),
        ("fine", "it needs a diffusers folder"),
    ):
        caplog.clear()
        options = Options(images=tmp_path / name, attention=name == "fine", vlm="http://unused")
        assert run(options, load_endpoint=lambda *told: Never()) == 2
        (record,) = caplog.records
        assert message in record.getMessage()
