"""The ablation's tables: means over seeds, differences over the same seeds and the same descriptions."""

import json
from pathlib import Path

import pytest

from engine.train.ablation.comparison import as_csv, as_json, main, table
from engine.train.ablation.results import read_result
from engine.train.questions.table import ABSENT


def write(
    folder: Path, right: list[bool], mass: float | None = None, first_seed: int = 7, error: float | None = None
) -> Path:
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
    if error is not None:
        errors = {"target": 2.0, "error": error, "error_untold": 1.0}
        tree["attention"] = {"pictures": looks, "denoising": [{"seed": each["seed"], **errors} for each in pictures]}
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


def test_errors_are_shares_and_what_all_went_on_from_is_a_row(tmp_path: Path) -> None:
    half = [True, False] * 20
    for seed in range(2):
        write(tmp_path / f"none{seed}", half, 0.2, error=0.5 + seed / 10)
        write(tmp_path / f"hola{seed}", half, 0.3, error=0.4 + seed / 10)
    results = [read_result(tmp_path / f"{name}{seed}", name, seed) for name in ("none", "hola") for seed in range(2)]
    start = read_result(write(tmp_path / "start", half, 0.1, error=0.9), "start", 9)
    lines = table(results, start).splitlines()
    assert lines[0].endswith("| attention inside | denoising error | caption's worth |")
    assert lines[2].startswith("| start | 1 | 75.0%") and lines[2].endswith(
        "| 10.0% (10.0% to 10.0%) | 45.0% (45.0% to 45.0%) | 10.0% (10.0% to 10.0%) |"
    )
    assert "| hola - none | denoising error | -5.00 | -5.00 to -5.00 | -5.00 to -5.00 |" in lines
    assert "| hola - none | caption's worth | +10.00 | +10.00 to +10.00 | +10.00 to +10.00 |" in lines
    assert not any("start -" in line for line in lines)
    tree = json.loads(json.dumps(as_json(results, start), allow_nan=False))
    assert [run["variant"] for run in tree["runs"]] == ["start", "none", "none", "hola", "hola"]
    found = {each["measure"]: each["over_seeds"]["mean"] for each in tree["differences"]}
    assert found["denoising error"] == pytest.approx(-0.05) and found["Acc_all"] == 0
    rows = as_csv(results, start).splitlines()
    assert rows[0] == "variant,seed,measure,mean,low,high"
    assert "hola,1,denoising error,0.250000,0.250000,0.250000" in rows


def test_seeds_that_one_of_two_lacks_count_in_neither(tmp_path: Path) -> None:
    """A grid that is under way has runs of the baseline to which there is no other yet."""
    write(tmp_path / "none0", [True, False], 0.2)
    write(tmp_path / "none1", [True, True], 0.9)
    write(tmp_path / "hola0", [True, False], 0.3)
    names = (("none", 0), ("none", 1), ("hola", 0))
    results = [read_result(tmp_path / f"{name}{seed}", name, seed) for name, seed in names]
    lines = table(results).splitlines()
    assert "| hola - none | attention inside | +10.0 | - | +10.0 to +10.0 |" in lines
    assert any(line.startswith("| hola - none | Acc_all | +0.0 | - |") for line in lines)
    (told,) = (each for each in as_json(results)["differences"] if each["measure"] == "Acc_all")
    assert told["over_seeds"] == {"mean": 0.0, "low": None, "high": None}
    assert "difference" not in table(results[1:2])


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
