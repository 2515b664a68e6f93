"""A canvas blends colours at edges and never blends labels."""

import numpy as np
import pytest

from engine.train.figures.canvas import Canvas, View
from engine.train.figures.textures import flat

RED, BLUE = (200, 0, 0), (0, 0, 200)


def canvas(width: int = 8, height: int = 6) -> Canvas:
    painted = Canvas(width, height, View(scale=1.0, origin_x=0.0, origin_y=0.0))
    painted.fill_all(flat(BLUE))
    return painted


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)


def test_an_edge_pixel_belongs_to_whoever_covers_more_of_it() -> None:
    painted = canvas()
    slanted = np.array([(0, 0), (6, 0), (2, 6), (0, 6)], dtype=np.float64)
    painted.fill(slanted, flat(RED), label=4, item=5)
    covered = painted.image[..., 0] / RED[0]
    assert ((covered > 0.1) & (covered < 0.9)).sum() >= 4  # the edge is smooth in colour ...
    assert np.array_equal(painted.labels == 4, covered >= 0.5)  # ... and sharp in the label map
    assert np.array_equal(painted.labels == 4, painted.items == 5)
    assert set(np.unique(painted.labels)) == {0, 4}
    assert painted.image[..., 2] == pytest.approx(BLUE[2] * (1 - covered), abs=1)


def test_what_is_painted_last_lies_on_top() -> None:
    painted = canvas()
    painted.fill(rectangle(0, 0, 6, 6), flat(RED), label=4, item=5)
    painted.fill(rectangle(3, 0, 8, 6), flat(BLUE), label=7, item=7)
    assert painted.labels[2].tolist() == [4, 4, 4, 7, 7, 7, 7, 7]


def test_a_surface_detail_changes_no_label() -> None:
    painted = canvas()
    painted.fill(rectangle(1, 1, 5, 5), flat(RED), label=4, item=5)
    before = painted.labels.copy()
    painted.stroke(rectangle(1, 1, 5, 5), flat(BLUE), 1.0, closed=True)
    assert np.array_equal(painted.labels, before)


def test_a_shape_outside_the_picture_is_not_painted() -> None:
    painted = canvas()
    before = painted.image.copy()
    painted.fill(rectangle(20, 20, 30, 30), flat(RED), label=4)
    assert np.array_equal(painted.image, before)
    assert not painted.labels.any()


def test_a_zoomed_pen_paints_the_same_picture_larger_around_its_point() -> None:
    painted = canvas(12, 12)
    painted.zoomed(2.0, 4.0, 4.0).fill(rectangle(3, 3, 5, 5), flat(RED), label=4, item=5)
    assert np.argwhere(painted.labels == 4).min(axis=0).tolist() == [2, 2]
    assert np.argwhere(painted.items == 5).max(axis=0).tolist() == [5, 5]
