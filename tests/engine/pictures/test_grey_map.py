"""Maps of numbers as grey pictures."""

import io

import numpy as np
from PIL import Image

from engine.pictures.grey_map import map_png


def opened(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)


def test_the_greatest_number_is_white_and_nothing_is_black() -> None:
    numbers = np.array([[0.0, 0.01], [0.02, 0.04]], np.float32)
    assert opened(map_png(numbers)).tolist() == [[0, 64], [128, 255]]
    assert opened(map_png(np.zeros((2, 3), np.float32))).tolist() == [[0, 0, 0]] * 2
