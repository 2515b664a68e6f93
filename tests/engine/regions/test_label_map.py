"""Label maps from a real graph: by colour, so that what is right is known, at every size of the manifest and others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import load_bundle
from engine.description.groups import Group
from engine.errors import GenerationError, NotFiniteError
from engine.regions.items import BACKGROUND, GROUP_ITEMS, ITEM_CLASSES, item_classes_of
from engine.regions.label_map import Picture, chances, group_mask, label_map, person_alpha
from engine.regions.regions import Regions, load_regions
from engine.sessions.onnx import OnnxSession
from engine.settings import EngineSettings
from engine.train.figures.cloth import Item

HAIR, TOP = ITEM_CLASSES.index("hair"), ITEM_CLASSES.index("top")
SIZES = ((32, 48), (40, 40), (48, 32), (33, 17), (1, 1))  # width, height; the first three are the manifest's


def drawn(width: int, height: int) -> tuple[Picture, np.ndarray]:
    """A white picture with a black upper quarter and a red lower half, and the label map that is right."""
    picture = np.full((height, width, 3), 255, np.uint8)
    labels = np.zeros((height, width), np.uint8)
    picture[: height // 4], labels[: height // 4] = 0, HAIR
    picture[height // 2 :], labels[height // 2 :] = (255, 0, 0), TOP
    return picture, labels


@pytest.fixture(scope="module")
def session(parsing_bundle: Path) -> OnnxSession:
    return OnnxSession(parsing_bundle / "parser.onnx", num_threads=1)


class Answering:
    """A session that gives what it was told to."""

    input_names = ("image",)

    def __init__(self, answer: np.ndarray) -> None:
        self.answer = answer

    def run(self, inputs: object) -> np.ndarray:
        return self.answer


def test_classes_are_those_that_figures_are_drawn_with() -> None:
    assert tuple(item.name.lower() for item in Item) == ITEM_CLASSES
    assert [int(item) for item in Item] == list(range(len(ITEM_CLASSES)))


def test_every_item_belongs_to_the_group_of_its_name() -> None:
    assert item_classes_of(["hair", "outerwear"]) == (HAIR, ITEM_CLASSES.index("outerwear"))
    assert item_classes_of([Group.FACE]) == (ITEM_CLASSES.index("skin"),)
    assert item_classes_of([Group.PERSON, Group.BODY]) == tuple(range(1, len(ITEM_CLASSES)))
    assert item_classes_of([]) == ()
    assert {name for items in GROUP_ITEMS.values() for name in items} == set(ITEM_CLASSES)


@pytest.mark.parametrize("name", ["shot", "other", "negated", "sleeves", "accessory"])
def test_groups_without_a_place_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"groups must be of .*hair.*; got '{name}'"):
        item_classes_of(["hair", name])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_label_map_is_right_at_any_size(session: OnnxSession, width: int, height: int) -> None:
    picture, labels = drawn(width, height)
    found = label_map(session, picture)
    assert found.dtype == np.uint8
    assert (found == labels).all()


def test_sizes_of_the_manifest_are_among_them(parsing_bundle: Path) -> None:
    assert set(load_bundle(parsing_bundle).manifest.sizes) <= set(SIZES)


def test_mask_of_groups(session: OnnxSession) -> None:
    picture, labels = drawn(32, 48)
    found = label_map(session, picture)
    assert (group_mask(found, ["top"]) == (labels == TOP)).all()
    assert (group_mask(found, [Group.HAIR, "top"]) == (labels != BACKGROUND)).all()
    assert not group_mask(found, ["bag"]).any()
    assert (group_mask(found, ["background"]) == (labels == BACKGROUND)).all()


def test_alpha_is_soft_where_the_parser_is_unsure(session: OnnxSession) -> None:
    picture, labels = drawn(32, 48)
    picture[0, 0] = 128  # between white and black
    alpha = person_alpha(session, picture)
    assert 100 < alpha[0, 0] < 200
    certain = np.ones_like(labels, bool)
    certain[0, 0] = False
    assert (alpha[certain & (labels == BACKGROUND)] == 0).all()
    assert (alpha[certain & (labels != BACKGROUND)] == 255).all()


def test_chances_add_up(session: OnnxSession) -> None:
    found = chances(session, drawn(40, 40)[0])
    assert found.shape == (len(ITEM_CLASSES), 40, 40)
    np.testing.assert_allclose(found.sum(0), 1, atol=1e-5)


def test_order_of_the_graph_is_that_of_its_classes() -> None:
    answer = np.zeros((1, 2, 16, 16), np.float32)
    answer[0, 0] = 1  # the first class of this graph
    regions = Regions(Answering(answer), ("bag", "background"))
    picture = np.zeros((16, 16, 3), np.uint8)
    assert (regions.label_map(picture) == ITEM_CLASSES.index("bag")).all()
    assert (regions.alpha(picture) == 255).all()
    assert regions.mask(picture, ["bag"]).all()


@pytest.mark.parametrize("classes", [("hair",), ("background", "hair", "hair"), ("background", "sky"), ()])
def test_classes_that_mean_nothing_are_refused(classes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="classes must be of background, .*got"):
        Regions(Answering(np.zeros(0)), classes)


def test_an_answer_of_another_shape_or_no_number_is_an_error() -> None:
    picture = np.zeros((16, 16, 3), np.uint8)
    with pytest.raises(GenerationError, match=r"\(1, 14, 16, 16\); it gave \(1, 3, 16, 16\)"):
        label_map(Answering(np.zeros((1, 3, 16, 16), np.float32)), picture)
    with pytest.raises(NotFiniteError, match="parser"):
        label_map(Answering(np.full((1, 14, 16, 16), np.nan, np.float32)), picture)


def test_a_bundle_gives_its_parser(parsing_bundle: Path, bundle: Path) -> None:
    settings = EngineSettings(num_threads=1)
    assert load_regions(load_bundle(bundle), settings) is None
    regions = load_regions(load_bundle(parsing_bundle), settings)
    assert regions is not None
    picture, labels = drawn(48, 32)
    assert (regions.label_map(picture) == labels).all()


def test_a_manifest_without_the_classes_of_its_parser_is_refused(parsing_bundle: Path) -> None:
    manifest = load_bundle(parsing_bundle).manifest
    with pytest.raises(ValueError, match="parser must name the classes of parser.onnx"):
        replace(manifest, parser=())
