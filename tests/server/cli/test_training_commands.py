"""`figures`, `train` and `export`: the commands that need the train extra."""

import json
import re
from pathlib import Path

import pytest

from engine.bundle.manifest import load_bundle

RECIPE = Path(__file__).resolve().parents[3] / "engine" / "train" / "recipes" / "figurine.yaml"
WITHOUT = "import sys; sys.modules[{package!r}] = None; from server.cli import main; sys.exit(main(sys.argv[1:]))"


def test_figures_are_written_and_kept(cosmicman, tmp_path: Path) -> None:
    arguments = ("figures", "--out", "drawn", "--num", "2", "--seed", "5", "--workers", "1")
    outcome = cosmicman(*arguments)
    assert (outcome.status, outcome.out) == (0, "2 figures in drawn\n"), outcome.err
    first = {path: path.read_bytes() for path in (tmp_path / "drawn").rglob("*.*")}
    assert sorted(path.parent.name for path in first) == ["images", "images", "label", "parsing", "parsing"]
    assert cosmicman(*arguments).status == 0
    assert {path: path.read_bytes() for path in (tmp_path / "drawn").rglob("*.*")} == first


def test_figures_into_a_file_are_refused(refused, tmp_path: Path) -> None:
    (tmp_path / "drawn").write_text("", encoding="utf-8")
    assert "'drawn'" in refused("figures", "--out", "drawn", "--num", "1")


@pytest.mark.parametrize(("option", "value"), [("--num", "0"), ("--num", "many"), ("--seed", "-1"), ("--workers", "0")])
def test_wrong_numbers_of_figures_are_refused(refused, option: str, value: str) -> None:
    arguments = {"--num": "1", option: value}
    message = refused("figures", "--out", "drawn", *(word for pair in arguments.items() for word in pair))
    assert option in message and repr(value) in message


def test_missing_recipe_is_refused_by_name(refused) -> None:
    assert "none.yaml: No such file or directory" in refused("train", "none.yaml")


def test_unknown_setting_is_refused_by_name(refused) -> None:
    message = refused("train", str(RECIPE), "--set", "unet.fit.stepps=2")
    assert "unet.fit.stepps" in message and "batch_size" in message


def test_unknown_stage_is_refused_with_the_known_ones(refused) -> None:
    message = refused("train", str(RECIPE), "--stage", "paint")
    assert "'paint'" in message and "unet" in message


def test_training_without_data_says_how_to_make_it(refused) -> None:
    assert "cosmicman figures" in refused("train", str(RECIPE), "--set", "data.folder=nothing")


@pytest.mark.slow
def test_a_recipe_is_looked_through_and_nothing_is_written(cosmicman, tmp_path: Path) -> None:
    assert cosmicman("figures", "--out", "drawn", "--num", "3", "--workers", "1").status == 0
    told = ("data.folder=drawn", "probe=null", "vae.perceptual=null", "tokenizer.num_captions=50")
    outcome = cosmicman("train", str(RECIPE), "--check", *(word for each in told for word in ("--set", each)))
    assert outcome.status == 0, outcome.err
    assert "unet: 6,644,656 parameters, from nothing\n" in outcome.out
    assert outcome.out.endswith("figurine.yaml can be trained\n")
    assert [path.name for path in tmp_path.iterdir()] == ["drawn"]


def test_what_takes_no_step_has_no_stage(refused) -> None:
    message = refused("train", str(RECIPE), "--check", "--stage", "unet")
    assert "--check" in message and "leave out --stage and --resume" in message


def test_an_ablation_is_looked_through_too(refused) -> None:
    recipe = str(RECIPE.with_name("ablation.yaml"))
    assert "none holds no readable judge" in refused("ablation", recipe, "--check", "--judge", "none")
    assert "cosmicman figures" in refused("ablation", recipe, "--check", "--set", "data.folder=nothing")


def test_export_writes_a_bundle(tiny_int8: Path) -> None:
    """The command ran when the tiny models were made."""
    said = json.loads((tiny_int8 / "said.json").read_text(encoding="utf-8"))
    assert (said["status"], said["out"]) == (0, "bundle\n")
    assert re.search(r"peak memory \d+\.\d GB", said["err"])
    manifest = load_bundle(tiny_int8 / "bundle").manifest
    assert (manifest.name, manifest.precision) == ("small", "int8")


def test_export_of_nothing_is_refused_by_name(refused, tmp_path: Path) -> None:
    assert "nowhere" in refused("export", "nowhere", "--out", "bundle")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("aggdraw", ("figures", "--out", "drawn", "--num", "1")),
        ("yaml", ("train", "recipe.yaml")),
        ("torch", ("export", "checkpoint", "--out", "bundle")),
    ],
)
def test_missing_extra_is_named_with_the_way_to_install_it(cosmicman, package: str, arguments: tuple[str, ...]) -> None:
    outcome = cosmicman(*arguments, python=("-c", WITHOUT.format(package=package)))
    (line,) = outcome.err.splitlines()
    assert outcome.status == 2
    assert f"needs {package}" in line and "pip install" in line and "[train]" in line


def test_evaluate_asks_the_judge_about_pictures(cosmicman, tmp_path: Path) -> None:
    outcome = cosmicman("evaluate", "--figures", "--num", "4", "--phrases", "2", "--attributes", "1", "--out", "result")
    assert outcome.status == 0, outcome.err
    assert "Acc_all" in outcome.out and "judge on figures" in outcome.out
    result = json.loads((tmp_path / "result" / "evaluation.json").read_text(encoding="utf-8"))
    assert (result["num"], result["phrases_at_most"], result["attributes_at_most"]) == (4, 2, 1)


def test_evaluating_without_a_judge_is_refused_by_name(cosmicman) -> None:
    outcome = cosmicman("evaluate", "--figures", "--num", "1", "--judge", "none")
    assert outcome.status == 2
    assert "none holds no readable judge" in outcome.err
