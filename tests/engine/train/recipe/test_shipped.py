"""Every recipe that ships starts from the weights it names, takes a first step of every stage, and leaves a model.

The pictures are few and, for CosmicMan, small; base models of the hub have stand-ins of random weights. All else, and
above all the weights of this repository, is as the recipe has it.
"""

import json
import subprocess
from pathlib import Path

import pytest

from engine.train import dry_run, main
from engine.train.figures import write_figures
from engine.train.recipe.reading import as_tree, load_recipe

ROOT = Path(__file__).resolve().parents[4]
RECIPES = sorted((ROOT / "engine" / "train" / "recipes").glob("*.yaml"))
SHIPPED = ROOT / "models" / "figurine" / "checkpoint"
NEEDS_GPU = ("figurine_gpu",)
ON_A_CPU = ["probe.fit.cuda_graphs=false", "unet.fit.cuda_graphs=false", "data.workers=0"]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    write_figures(folder, 24)
    return folder


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipes name their weights from there."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def here(request: pytest.FixtureRequest) -> list[str]:
    """What a recipe needs to be told on this machine: other data, and a stand-in for a base of the hub."""
    name = request.node.callspec.params["path"].stem
    if name in ("cosmicman-sd", "cosmicman-sdxl"):
        base = request.getfixturevalue("sdxl_checkpoint" if name.endswith("xl") else "checkpoint")
        data = request.getfixturevalue("data")
        smaller = [
            "data.sizes=[[16, 24], [24, 16]]",
            "package.default_size=[24, 32]",
            "hola.strides=[8]",
            "unet.num_validation=4",
        ]
        return [f"data.folder={data}", f"base.pipeline={base}", *smaller, "data.workers=0"]
    return [f"data.folder={request.getfixturevalue('figures')}", *(ON_A_CPU if name in NEEDS_GPU else ())]


def _one_step(path: Path) -> list[str]:
    """Overrides that make every stage a single small step."""
    tree = as_tree(load_recipe(path))
    with_fit = ("vae", "parser", "text", "probe", "fast_decoder", "few_steps", "control")
    fits = ["unet.fit"] + [f"{name}.fit" for name in with_fit if (tree[name] or {}).get("fit")]
    fits += ["vae.perceptual.fit"] if (tree["vae"] or {}).get("perceptual") else []
    told = [f"{fit}.{setting}" for fit in fits for setting in ("steps=1", "batch_size=2", "accumulate=1")]
    told += ["tokenizer.num_captions=500", "vae.num_pictures=32"] if tree["vae"] else []
    told += ["parser.num_figures=12", "parser.num_decoded=4", "parser.num_held_out=4"] if tree["parser"] else []
    told += ["fast_decoder.num_pictures=32"] if tree["fast_decoder"] else []
    told += ["few_steps.num_trajectories=4", "few_steps.num_samples=0"] if tree["few_steps"] else []
    told += ["control.num_figures=8", "control.num_held_out=4"] if tree["control"] else []
    told += ["probe.rollout.begin=0"] if tree["probe"] else []
    told += ["threads=1"]  # two that wait for each other spin on cores that other tests are at work on
    return [*told, "unet.num_samples=0", "peak_teraflops=1"]  # which is measured for longer than a step takes


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_that_ships_fits_the_weights_it_names(path: Path, here: list[str], tmp_path: Path) -> None:
    recipe = load_recipe(path)
    lines = dict(line.split(": ", 1) for line in dry_run(path, here))
    named = {name: getattr(recipe, name).initial for name in ("tokenizer", "vae", "text", "unet") if not recipe.base}
    for name, initial in named.items():
        assert str(initial or "from nothing") in lines[name], name
    assert not recipe.base or "from " in lines["unet"]
    assert lines["data"].startswith(("24 samples", "64 samples"))


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_that_ships_takes_its_first_steps(path: Path, here: list[str], tmp_path: Path) -> None:
    assert main(path, [*here, *_one_step(path)], out=tmp_path / "out") == 0
    costs = json.loads((tmp_path / "out" / "training.json").read_text(encoding="utf-8"))["stages"]
    assert all(cost["steps"] == 1 for name, cost in costs.items() if name not in ("tokenizer", "package"))
    assert costs["unet"]["loss"] > 0 and (tmp_path / "out" / "package" / "model_index.json").is_file()


def test_the_recipe_from_nothing_has_the_shapes_of_the_shipped_weights(figures: Path) -> None:
    (path,) = (path for path in RECIPES if path.stem == "figurine")
    parts = {"tokenizer": "tokenizer", "vae": "vae", "text": "text_encoder", "unet": "unet"}
    initial = [f"{section}.initial={SHIPPED / folder}" for section, folder in parts.items()]
    assert f"unet: 6,644,656 parameters, from {SHIPPED / 'unet'}" in dry_run(
        path, [f"data.folder={figures}", *initial, "vae.perceptual=null"]
    )


@pytest.mark.parametrize("name", ["cosmicman-sd", "cosmicman-sdxl"])
def test_the_recipes_for_photographs_have_the_published_settings(name: str) -> None:
    (path,) = (path for path in RECIPES if path.stem == name)
    recipe = load_recipe(path)
    hola, caption, fit = recipe.hola, recipe.caption, recipe.unet.fit
    assert (hola.variant, hola.weight, hola.strides) == ("hola_reference", 1.0, (16,))
    assert (caption.synonyms, caption.list_fraction, caption.attribute_dropout) == (0.0, 1.0, 0.0)
    assert (caption.phrase_dropout, caption.framing_dropout, caption.caption_dropout) == (0.1, 0.0, 0.1)
    assert caption.late_slot_dropout == pytest.approx(1 - 0.5 * 0.9)
    assert (fit.batch_size, fit.accumulate, fit.learning_rate, fit.warmup_steps) == (4, 4, 1e-5, 0)
    assert (fit.ema_decay, fit.mixed_precision, fit.steps, fit.decay_fraction) == (0.9999, "bf16", 100_000, 0.0)
    assert (recipe.noise.noise_offset, recipe.noise.min_snr_gamma, recipe.data.posterior) == (0.05, None, "sample")


def test_one_command_goes_on_from_the_shipped_weights() -> None:
    """`make continue-figurine` draws the figures and trains a recipe whose every part is a shipped one."""
    told = subprocess.run(["make", "-n", "continue-figurine"], cwd=ROOT, capture_output=True, text=True, check=True)
    *draws, trains = [line for line in told.stdout.splitlines() if "/cosmicman " in line]
    recipe = load_recipe(ROOT / trains.split(" train ")[1].split()[0])
    assert draws and all(f"figures --out {recipe.data.folder} " in line for line in draws) and "--resume" in trains
    assert recipe.vae and recipe.text
    named = [recipe.tokenizer.initial, recipe.vae.initial, recipe.text.initial, recipe.unet.initial]
    parts = ["tokenizer", "vae", "text_encoder", "unet"]
    assert named == [SHIPPED.relative_to(ROOT) / part for part in parts]


def test_a_recipe_for_a_gpu_says_so_where_there_is_none(figures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    (path,) = (path for path in RECIPES if path.stem in NEEDS_GPU)
    with pytest.raises(ValueError, match=r"probe\.fit\.cuda_graphs needs a CUDA device, and this machine has none"):
        dry_run(path, [f"data.folder={figures}"])
