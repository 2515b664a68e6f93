"""Boxes come back from a detector's numbers to where they are in the picture."""

import numpy as np
import pytest

from engine.annotate.detectors.boxes import Box, anchors, decode
from engine.annotate.detectors.lite_model import squared
from engine.annotate.detectors.weights import find_weights


def test_anchors_are_the_middles_of_cells_row_by_row() -> None:
    found = anchors(8, ((4, 1), (8, 2)))
    assert found.tolist() == [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75], [0.5, 0.5], [0.5, 0.5]]
    assert len(anchors(192, ((4, 1),))) == 2304 and len(anchors(224, ((8, 2), (16, 2), (32, 6)))) == 2254


@pytest.mark.parametrize("shape", [(200, 100), (100, 200), (150, 150), (1, 300)])
def test_a_point_of_the_square_is_one_of_the_picture(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    picture[:] = 255
    square = squared(picture, 64)
    assert square.pixels.shape == (64, 64, 3)
    rows, columns = np.nonzero(square.pixels[..., 0] > 0.5)
    corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], np.float32) / 64
    expected = [[0, 0], [shape[1], shape[0]]]
    assert np.allclose(square.back(corners), expected, atol=max(shape) / 64)


def test_of_each_thing_the_likeliest_box_is_kept() -> None:
    square = squared(np.zeros((100, 200, 3), np.uint8), 100)  # half as large, 25 rows of black above
    centres = np.array([[0.5, 0.5], [0.5, 0.5], [0.2, 0.4], [0.9, 0.9]], np.float32)
    numbers = np.array(
        [[0, 0, 20, 10, 5, 5], [1, 0, 20, 10, 0, 0], [0, 0, 10, 10, 0, 0], [0, 0, 9, 9, 0, 0]], np.float32
    )
    first, second = decode(square, numbers, np.array([3, 2, 1, -9], np.float32), centres, 0.5)
    assert first.edges == pytest.approx((80, 40, 120, 60)) and first.points[0].tolist() == [110, 60]
    assert first.score == pytest.approx(1 / (1 + np.exp(-3)))
    assert second.edges == pytest.approx((30, 20, 50, 40))


def test_overlap_is_intersection_over_union() -> None:
    def box(*edges: float) -> Box:
        return Box(edges=edges, score=1, points=np.zeros((0, 2), np.float32))  # type: ignore[arg-type]

    assert box(0, 0, 2, 2).overlap(box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert box(0, 0, 1, 1).overlap(box(5, 5, 6, 6)) == 0
    assert box(0, 0, 2, 2).holds(np.array((1, 1), np.float32)) and box(0, 0, 2, 4).height == 4


def test_missing_weights_say_how_to_get_them(tmp_path) -> None:
    with pytest.raises(ValueError, match="neither a wheel nor a folder; download it with"):
        find_weights(tmp_path / "none.whl")
    with pytest.raises(ValueError, match="holds no readable"):
        find_weights(tmp_path)("mediapipe/modules/x.tflite")
