"""An ablation trains every variant with every seed once, judges all alike, and goes on where it was stopped."""

import csv
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.train.ablation import ablation
from engine.train.ablation.ablation import check_ablation, run_ablation
from engine.train.recipe.reading import load_recipe
from tests.engine.train.conftest import recipe_tree, write_recipe
from tests.engine.train.processes import exit_code

ROOT = Path(__file__).resolve().parents[4]


def tree_of(finished: Path, data: Path, **ablation: Any) -> dict[str, Any]:
    """A tiny UNet from nothing beside parts that are taken as they are."""
    tree = recipe_tree(data)
    for name, part in (("tokenizer", "tokenizer"), ("vae", "vae"), ("text", "text_encoder")):
        tree[name].pop("fit", None)
        tree[name]["initial"] = str(finished / part)
    tree["unet"]["fit"]["steps"] = 2
    variants = [{"name": "none", "set": ["hola.variant=none"]}, {"name": "mass", "set": ["hola.variant=hola_mass"]}]
    tree["ablation"] = {"variants": variants, "seeds": [0, 1], "num_descriptions": 2, **ablation}
    return tree


@pytest.mark.slow
def test_variants_are_trained_judged_and_compared(finished: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "tiny.yaml", tree_of(finished, data))
    out, judge = tmp_path / "out", ROOT / "models" / "judge"
    text = run_ablation(recipe, ["ablation.seeds=[0]"], out, judge=judge)
    assert "| none | 1 |" in text and "| mass - none | attention inside |" in text
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.safetensors")}
    assert len(list((out / "cache").glob("latents-*"))) == 1  # the variants' latents are the same ones

    shutil.rmtree(out / "mass-0" / "evaluation")
    text = run_ablation(recipe, [], out, judge=judge)
    assert "| none | 2 |" in text and text == (out / "ablation.md").read_text(encoding="utf-8")
    trained = [path for path in before if "package" not in path.parts]
    assert trained and all(path.stat().st_mtime_ns == before[path] for path in trained)
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    assert folders == ["cache", "mass-0", "mass-1", "none-0", "none-1"]


