"""Previews as small pictures: their size, their form, and none where there is nothing to show."""

import io

import numpy as np
import pytest
from PIL import Image

from engine.previews.linear_map import PreviewMap
from engine.previews.picture import preview_picture


def first_channel(patch: int) -> PreviewMap:
    """Shows the first of four channels as grey."""
    matrix = np.zeros((37, patch * patch * 3), np.float32)
    matrix[4 * 4] = 1.0  # of the fifth of nine cells, the one itself
    return PreviewMap(matrix=matrix)


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(6, 4, (16, 24)), (64, 64, (256, 256)), (128, 96, (192, 256)), (1, 80, (256, 3)), (300, 1, (1, 256))],
)
def test_preview_is_twice_the_map_or_256_pixels(height: int, width: int, size: tuple[int, int]) -> None:
    latents = np.zeros((1, 4, height, width), np.float32)
    latents[:, 0] = 0.5
    drawn = preview_picture(first_channel(2), latents)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn.data)) as image:
        assert image.format == "WEBP"
        assert image.size == (drawn.width, drawn.height) == size
        assert abs(int(np.asarray(image.convert("L")).mean()) - 191) < 4


def test_picture_is_the_right_way_up() -> None:
    latents = np.full((1, 4, 12, 8), -1.0, np.float32)
    latents[0, 0, :4, 4:] = 1.0
    drawn = preview_picture(first_channel(4), latents)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn.data)) as image:
        grey = np.asarray(image.convert("L")).astype(int)
    assert grey.shape == (96, 64)
    assert grey[10, 55] > 230
    assert max(grey[10, 10], grey[75, 10], grey[75, 55]) < 25


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
def test_what_is_no_number_gives_no_preview(value: float) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        latents = np.full((1, 4, 6, 4), value).astype(np.float32)
        assert preview_picture(first_channel(1), latents) is None
