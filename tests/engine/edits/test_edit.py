"""An edit in numbers: growing, feathering, cells and pasting, each against a slow twin."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from engine.edits.edit import Edit, feathered, spread

RANDOM = np.random.default_rng(5)


def spots(height: int = 24, width: int = 32) -> np.ndarray:
    return (RANDOM.random((height, width)) < 0.02).astype(np.uint8) * 255


@pytest.mark.parametrize("pixels", [0, 1, 2, 3, 5, 8, 13, 40])
def test_every_pixel_gets_the_most_around_it(pixels: int) -> None:
    mask = spots() // 255 * RANDOM.integers(1, 255, (24, 32), np.uint8)
    slow = np.zeros_like(mask)
    for row, column in np.ndindex(mask.shape):
        top, left = max(0, row - pixels), max(0, column - pixels)
        slow[row, column] = mask[top : row + pixels + 1, left : column + pixels + 1].max()
    np.testing.assert_array_equal(spread(mask, pixels), slow)


@pytest.mark.parametrize("pixels", [0, 1, 2, 4])
def test_the_edge_is_soft_inwards_alone(pixels: int) -> None:
    inside = spread(spots(), 6) > 0
    outside = list(zip(*np.nonzero(~inside), strict=True))
    alpha = feathered(inside, pixels)
    for row, column in itertools.product(range(24), range(32)):
        nearest = min((abs(row - y) + abs(column - x) for y, x in outside), default=99)
        depth = min(nearest, pixels + 1)
        assert alpha[row, column] == round(255 * depth / (pixels + 1)), (row, column)
    assert ((alpha > 0) == inside).all()


def test_pixels_outside_are_the_original_s_and_deep_inside_the_new_ones() -> None:
    original = RANDOM.integers(0, 256, (32, 48, 3), np.uint8)
    new = RANDOM.integers(0, 256, (32, 48, 3), np.uint8)
    strengths = np.zeros((32, 48), np.uint8)
    strengths[4:20, 10:30] = 255
    edit = Edit.of(original, strengths, grow=0, feather=2, cell=16)
    pasted = edit.pasted(new)
    assert (pasted[strengths == 0] == original[strengths == 0]).all()
    assert (pasted[6:18, 12:28] == new[6:18, 12:28]).all()
    edge = original[4, 15] + (new[4, 15].astype(float) - original[4, 15]) * (edit.alpha[4, 15] / 255)
    assert np.abs(pasted[4, 15] - edge).max() <= 0.5
    with Image.open(io.BytesIO(edit.mask_png())) as mask:
        assert (np.asarray(mask) == edit.alpha).all()


def test_a_cell_may_change_as_much_as_any_of_its_pixels() -> None:
    strengths = np.zeros((32, 48), np.uint8)
    strengths[3, 17], strengths[15, 31], strengths[16, 0] = 51, 102, 255
    edit = Edit.of(np.zeros((32, 48, 3), np.uint8), strengths, grow=0, feather=0, cell=16)
    np.testing.assert_allclose(edit.strength[0, 0], [[0, 0.4, 0], [1, 0, 0]])
    grown = Edit.of(np.zeros((32, 48, 3), np.uint8), strengths, grow=1, feather=0, cell=16)
    np.testing.assert_allclose(grown.strength[0, 0], [[1, 0.4, 0.4], [1, 0.4, 0.4]])
