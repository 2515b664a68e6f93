"""The ablation's tables: means over seeds, differences over the same seeds and the same descriptions."""

import json
from pathlib import Path

import pytest

from engine.train.ablation.comparison import main, read_result, table
from engine.train.questions.table import ABSENT


def write(folder: Path, right: list[bool], mass: float | None = None, first_seed: int = 7) -> Path:
    """One run over pictures that are asked for the background, and whether each shows it."""
    pictures = [
        {
            "seed": first_seed + place,
            "description": "a park",
            "asked": {"background": "park", "gender": "male"},
            "seen": {"background": "park" if shown else ABSENT, "gender": "male"},
        }
        for place, shown in enumerate(right)
    ]
    tree: dict[str, object] = {"pictures": pictures, "attention": None}
    if mass is not None:
        looks = [{"seed": picture["seed"], "phrases": [{"group": "top", "mass": mass}]} for picture in pictures]
        tree["attention"] = {"pictures": looks}
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text(json.dumps(tree))
    return folder


def test_means_and_differences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half = [True, False] * 20
    runs = []
    for seed in range(3):
        write(tmp_path / f"none{seed}", half, 0.2 + seed / 100)
        write(tmp_path / f"mass{seed}", [True] * 20 + half[:20], 0.5 + seed / 100)
        runs += [f"--run=none:{seed}={tmp_path}/none{seed}", f"--run=hola_mass:{seed}={tmp_path}/mass{seed}"]
    assert main(sorted(runs, reverse=True)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| variant | seeds | Acc_obj | Acc_all | five colours | attention inside |"
    assert lines[2].startswith("| none | 3 | 75.0% (75.0% to 75.0%) |")
    assert lines[2].endswith("| 21.0% (18.5% to 23.5%) |")
    assert lines[3].startswith("| hola_mass | 3 | 87.5% (87.5% to 87.5%) |")
    differences = [line for line in lines if line.startswith("| hola_mass - none")]
    assert differences[0].startswith("| hola_mass - none | Acc_obj | +12.5 | +12.5 to +12.5 | +6.2 to ")
    assert differences[-1] == "| hola_mass - none | attention inside | +30.0 | +30.0 to +30.0 | +30.0 to +30.0 |"


def test_a_single_run_has_the_interval_over_its_pictures(tmp_path: Path) -> None:
    result = read_result(write(tmp_path / "one", [True, False] * 50), "none", 0)
    text = table([result])
    assert "| none | 1 | 75.0% (70.0% to 80.0%) |" in text and "difference" not in text
    assert result.mean("Acc_all") == 0.75


def test_what_cannot_be_compared_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, two = write(tmp_path / "one", [True]), write(tmp_path / "two", [True], first_seed=8)
    (tmp_path / "empty").mkdir()
    for arguments, message in (
        ([f"a:0={one}", f"b:0={two}"], "the same descriptions; a:0 and b:0 were not"),
        ([f"a:0={one}", f"a:0={one}"], "a:0 was given twice"),
        ([f"a:0={tmp_path / 'empty'}"], "is no result of `cosmicman evaluate`"),
        ([str(one)], "written VARIANT:SEED=FOLDER"),
    ):
        caplog.clear()
        assert main([f"--run={argument}" for argument in arguments]) == 2
        assert message in caplog.text and len(caplog.records) == 1
