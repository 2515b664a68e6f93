"""The control stage: figures and their maps, a batch that a number decides, a network that diffusers reads."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import T2IAdapter

from engine.control.layout import chances, sets_of_items
from engine.control.skeleton import POINTS
from engine.regions.items import BACKGROUND, ITEM_CLASSES
from engine.train import main
from engine.train.control.figures import seen
from engine.train.control.stage import ControlStage
from engine.train.control.vague import vague
from engine.train.figures import draw_figure, sample_figure
from engine.train.recipe.control import ControlConfig
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.reading import load_recipe
from engine.train.run import Run
from tests.engine.train.conftest import write_recipe
from tests.engine.train.test_base import base_tree

FIT = {"steps": 2, "batch_size": 2, "learning_rate": 1e-3, "warmup_steps": 1, "log_every": 1}
SMALL = {"num_figures": 6, "num_held_out": 2, "cell": 8, "fit": FIT}


def test_joints_lie_on_the_person_and_left_is_the_persons_own() -> None:
    for seed in range(40):
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        assert drawing.joints.shape == (len(POINTS), 2)
        by_name = dict(zip(POINTS, drawing.joints, strict=True))
        assert (
            by_name["left shoulder"][0] > by_name["right shoulder"][0] and by_name["left ear"][0] > by_name["nose"][0]
        )
        height, width = drawing.items.shape
        for name in ("nose", "neck", "left hip", "right hip"):
            x, y = by_name[name]
            if 0 < x < 1 and 0 < y < 1:
                assert drawing.items[int(y * height), int(x * width)] != BACKGROUND, (seed, name)
    assert seen(np.array([[0.5, 0.5], [1.2, 0.5]])) == [(0.5, 0.5), None]


def test_vague_layouts_say_less_and_never_something_else() -> None:
    rng = np.random.default_rng(0)
    exact = chances(sets_of_items(rng.integers(0, len(ITEM_CLASSES), (8, 8)).astype(np.uint8)))
    many = np.repeat((255 * exact).astype(np.uint8)[None], 200, 0)
    found = vague(many, many, rng)
    assert found.shape == many.shape and found.dtype == np.float32 and 0 <= found.min() <= found.max() <= 1
    whole = found.sum(1)
    assert ((whole > 0.99) | (whole < 0.01)).all()
    background = exact[BACKGROUND] > 0
    assert (found[:, BACKGROUND][:, ~background] == 0).all()
    kinds = {tuple(np.round(each.max((1, 2)), 3)) for each in found}
    assert len(kinds) > 10 and any(np.array_equal(each, exact) for each in found)


@pytest.fixture(params=["sd", "sdxl"])
def base(request: pytest.FixtureRequest, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[request.param]


@pytest.fixture
def recipe_path(base: Path, tmp_path: Path) -> Path:
    return write_recipe(tmp_path / "recipe.yaml", base_tree(base, tmp_path / "no rows are read", control=SMALL))


def test_both_kinds_are_trained_for_diffusers(recipe_path: Path, tmp_path: Path) -> None:
    assert main(recipe_path, stage="control", out=tmp_path / "out") == 0
    for kind, channels in (("layout", len(ITEM_CLASSES)), ("pose", 3)):
        network = T2IAdapter.from_pretrained(tmp_path / "out" / "control" / kind)
        assert network.config.in_channels == channels
    run = Run(load_recipe(recipe_path), tmp_path / "out", resume=True)
    assert run.is_done("control")


def test_a_batch_is_decided_by_its_number_and_the_unet_stays(recipe_path: Path, tmp_path: Path) -> None:
    recipe = load_recipe(recipe_path)
    run = Run(recipe, tmp_path / "out", resume=False)
    assert recipe.control is not None
    unet = run._full_unet()
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    stage = ControlStage(recipe.control, "layout", recipe, run.parts, unet, tmp_path)
    one, again, other = stage.batch(1, 0, 1), stage.batch(1, 0, 1), stage.batch(2, 0, 1)
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert one["latents"].shape != other["latents"].shape or not torch.equal(one["noise"], other["noise"])
    losses = stage.objective(stage.complete(one))
    losses["loss"].backward()
    assert all(value.grad is None for value in unet.parameters())
    assert any(value.grad is not None and value.grad.any() for value in stage.adapter.parameters())
    assert all(torch.equal(value, before[name]) for name, value in unet.state_dict().items())
    numbers = stage.report(0)
    assert numbers["held_out"] > 0 and numbers["held_out_without"] > 0


def config(**changes: Any) -> ControlConfig:
    return replace(ControlConfig(fit=FitConfig(steps=1, batch_size=1, learning_rate=1e-3)), **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kinds": ("depth",)}, "kinds must be of layout, pose, each once, got .'depth'."),
        ({"kinds": ()}, "kinds must be of"),
        ({"kinds": ("pose", "pose")}, "each once"),
        ({"cell": 0}, "cell must be more than 0"),
        ({"caption_dropout": 1.5}, "caption_dropout must lie between 0 and 1"),
        ({"first_seed": 3}, "first_seed must be at least 4000000"),
        ({"num_figures": 10**6}, "run into the held-out ones"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        config(**changes)


def test_squares_that_do_not_fill_a_feature_are_refused(recipe_path: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cell must divide 8, the pixels of a feature, got 3"):
        main(recipe_path, ["control.cell=3"], stage="control", out=tmp_path / "out")
