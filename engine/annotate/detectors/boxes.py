"""From the numbers of a single-shot detector to boxes with points: anchors, decoding, and one box for each thing.

The arithmetic is that of Liu et al. 2016 (SSD, arXiv 1512.02325), with anchors of one size as BlazeFace has them
(Bazarevsky et al. 2019, arXiv 1907.05047).

Letters: A anchors, K points of a box, N boxes found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.annotate.detectors.lite_model import Floats, Square

_OVERLAP = 0.3


@dataclass(frozen=True, kw_only=True)
class Box:
    """Something found, in pixels of the picture.

    Attributes:
        edges: Left, top, right, bottom; they may lie outside of the picture.
        score: 0 to 1.
        points: x and y of what the detector marks in it, [K, 2].
    """

    edges: tuple[float, float, float, float]
    score: float
    points: NDArray[np.float32]

    @property
    def height(self) -> float:
        """In pixels."""
        return self.edges[3] - self.edges[1]

    def holds(self, point: NDArray[np.float32]) -> bool:
        """Whether a point lies in it."""
        left, top, right, bottom = self.edges
        return bool(left <= point[0] <= right and top <= point[1] <= bottom)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        left, top = np.maximum(self.edges[:2], other.edges[:2])
        right, bottom = np.minimum(self.edges[2:], other.edges[2:])
        shared = max(0.0, float(right - left)) * max(0.0, float(bottom - top))
        return shared / (self._area + other._area - shared) if shared else 0.0

    @property
    def _area(self) -> float:
        return (self.edges[2] - self.edges[0]) * self.height


def anchors(side: int, layers: Sequence[tuple[int, int]]) -> Floats:
    """Centres [A, 2], x and y of 0..1: for each (stride, anchors of a place), row by row."""
    found = []
    for stride, each in layers:
        places = (np.arange(-(-side // stride), dtype=np.float32) + 0.5) * stride / side
        grid = np.stack(np.meshgrid(places, places), -1).reshape(-1, 2)
        found.append(np.repeat(grid, each, axis=0))
    return np.concatenate(found)


def decode(square: Square, numbers: Floats, scores: Floats, centres: Floats, least_score: float) -> list[Box]:
    """Boxes that are likely enough, the likeliest first, of each thing one.

    Args:
        square: What the detector saw.
        numbers: [A, 4 + 2K]: centre, width, height and points, in pixels of the square from each anchor's centre.
        scores: [A], as logits.
        centres: [A, 2].
        least_score: 0 to 1.
    """
    chance = 1 / (1 + np.exp(-np.clip(scores, -80, 80)))
    likely = np.flatnonzero(chance >= least_score)
    likely = likely[np.argsort(-chance[likely], kind="stable")]
    side = square.pixels.shape[0]
    values = numbers[likely].reshape(len(likely), numbers.shape[1] // 2, 2) / np.float32(side)
    points = square.back(np.concatenate((values[:, :1], values[:, 2:]), 1) + centres[likely][:, None])
    sizes = values[:, 1] * side * square.scale
    kept: list[Box] = []
    for place, number in enumerate(likely.tolist()):
        (x, y), (width, height) = points[place, 0].tolist(), sizes[place].tolist()
        edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        box = Box(edges=edges, score=float(chance[number]), points=points[place, 1:])
        if all(box.overlap(other) < _OVERLAP for other in kept):
            kept.append(box)
    return kept
