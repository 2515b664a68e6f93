"""A recipe is read whole or refused with the key that is wrong."""

import copy
import re
import typing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.train.recipe.losses import HolaVariant
from engine.train.recipe.reading import as_tree, load_recipe
from engine.train.recipe.recipe import Recipe

FIGURINE = Path(__file__).parents[4] / "engine" / "train" / "recipes" / "figurine.yaml"


@pytest.fixture(scope="module")
def tree(recipe_file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(recipe_file.read_text(encoding="utf-8"))
    return loaded


def test_the_bundled_recipe_is_valid_and_survives_a_round_trip(tmp_path: Path) -> None:
    recipe = load_recipe(FIGURINE)
    assert recipe.name == "figurine" and recipe.hola.variant is HolaVariant.HOLA_MASS
    again = tmp_path / "again.yaml"
    again.write_text(yaml.safe_dump(as_tree(recipe)), encoding="utf-8")
    assert load_recipe(again) == recipe


def test_overrides_are_typed(recipe_file: Path) -> None:
    recipe = load_recipe(
        recipe_file, ["unet.fit.steps=9", "unet.fit.learning_rate=2e-4", "data.limit=null", "hola.variant=none"]
    )
    assert recipe.unet.fit.steps == 9 and recipe.unet.fit.learning_rate == 2e-4
    assert recipe.data.limit is None and recipe.hola.variant is HolaVariant.NONE


def test_a_tilde_in_a_path_is_the_home_folder(recipe_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/of-somebody")
    assert load_recipe(recipe_file, ["data.folder=~/photographs"]).data.folder == Path("/home/of-somebody/photographs")


def test_no_is_the_name_of_a_precision(recipe_file: Path, tmp_path: Path) -> None:
    told = ["unet.fit.mixed_precision=no", "data.mirror=true", "name=trueness"]
    recipe = load_recipe(recipe_file, told)
    assert (recipe.unet.fit.mixed_precision, recipe.data.mirror, recipe.name) == ("no", True, "trueness")
    written = recipe_file.read_text(encoding="utf-8").replace("ema_decay: 0.9", "mixed_precision: no")
    (tmp_path / "no.yaml").write_text(written, encoding="utf-8")
    assert load_recipe(tmp_path / "no.yaml").unet.fit.mixed_precision == "no" and "mixed_precision: no" in written
    with pytest.raises(ValueError, match="data.mirror must be bool, got 'yes'"):
        load_recipe(recipe_file, ["data.mirror=yes"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("unet.fit.setps=9", "unknown setting unet.fit.setps; expected one of .*steps"),
        ("colour=1", "unknown setting colour"),
        ("unet.fit.steps=many", "unet.fit.steps must be int, got 'many'"),
        ("unet.fit.steps=true", "unet.fit.steps must be int, got True"),
        ("unet.fit.steps=0", "unet.fit: steps must be more than 0, got 0"),
        ("unet.fit.learning_rate=fast", "unet.fit.learning_rate must be a number"),
        ("unet.fit.learning_rate=.nan", "unet.fit.learning_rate must be a finite number, got nan"),
        ("unet.fit.learning_rate=.inf", "unet.fit.learning_rate must be a finite number, got inf"),
        ("unet.fit.learning_rate=1e999", "unet.fit.learning_rate must be a finite number, got inf"),
        ("unet.fit.mixed_precision=fp8", "unet.fit: mixed_precision must be no, bf16 or fp16, got 'fp8'"),
        ("unet=3", "unet must be a mapping of settings, got 3"),
        ("unet.fit.betas=[0.9]", r"unet.fit.betas must be a list of 2"),
        ("vae.block_out_channels=8", "vae.block_out_channels must be a list, got 8"),
        ("vae.crop=[15, 16]", "vae: vae.crop must be multiples of 4"),
        ("vae.crop=[32, 32]", r"vae.crop must fit into every size of data.sizes, got \(32, 32\) for \(16, 24\)"),
        ("data.sizes=[[20, 24]]", "data.sizes must be multiples of 8"),
        ("data.sizes=[]", "data.sizes must name at least one size"),
        ("caption.phrase_dropout=1.5", "caption: phrase_dropout must lie between 0 and 1"),
        ("caption.short_fraction=-1", "caption: short_fraction must lie between 0 and 1"),
        ("hola.variant=best", "hola.variant must be one of none, hola, hola_reference, hola_mass, got 'best'"),
        ("hola.weight=-1", "hola.weight must not be negative"),
        ("probe={}", "setting probe.fit is missing"),
        ("probe.wieght=1", "unknown setting probe.wieght"),
        ("caption.keep_minor=0.5", "unknown setting caption.keep_minor; expected one of .*late_slot_dropout"),
        ("noise.prediction_type=x", "noise: prediction_type must be epsilon or v_prediction"),
        ("vae.freeze_encoder=true", "vae: freeze_encoder needs vae.initial"),
        ("vae.latent_noise=-1", r"vae.latent_noise must not be negative, got -1"),
        ("vae.perceptual={}", r"setting vae.perceptual.fit is missing"),
        ("caption.everyday_fraction=2", "caption: everyday_fraction must lie between 0 and 1"),
        ("text.keep_weight=-1", "text: keep_weight must not be negative, got -1"),
        ("text.keep_weight=1", "text: keep_weight needs text.initial and text.fit"),
        ("data.format=zip", "data: format must be cosmicman, webdataset or pictures, got 'zip'"),
        ("data.max_unreadable=-1", "data: max_unreadable must be at least 0"),
        ("tokenizer.vocab_size=100", "tokenizer: vocab_size must be at least 514"),
        ("vae.initial=~nobody-of-that-name/vae", "vae.initial begins with ~ and a name that nobody here has"),
        ("name", "an override is written a.b=value"),
        ("name.first=x", "name is a value, not a section"),
    ],
)
def test_a_wrong_setting_is_named(recipe_file: Path, override: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_recipe(recipe_file, [override])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("probe.weight=-1", "probe: weight and noise must not be negative, got -1.0 and 0.6"),
        ("probe.width=12", "probe: width must be a multiple of 8, got 12"),
        ("probe.blocks=0", "probe: blocks must be more than 0"),
        ("probe.held_out=1", "probe: held_out must lie between 0 and 1, got 1.0"),
        ("probe.fit.steps=0", "probe.fit: steps must be more than 0"),
    ],
)
def test_a_wrong_setting_of_the_probe_is_named(recipe_file: Path, override: str, message: str) -> None:
    fit = "probe.fit={steps: 1, batch_size: 1, learning_rate: 1}"
    probe = load_recipe(recipe_file, [fit]).probe
    assert probe is not None and probe.weight == 0.5
    with pytest.raises(ValueError, match=message):
        load_recipe(recipe_file, [fit, override])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("vae.perceptual.weight=0", "vae.perceptual: weight must be more than 0"),
        ("vae.perceptual.widths=[8, 12]", r"vae.perceptual: widths must be multiples of 8, got \[8, 12\]"),
        ("vae.perceptual.held_out=1", "vae.perceptual: held_out must lie between 0 and 1, got 1.0"),
        ("vae.fit=null", r"vae.perceptual needs vae.fit: nothing is trained by it"),
    ],
)
def test_a_wrong_setting_of_the_perceptual_network_is_named(recipe_file: Path, override: str, message: str) -> None:
    fit = "vae.perceptual={fit: {steps: 1, batch_size: 1, learning_rate: 1}}"
    recipe = load_recipe(recipe_file, [fit])
    assert recipe.vae is not None and recipe.vae.perceptual is not None and recipe.vae.perceptual.weight == 0.5
    with pytest.raises(ValueError, match=message):
        load_recipe(recipe_file, [fit, override])


