"""A TensorFlow Lite graph run by LiteRT: one square picture in, arrays out.

Letters: H W sides of a picture, S side that the graph takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]  # [H, W, 3]
Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Square:
    """A picture laid into the middle of a square of side S, and the way back.

    Attributes:
        pixels: [S, S, 3] of 0..1.
        scale: Pixels of the picture for one of the square.
        left: Columns of the square before the picture.
        top: Rows of the square above it.
    """

    pixels: Floats
    scale: float
    left: float
    top: float

    def back(self, points: Floats) -> Floats:
        """Points [..., 2] of the square, x and y of 0..1, in pixels of the picture."""
        side = self.pixels.shape[0]
        found: Floats = (points * side - np.array((self.left, self.top), np.float32)) * np.float32(self.scale)
        return found


def squared(picture: Pixels, side: int) -> Square:
    """The whole picture in a square, with black beside it."""
    height, width = picture.shape[:2]
    scale = max(height, width) / side
    size = max(1, round(width / scale)), max(1, round(height / scale))
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    canvas = Image.new("RGB", (side, side))
    canvas.paste(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR), (left, top))
    return Square(pixels=np.asarray(canvas, np.float32) / np.float32(255), scale=scale, left=left, top=top)


class LiteModel:
    """A graph; one for each thread, because it holds what a run computes."""

    def __init__(self, data: bytes, num_threads: int = 1) -> None:
        """Loads a graph from its file's bytes.

        Raises:
            ValueError: They are no graph that LiteRT runs.
        """
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=data, num_threads=num_threads)
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise ValueError(f"{len(data)} bytes are no TensorFlow Lite graph: {error}") from error
        (self._input,) = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()

    @property
    def side(self) -> int:
        """S."""
        return int(self._input["shape"][1])

    def run(self, pixels: Floats) -> list[Floats]:
        """All outputs of [S, S, 3], in whatever order the graph has them."""
        self._interpreter.set_tensor(self._input["index"], np.ascontiguousarray(pixels[None], np.float32))
        self._interpreter.invoke()
        return [np.array(self._interpreter.get_tensor(each["index"]), np.float32) for each in self._outputs]
