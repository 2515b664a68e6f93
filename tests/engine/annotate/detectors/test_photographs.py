"""The real networks on real photographs, where `make test` could download them: boxes and masks where people are."""

import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("ai_edge_litert", reason="the extra annotate is not installed")

from engine.annotate.detectors.people import LitePeople
from engine.annotate.detectors.person_mask import LiteMask
from engine.annotate.detectors.weights import find_weights


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.fixture(scope="module")
def people(mediapipe_wheel) -> LitePeople:
    return LitePeople(find_weights(mediapipe_wheel))


@pytest.fixture(scope="module")
def masker(mediapipe_wheel) -> LiteMask:
    return LiteMask(find_weights(mediapipe_wheel))


# Where each face is, by eye: x and y of its middle.
FACES = {"astronaut.png": (224, 115), "hopper.jpg": (268, 155)}


@pytest.mark.parametrize("name", sorted(FACES))
def test_a_face_is_found_where_it_is(people: LitePeople, photographs, name: str) -> None:
    (person,) = people.people(pixels(photographs[name]))
    assert person.head.holds(np.array(FACES[name], np.float32)), person.head.edges
    assert 60 < person.head.height < 220


def test_nobody_is_found_in_a_cup_of_coffee(people: LitePeople, photographs) -> None:
    assert people.people(pixels(photographs["coffee.png"])) == []


def test_two_pictures_side_by_side_are_two_people(people: LitePeople, photographs) -> None:
    both = [Image.fromarray(pixels(photographs[name])).resize((400, 480)) for name in sorted(FACES)]
    side_by_side = np.concatenate([np.asarray(each) for each in both], 1)
    assert len(people.people(side_by_side)) == 2


def test_a_mask_covers_the_person_and_not_the_corners(masker: LiteMask, photographs) -> None:
    mask = masker.mask(pixels(photographs["astronaut.png"]))
    assert mask.shape == (512, 512) and 0.2 < mask.mean() < 0.7
    assert mask[115, 224] and mask[400, 224] and not mask[20, 20]
