"""Items become ATR-18 labels that agree with those a figure was drawn with, and framings with what it was drawn as."""

from collections import Counter

import numpy as np
import pytest

from engine.annotate.parse.bundled import BundledParser, atr_labels, is_skirt
from engine.annotate.parse.framing import FIGURES, PERSON_TYPES, person_type
from engine.train.figures import Drawing, draw_figure, sample_figure
from server.shipped import shipped_model

NUM = 60


@pytest.fixture(scope="module")
def figures() -> list[tuple[str, Drawing]]:
    return [((figure := sample_figure(seed)).framing, draw_figure(figure)) for seed in range(400, 400 + NUM)]


def test_true_items_become_the_labels_that_were_drawn(figures) -> None:
    right = np.mean([(atr_labels(drawing.items) == drawing.labels).mean() for _, drawing in figures])
    assert right > 0.97
    garments = [4, 5, 6, 7, 8, 16, 17, 1, 2, 3]
    both = [np.isin(drawing.labels, garments) for _, drawing in figures]
    agree = np.concatenate(
        [(atr_labels(drawing.items) == drawing.labels)[mask] for (_, drawing), mask in zip(figures, both, strict=True)]
    )
    assert agree.mean() > 0.97


def test_the_shipped_parser_gives_label_maps_of_figures(figures) -> None:
    parser = BundledParser.load(shipped_model("figurine-bundle"))
    some = [drawing for _, drawing in figures[:8]]
    right = np.mean([(parser.labels(drawing.image) == drawing.labels).mean() for drawing in some])
    assert right > 0.93
    assert parser.name.startswith("figurine")


def test_framings_are_told_from_label_maps(figures) -> None:
    told = Counter((framing, person_type(drawing.labels, FIGURES)) for framing, drawing in figures)
    right = sum(count for (framing, found), count in told.items() if framing == found)
    assert right / NUM > 0.85, told
    assert {found for _, found in told} <= set(PERSON_TYPES)


def test_a_map_without_a_head_has_no_framing() -> None:
    assert person_type(np.zeros((40, 30), np.uint8)) is None
    assert (atr_labels(np.zeros((40, 30), np.uint8)) == 0).all()


def test_a_hem_wider_than_the_legs_is_a_skirts() -> None:
    bottom, legs = np.zeros((40, 20), bool), np.zeros((40, 20), bool)
    bottom[5:20, 4:16] = True
    legs[20:38, 6:9] = legs[20:38, 11:14] = True
    assert is_skirt(bottom, legs)
    legs[20:38, 4:8] = legs[20:38, 12:16] = True
    assert not is_skirt(bottom, legs), "shorts"
    assert not is_skirt(bottom[:20], legs[:20]), "its hem is not in the picture"
    assert not is_skirt(np.zeros((4, 4), bool), legs[:4, :4])
