"""A canvas that paints antialiased shapes and keeps, pixel by pixel, which label and which item lies on top.

Shapes come in body units (see geometry.py) and are rasterised with AGG; a pixel takes a shape's label when the shape
covers at least half of it, which makes label maps exact. Knows nothing of people.

Letters: H, W picture size in pixels; h, w size of a shape's bounding box.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import aggdraw
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # [n, 2] x, y in body units
Field = NDArray[np.float32 | np.float64]
Texture = Callable[[Field, Field], Field]  # x [h, w], y [h, w] in body units -> colour [h, w, 3] in 0..255


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where body units fall on the picture: ``pixel = (unit - origin) * scale``."""

    scale: float
    origin_x: float
    origin_y: float


class Canvas:
    """Pixels, ATR-18 labels and item ids of one picture."""

    def __init__(self, width: int, height: int, view: View) -> None:
        self.width = width
        self.height = height
        self.image = np.zeros((height, width, 3), dtype=np.float32)  # [H, W, 3]
        self.labels = np.zeros((height, width), dtype=np.uint8)  # [H, W]
        self.items = np.zeros((height, width), dtype=np.uint8)  # [H, W]
        self._look(view)

    def _look(self, view: View) -> None:
        self.view = view
        columns = (np.arange(self.width, dtype=np.float32) + 0.5) / view.scale + view.origin_x
        rows = (np.arange(self.height, dtype=np.float32) + 0.5) / view.scale + view.origin_y
        self.x, self.y = np.meshgrid(columns, rows)  # [H, W] each, in body units

    def zoomed(self, factor: float, x: float, y: float) -> "Canvas":
        """The same pixels and maps, seen by a pen that draws everything ``factor`` times as large around (x, y)."""
        view = self.view
        inner = View(
            scale=view.scale * factor,
            origin_x=(view.origin_x - x * (1 - factor)) / factor,
            origin_y=(view.origin_y - y * (1 - factor)) / factor,
        )
        other = copy.copy(self)
        other._look(inner)
        return other

    def fill_all(self, texture: Texture) -> None:
        """Paints the whole picture as background (label 0, item 0)."""
        self.image[:] = texture(self.x, self.y)
        self.labels[:] = 0
        self.items[:] = 0

    def fill(
        self,
        points: Points,
        texture: Texture,
        label: int | None = None,
        item: int | None = None,
        *,
        opacity: float = 1.0,
    ) -> None:
        """Paints a closed polygon; ``label`` and ``item`` of None leave the maps as they are (a surface detail)."""
        self._blend(self._coverage(points, closed=True, width=0.0), texture, label, item, opacity)

    def stroke(
        self,
        points: Points,
        texture: Texture,
        width: float,
        label: int | None = None,
        item: int | None = None,
        *,
        closed: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """Paints a line of ``width`` body units along the points."""
        self._blend(self._coverage(points, closed=closed, width=width), texture, label, item, opacity)

    def _coverage(self, points: Points, *, closed: bool, width: float) -> tuple[int, int, NDArray[np.uint8]] | None:
        pixels = (points - (self.view.origin_x, self.view.origin_y)) * self.view.scale
        margin = width * self.view.scale / 2 + 1
        left, top = np.maximum(np.floor(pixels.min(axis=0) - margin), 0).astype(int)
        right, bottom = np.minimum(np.ceil(pixels.max(axis=0) + margin), (self.width, self.height)).astype(int)
        if left >= right or top >= bottom:
            return None
        size = (int(right - left), int(bottom - top))
        surface = aggdraw.Draw("L", size, 0)
        flat = (pixels - (left, top)).ravel().tolist()
        if width <= 0:
            surface.polygon(flat, None, aggdraw.Brush(255))
        elif closed:
            surface.polygon(flat, aggdraw.Pen(255, width * self.view.scale), None)
        else:
            surface.line(flat, aggdraw.Pen(255, width * self.view.scale))
        surface.flush()
        mask = np.frombuffer(surface.tobytes(), dtype=np.uint8).reshape(size[1], size[0])  # [h, w]
        return int(left), int(top), mask

    def _blend(
        self,
        coverage: tuple[int, int, NDArray[np.uint8]] | None,
        texture: Texture,
        label: int | None,
        item: int | None,
        opacity: float = 1.0,
    ) -> None:
        if coverage is None:
            return
        left, top, mask = coverage
        window = np.s_[top : top + mask.shape[0], left : left + mask.shape[1]]
        alpha = mask.astype(np.float32)[..., None] * (opacity / 255)
        pixels = self.image[window]
        pixels += alpha * (texture(self.x[window], self.y[window]) - pixels)
        inside = mask >= 128
        if label is not None:
            self.labels[window][inside] = label
        if item is not None:
            self.items[window][inside] = item
