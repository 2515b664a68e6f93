"""The parser's parts: overlap by hand, a loss at one pixel of four, batches that a number decides, a bundle with it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle.manifest import load_bundle
from engine.regions.items import ITEM_CLASSES
from engine.regions.regions import load_regions
from engine.settings import EngineSettings
from engine.train.figures import draw_figure, sample_figure
from engine.train.parser.export import add_parser
from engine.train.parser.figures import item_shelves
from engine.train.parser.network import ParserNetwork, load_parser
from engine.train.parser.overlap import Overlap
from engine.train.parser.stage import ParserObjective, ParserStage, class_weights, soft_overlap
from engine.train.pixels import to_tensor
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.parser import ParserConfig

WIDTHS = (4, 8, 8, 8)
CONFIG = ParserConfig(
    num_figures=6,
    num_decoded=0,
    num_held_out=2,
    widths=WIDTHS,
    fit=FitConfig(steps=1, batch_size=4, learning_rate=1e-3),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> ParserStage:
    return ParserStage(CONFIG, 0, None, tmp_path_factory.mktemp("cache"))


def test_overlap_is_intersection_over_union_of_each_class() -> None:
    overlap = Overlap()
    overlap.add(np.array([[0, 0, 5, 5]], np.uint8), np.array([[0, 5, 5, 6]], np.uint8))
    assert overlap.by_class() == {"background": 1 / 2, "top": 1 / 3, "outerwear": 0.0}
    assert overlap.mean() == pytest.approx((1 / 2 + 1 / 3) / 3)
    assert overlap.person() == pytest.approx(2 / 3)  # a coat taken for a top is the person all the same
    assert overlap.pixels() == 1 / 2
    assert json.loads(json.dumps(overlap.facts()))["classes"]["top"] == 0.3333
    with pytest.raises(ValueError, match=r"one shape, got \(1, 4\) and \(4, 1\)"):
        overlap.add(np.zeros((1, 4), np.uint8), np.zeros((4, 1), np.uint8))


def test_nothing_counted_is_nothing() -> None:
    assert (Overlap().mean(), Overlap().person(), Overlap().pixels(), Overlap().by_class()) == (0, 0, 0, {})


def test_every_fourth_pixel_has_the_scores_of_the_whole_picture() -> None:
    network = ParserNetwork(WIDTHS).eval()
    pictures = torch.randn(2, 3, 64, 48)
    with torch.no_grad():
        whole = network(pictures)
        assert whole.shape == (2, len(ITEM_CLASSES), 64, 48)
        for phase in range(4):
            found = network.every_fourth(pictures, torch.tensor(phase))
            torch.testing.assert_close(found, whole[:, :, phase // 2 :: 2, phase % 2 :: 2])


@pytest.mark.parametrize("widths", [(8,), (8, 0), ()])
def test_widths_that_are_none_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="widths must be two or more positive numbers"):
        ParserNetwork(widths)


def test_soft_overlap_of_certain_scores_is_the_overlap() -> None:
    items = torch.tensor([[[0, 5], [5, 6]]])
    scores = torch.full((1, len(ITEM_CLASSES), 2, 2), -50.0)
    for place, found in enumerate((0, 0, 5, 5)):
        scores[0, found, place // 2, place % 2] = 50.0
    assert float(soft_overlap(scores, items)) == pytest.approx((1 / 2 + 1 / 3 + 0) / 3, abs=1e-4)


def test_a_batch_is_decided_by_its_number_and_true(stage: ParserStage) -> None:
    one, again, other = stage.batch(3, 0, 1), stage.batch(3, 0, 1), stage.batch(4, 0, 1)
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["pictures"][0], other["pictures"][0])
    height, width = one["pictures"].shape[2:]
    assert one["items"].shape == (4, height // 2, width // 2)
    assert float(one["pictures"].min()) >= -1 and float(one["pictures"].max()) <= 1
    phase = int(one["phase"])
    figures = [draw_figure(sample_figure(CONFIG.first_seed + number)).items for number in range(CONFIG.num_figures)]
    known = {each[:, ::turn][phase // 2 :: 2, phase % 2 :: 2].tobytes() for each in figures for turn in (1, -1)}
    assert {items.numpy().astype(np.uint8).tobytes() for items in one["items"]} <= known


def test_an_objective_takes_a_batch(stage: ParserStage) -> None:
    objective = stage.objective
    assert isinstance(objective, ParserObjective)
    losses = objective(stage.batch(0, 0, 1))
    losses["loss"].backward()
    assert set(losses) == {"loss", "entropy", "missed"} and all(torch.isfinite(each) for each in losses.values())
    assert all(value.grad is not None for value in objective.parameters())


def test_rare_classes_weigh_more(stage: ParserStage) -> None:
    weights = class_weights(stage.shelves)
    assert weights.mean() == pytest.approx(1, abs=1e-5)
    assert weights[ITEM_CLASSES.index("eyewear")] > weights[ITEM_CLASSES.index("background")]


def test_figures_are_drawn_once(tmp_path: Path) -> None:
    drawn = item_shelves(3_000_000, 3, tmp_path)
    (file,) = tmp_path.iterdir()
    changed = file.stat().st_mtime_ns
    read = item_shelves(3_000_000, 3, tmp_path)
    assert file.stat().st_mtime_ns == changed
    assert all(
        (one.pictures == two.pictures).all() and (one.items == two.items).all()
        for one, two in zip(drawn, read, strict=True)
    )
    assert sum(len(shelf.pictures) for shelf in drawn) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first_seed": 1_000_000}, "first_seed must be at least 3000000"),
        ({"num_figures": 1_000_000}, "run into the held-out ones"),
        ({"num_decoded": -1}, "must not be negative"),
        ({"decoded_fraction": 1.5}, "decoded_fraction"),
        ({"widths": (8,)}, "two or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(CONFIG, **changes)


def test_a_trained_parser_goes_into_a_bundle_and_answers_as_in_torch(bundle: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = ParserNetwork(WIDTHS).eval()
    network.save(tmp_path / "parser")
    torch.testing.assert_close(load_parser(tmp_path / "parser").state_dict(), network.state_dict())
    manifest = add_parser(bundle, tmp_path / "parser", tmp_path / "bundle", precision="fp32")
    assert manifest.parser == ITEM_CLASSES
    before = load_bundle(bundle).manifest
    assert {name: entry for name, entry in manifest.files.items() if name != "parser.onnx"} == before.files
    regions = load_regions(load_bundle(tmp_path / "bundle"), EngineSettings(num_threads=1))
    assert regions is not None
    rng = np.random.default_rng(0)
    for width, height in before.sizes:
        picture = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        filled = np.pad(picture, ((0, -height % 16), (0, -width % 16), (0, 0)), mode="edge")
        with torch.no_grad():
            expected = network(to_tensor(filled[None])).argmax(1)[0, :height, :width].numpy()
        assert (regions.label_map(picture) == expected).mean() > 0.999
    copied = add_parser(bundle, tmp_path / "bundle", tmp_path / "copied")
    assert copied.files["parser.onnx"] == manifest.files["parser.onnx"]


def test_a_folder_without_a_parser_is_refused(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no readable parser"):
        add_parser(bundle, tmp_path, tmp_path / "out")
    with pytest.raises(ValueError, match=r"it lists no parser\.onnx"):
        add_parser(bundle, bundle, tmp_path / "out")
    assert not (tmp_path / "out").exists()
