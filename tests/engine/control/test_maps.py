"""Layouts and poses as maps: what is said is where it is said, and what is not said is free."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.control.layout import ATR_ITEMS, chances, coloured, sets_of_items, sets_of_labels, sets_of_masks
from engine.control.maps import layout_map, pose_map
from engine.control.read import read_labels, read_masks
from engine.control.skeleton import POINTS, Point, draw_skeleton
from engine.pictures.header import PixelLimits
from engine.regions.items import ITEM_CLASSES

LIMITS = PixelLimits.of_largest(64 * 64)
TOP, COAT = ITEM_CLASSES.index("top"), ITEM_CLASSES.index("outerwear")


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def grey(*rows: list[int]) -> bytes:
    return png(Image.fromarray(np.array(rows, np.uint8)))


def test_a_label_may_be_several_items_and_255_is_anything() -> None:
    found = chances(sets_of_labels(np.array([[0, 4, 255]], np.uint8)))
    assert found[0, 0, 0] == 1 and found[:, 0, 0].sum() == 1
    assert found[TOP, 0, 1] == found[COAT, 0, 1] == 0.5
    assert not found[:, 0, 2].any()
    assert len(ATR_ITEMS) == 18 and set(sum(ATR_ITEMS, ())) == set(ITEM_CLASSES)


def test_masks_tell_a_coat_from_a_shirt_and_overlaps_are_either() -> None:
    left, both = np.array([[True, False]]), np.array([[True, True]])
    found = chances(sets_of_masks({"outerwear": left, "top": both}))
    assert found[COAT, 0].tolist() == [0.5, 0.0] and found[TOP, 0].tolist() == [0.5, 1.0]
    person = chances(sets_of_masks({"person": left}))
    assert person[0].sum() == 0 and person[1:, 0, 0] == pytest.approx(np.full(13, 1 / 13))


def test_a_layout_of_another_size_is_fitted_by_nearest_pixels() -> None:
    sets = sets_of_items(np.array([[0, TOP], [TOP, 0]], np.uint8))
    found = layout_map(sets, 6, 4, in_colours=False)
    assert found.shape == (1, len(ITEM_CLASSES), 4, 6)
    assert found[0, TOP].tolist() == [[0, 0, 0, 1, 1, 1]] * 2 + [[1, 1, 1, 0, 0, 0]] * 2
    colours = layout_map(sets, 6, 4, in_colours=True)
    assert colours.shape == (1, 3, 4, 6) and 0 <= colours.min() <= colours.max() <= 1
    assert (coloured(np.zeros((1, 1), np.uint16)) == 255).all()


def test_files_are_read_by_their_numbers_and_not_by_their_colours() -> None:
    labels = Image.fromarray(np.array([[0, 4], [255, 17]], np.uint8))
    indexed = Image.new("P", (2, 2))
    indexed.putpalette([number % 7 for number in range(768)])
    indexed.putdata([0, 4, 255, 17])
    assert np.array_equal(read_labels(png(labels), LIMITS), read_labels(png(indexed), LIMITS))
    masks = read_masks({"hair": grey([0, 255]), "top": png(Image.new("RGB", (2, 1)))}, LIMITS)
    assert masks.tolist() == [[0, 1 << ITEM_CLASSES.index("hair")]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (grey([0, 18]), "labels 0 to 17 of ATR-18, or 255 where anything may be; got 18 in 1 of 2 pixels"),
        (grey([255, 255]), "leaves every pixel free"),
        (png(Image.new("RGB", (2, 2))), "a grey PNG file or one with a palette, a number a pixel; got one of mode RGB"),
        (grey([0, 1])[:-20], "truncated or damaged"),
        (b"GIF89a", "PNG, JPEG or WebP"),
    ],
)
def test_what_is_no_layout_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_labels(data, LIMITS)


def test_masks_without_white_are_refused() -> None:
    with pytest.raises(ValueError, match="leaves every pixel free"):
        read_masks({"hair": grey([0, 127])}, LIMITS)


def test_a_limb_lies_between_its_points_and_what_is_not_seen_is_not_drawn() -> None:
    points: list[Point] = [None] * len(POINTS)
    points[2], points[3] = (0.25, 0.5), (0.75, 0.5)  # right shoulder and elbow
    picture = draw_skeleton(points, 80, 40)
    assert picture.shape == (40, 80, 3) and picture.dtype == np.uint8
    drawn = picture.any(2)
    assert drawn[20, 18:62].all() and not drawn[:, :17].any() and not drawn[:, 64:].any()
    assert not drawn[:16].any() and not drawn[25:].any()
    assert not draw_skeleton([None] * 18, 80, 40).any()
    assert pose_map(points, 80, 40).shape == (1, 3, 40, 80) and pose_map(points, 80, 40).max() == 1


def test_points_at_the_edge_are_drawn_as_far_as_the_picture_goes() -> None:
    points: list[Point] = [(1.0, 1.0), (0.0, 0.0), *[None] * 16]
    picture = draw_skeleton(points, 8, 12)
    assert picture[0, 0].any() and picture[-1, -1].any()