@pytest.mark.slow
def test_runs_go_on_from_one_start_and_a_killed_grid_goes_on_where_it_was(
    finished: Path, data: Path, tmp_path: Path
) -> None:
    start = {"set": ["hola.variant=none", "unet.fit.steps=3"], "seed": 5}
    tree = tree_of(finished, data, start=start, seeds=[0])
    recipe = write_recipe(tmp_path / "tiny.yaml", tree)
    out, judge = tmp_path / "out", ROOT / "models" / "judge"
    assert exit_code(_die_in_the_second_run, recipe, out, judge) == -signal.SIGKILL
    assert not (out / "mass-0" / "evaluation").exists()
    told = (out / "ablation.md").read_text(encoding="utf-8")
    assert "| start | 1 |" in told and "| none | 1 |" in told and "mass" not in told
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.safetensors") if "mass-0" not in path.parts}

    text = run_ablation(recipe, ["peak_teraflops=1.0"], out, judge=judge)  # which trains nothing else
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert "| mass - none | denoising error |" in text and "| start | 1 |" in text
    recorded = json.loads((out / "mass-0" / "training.json").read_text(encoding="utf-8"))["recipe"]
    assert recorded["unet"]["initial"] == str(out / "start" / "unet") and recorded["seed"] == 0
    started = json.loads((out / "start" / "training.json").read_text(encoding="utf-8"))
    assert (started["recipe"]["seed"], started["stages"]["unet"]["steps"]) == (5, 3)
    rows = list(csv.DictReader((out / "ablation.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["variant"] for row in rows} == {"start", "none", "mass"}
    assert json.loads((out / "ablation.json").read_text(encoding="utf-8"))["differences"]

    with pytest.raises(
        ValueError, match=r"start was trained with unet\.heads 2, and .*tiny\.yaml says 4: choose another"
    ):
        run_ablation(recipe, ["unet.heads=4"], out, judge=judge)


def _die_in_the_second_run(recipe: Path, out: Path, judge: Path) -> None:
    kept = ablation._train

    def train(path: Path, cell: Any) -> None:
        if cell.variant == "mass":
            os.kill(os.getpid(), signal.SIGKILL)
        kept(path, cell)

    ablation._train = train
    run_ablation(recipe, [], out, judge=judge)


def test_parts_without_a_fit_are_taken_as_they_are(finished: Path, data: Path, tmp_path: Path) -> None:
    from engine.train import main

    recipe = write_recipe(tmp_path / "tiny.yaml", tree_of(finished, data))
    for stage in ("tokenizer", "vae", "text"):
        main(recipe, stage=stage, out=tmp_path / "out")
    for part in ("vae", "text_encoder"):
        for name in ("config.json", *(path.name for path in (finished / part).glob("*.safetensors"))):
            got, given = ((folder / part / name).read_bytes() for folder in (tmp_path / "out", finished))
            assert got == given or name == "config.json", f"{part}/{name} changed"


@pytest.mark.parametrize(
    ("ablation", "message"),
    [
        ({"variants": [{"name": "none"}]}, "variants must be two or more of different names, got none"),
        ({"variants": [{"name": "a"}, {"name": "a"}]}, "different names, got a, a"),
        ({"seeds": [1, 1]}, r"one or more different numbers, got \[1, 1\]"),
        ({"variants": [{"name": "../a"}, {"name": "b"}]}, "name must be lower-case letters"),
        ({"num_descriptions": 0}, "num_descriptions must be more than 0"),
        ({"variants": [{"name": "start"}, {"name": "b"}], "start": {}}, "no variant may be called start"),
        ({"start": {"set": ["seed=4"]}}, r"the seed of the start is ablation\.start\.seed"),
        ({"variants": [{"name": "a"}, {"name": "b", "set": ["hola.size=3"]}]}, "unknown setting hola.size"),
    ],
)
def test_a_wrong_ablation_trains_nothing(
    finished: Path, data: Path, tmp_path: Path, ablation: dict[str, Any], message: str
) -> None:
    recipe = write_recipe(tmp_path / "tiny.yaml", tree_of(finished, data, **ablation))
    with pytest.raises(ValueError, match=message):
        run_ablation(recipe, [], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_a_judge_nothing_is_trained(finished: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "tiny.yaml", tree_of(finished, data))
    with pytest.raises(ValueError, match="holds no readable judge"):
        run_ablation(recipe, [], tmp_path / "out", judge=tmp_path / "nobody")
    assert not (tmp_path / "out").exists()


def test_each_variant_is_looked_through(finished: Path, data: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path / "tiny.yaml", tree_of(finished, data))
    lines = check_ablation(recipe, [])
    assert sorted({line.partition(":")[0] for line in lines}) == ["mass", "none"]
    assert any(line.startswith("none: vae: ") and line.endswith(f"as {finished / 'vae'} has it") for line in lines)
    variants = tree_of(finished, data, variants=[{"name": "none"}, {"name": "other", "set": ["hola.strides=[32]"]}])
    with pytest.raises(ValueError, match=r"hola\.strides"):
        check_ablation(write_recipe(tmp_path / "other.yaml", variants), [])


def test_a_recipe_without_variants_is_refused(recipe_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a section ablation with variants and seeds"):
        run_ablation(recipe_file, [], tmp_path / "out")


def test_the_recipe_that_ships_varies_the_loss_alone() -> None:
    path = ROOT / "engine" / "train" / "recipes" / "ablation.yaml"
    settings = load_recipe(path).ablation
    assert settings is not None and len(settings.seeds) >= 3
    changed = [override.partition("=")[0] for variant in settings.variants for override in variant.set]
    assert [variant.name for variant in settings.variants] == ["none", "hola", "hola_mass"]
    assert set(changed) == {"hola.variant", "hola.weight"}


def test_the_grid_that_ships_varies_the_loss_alone_from_a_start_without_it() -> None:
    path = ROOT / "engine" / "train" / "recipes" / "hola_grid.yaml"
    settings = load_recipe(path).ablation
    assert settings is not None and settings.start is not None and len(settings.seeds) >= 3
    assert load_recipe(path, settings.start.set).hola.variant == "none"
    told = {variant.name: load_recipe(path, variant.set).hola for variant in settings.variants}
    assert {(hola.variant.value, hola.weight) for name, hola in told.items() if name != "none"} == {
        ("hola", 0.2), ("hola", 1.0), ("hola_reference", 0.2), ("hola_reference", 1.0),
    }  # fmt: skip
    changed = [override.partition("=")[0] for variant in settings.variants for override in variant.set]
    assert set(changed) == {"hola.variant", "hola.weight"} and told["none"].variant == "none"
