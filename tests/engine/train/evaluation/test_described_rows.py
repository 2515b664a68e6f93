"""A model paints what a data folder says, another answers in words, and attention is measured on its photographs."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from engine.train.ablation.results import read_result
from engine.train.evaluation.answerers import Answer
from engine.train.evaluation.command import Options, run
from engine.train.evaluation.photographs import size_of_bundle, sizes_of_pipeline
from engine.train.evaluation.sources import Pixels
from engine.train.questions.yes_no import AtomicQuestion


class Sceptic:
    """Sees every thing and no colour; notes the pictures that it is shown."""

    name = "sceptic"

    def __init__(self) -> None:
        self.shown: list[Pixels] = []

    def answer(self, asked: Sequence[tuple[Pixels, AtomicQuestion]]) -> list[Answer]:
        self.shown += [picture for picture, _ in asked]
        return [Answer.NO if question.kind == "tex" else Answer.YES for _, question in asked]


def test_rows_are_painted_asked_and_measured(
    finished: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer, out = Sceptic(), tmp_path / "out"
    told = {"pipeline": finished / "package", "rows": data, "num": 3, "steps": 1, "first_seed": 7, "out": out}
    assert run(Options(**told, vlm="", attention=True), load_endpoint=lambda *_: viewer) == 0
    text = capsys.readouterr().out
    assert "3 pictures, answered by sceptic" in text and "attention of" in text
    width, height = sizes_of_pipeline(finished / "package")[0]
    assert {picture.shape for picture in viewer.shown} == {(height, width, 3)}
    tree = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert tree["rows"] == str(data) and tree["first_seed"] == 7 and len(tree["pictures"]) == 3
    assert {kind["name"]: kind["accuracy"] for kind in tree["kinds"]}["Acc_obj"] == 1.0
    assert {picture["seed"] for picture in tree["attention"]["pictures"]} == {7, 8, 9}
    names = sorted(file.name for file in (out / "pictures").iterdir())
    assert [name[:6] for name in names] == ["00000-", "00001-", "00002-"]
    with Image.open(out / "pictures" / names[0]) as picture:
        assert picture.size == (width, height)
    measures = read_result(out, "plain", 0).measures  # which an ablation compares
    assert measures["Acc_obj"][0].sum() == measures["Acc_obj"][1].sum() > 0
    assert measures["Acc_tex"][0].sum() == 0 < measures["Acc_tex"][1].sum()
    assert len(measures["attention inside"][1]) == 3


def test_sizes_are_what_a_model_says_of_itself(finished: Path, tmp_path: Path) -> None:
    assert size_of_bundle(Path("models/figurine-bundle")) == (128, 192)
    (tmp_path / "unet").mkdir()
    (tmp_path / "vae").mkdir()
    (tmp_path / "unet" / "config.json").write_text('{"sample_size": 64}')
    (tmp_path / "vae" / "config.json").write_text('{"block_out_channels": [8, 8, 8, 8]}')
    assert sizes_of_pipeline(tmp_path) == [(512, 512)]
    (tmp_path / "vae" / "config.json").unlink()
    with pytest.raises(ValueError, match="does not say how large its pictures are"):
        sizes_of_pipeline(tmp_path)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({}, "--rows are painted by a model"),
        ({"pipeline": Path("p")}, "--rows are judged by a model that answers in words"),
        ({"pipeline": Path("p"), "vlm": "", "phrases": 2}, "--phrases is about figures"),
        ({"pipeline": Path("p"), "vlm": "", "layout": Path("b")}, "--layout is about figures"),
        ({"bundle": Path("b"), "vlm": "", "attention": True}, "--attention looks inside a model"),
    ],
)
def test_what_does_not_go_with_rows_is_refused(
    told: dict[str, object], message: str, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    options = Options(rows=data, **told)  # type: ignore[arg-type]
    assert run(options, load_endpoint=lambda *_: Sceptic()) == 2
    (record,) = caplog.records
    assert message in record.getMessage()
