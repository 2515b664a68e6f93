"""What a label map lets people and machines be asked."""

import numpy as np

from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, NONE
from engine.annotate.protocol.gates import masks_of_items, masks_of_labels, may_be_asked
from engine.regions.items import ITEM_CLASSES
from engine.train.figures import draw_figure, sample_figure


def test_regions_that_are_not_there_ask_nothing() -> None:
    labels = np.zeros((40, 30), np.uint8)
    labels[5:12, 10:20] = 11
    labels[12:30, 8:22] = 4
    labels[30, 15] = 8  # one pixel of a belt is none
    masks = masks_of_labels(labels)
    assert list(masks) == ["picture", "person", "body", "face", "top", "outerwear", "background"]
    names = {each.name for each in ATTRIBUTES if may_be_asked(each, masks, {"outerwear type": NONE})}
    assert {"top color", "outerwear type", "expression"} <= names
    assert not {"outerwear color", "belt type", "hair color"} & names


def test_a_child_waits_for_nothing_but_a_no() -> None:
    child = BY_NAME["belt color"]
    assert may_be_asked(child, ["belt"], {}) and may_be_asked(child, ["belt"], {"belt type": "sash"})
    assert not may_be_asked(child, ["belt"], {"belt type": NONE}) and not may_be_asked(child, ["bag"], {})


def test_an_empty_map_shows_nothing_but_a_background() -> None:
    assert set(masks_of_labels(np.zeros((8, 8), np.uint8))) == {"background"}
    assert set(masks_of_items(np.zeros((8, 8), np.uint8))) == {"background"}


def test_items_tell_the_face_and_the_coat_over_a_shirt() -> None:
    overlaps = []
    for seed in range(30):
        drawing = draw_figure(sample_figure(seed))
        masks = masks_of_items(drawing.items)
        face = drawing.labels == 11
        if face.mean() > 0.01 and "face" in masks:
            overlaps.append((masks["face"] & face).sum() / (masks["face"] | face).sum())
        if "outerwear" in masks and "top" in masks:
            assert not (masks["outerwear"] & masks["top"]).any()
            assert (masks["outerwear"] == (drawing.items == ITEM_CLASSES.index("outerwear"))).all()
    assert len(overlaps) > 10 and np.median(overlaps) > 0.7