@pytest.mark.parametrize("path", sorted(FIGURINE.parent.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_recipe_that_ships_is_one(path: Path) -> None:
    assert load_recipe(path).name == path.stem.partition("_")[0]


def test_a_missing_setting_is_named(tree: dict[str, Any], tmp_path: Path) -> None:
    short = copy.deepcopy(tree)
    del short["unet"]["fit"]["batch_size"]
    path = tmp_path / "short.yaml"
    path.write_text(yaml.safe_dump(short), encoding="utf-8")
    with pytest.raises(ValueError, match=r"setting unet\.fit\.batch_size is missing"):
        load_recipe(path)


@pytest.mark.parametrize("text", ["a: [", "- 1\n", ""])
def test_what_is_no_recipe_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yaml (is not YAML|must hold a mapping)"):
        load_recipe(path)


def _keys(config: type, where: str = "") -> set[str]:
    hints = typing.get_type_hints(config)
    found = set()
    for entry in fields(config):
        hint = hints[entry.name]  # a section, perhaps one that may be left out
        section = next((each for each in (hint, *typing.get_args(hint)) if is_dataclass(each)), None)
        found |= _keys(section, f"{where}{entry.name}.") if isinstance(section, type) else {where + entry.name}
    return found


def test_the_documented_keys_are_the_recipes() -> None:
    page = (FIGURINE.parents[3] / "docs" / "training.md").read_text(encoding="utf-8")
    documented = set()
    for line in page.partition("| key | default | meaning |\n|---|---|---|\n")[2].split("\n\n")[0].splitlines():
        first, *rest = re.findall(r"`([^`]+)`", line.split("|")[1])
        documented |= {first, *(first.rpartition(".")[0] + "." + name for name in rest)}
    known = {re.sub(r"^[\w.]+\.fit\.", "*.fit.", key) for key in _keys(Recipe)}
    assert documented == known
