"""A pose as the coloured skeleton that control networks are trained on: 18 points, in OpenPose's order and colours.

It is drawn here and never sent, so that there are no colours to get wrong. It knows points and pixels; it does not know
what reads the picture.

Letters: H W sides of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint8]  # [H, W, 3]
#: Where a point lies, as shares of width and height; None where it is not seen.
Point: TypeAlias = tuple[float, float] | None

#: Names of the points; left and right are the person's own.
POINTS: tuple[str, ...] = (
    "nose",
    "neck",
    "right shoulder",
    "right elbow",
    "right wrist",
    "left shoulder",
    "left elbow",
    "left wrist",
    "right hip",
    "right knee",
    "right ankle",
    "left hip",
    "left knee",
    "left ankle",
    "right eye",
    "left eye",
    "right ear",
    "left ear",
)
_LIMBS = (
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10)),
    *((1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)
_COLOURS = (
    *((255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0)),
    *((0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255)),
    *((0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)),
)
_LIMB_SHADE = 0.6  # of a limb's colour: points stand out on it
_SIDES_OF_A_RADIUS = 128  # a limb of a picture with sides of 512 is 8 pixels wide
_LEAST_RADIUS = 2.0


def draw_skeleton(points: Sequence[Point], width: int, height: int) -> Picture:
    """The skeleton on black, [H, W, 3]; limbs are drawn between points that are both seen.

    Args:
        points: One for each of POINTS.
        width: Pixels.
        height: Pixels.
    """
    assert len(points) == len(POINTS), len(points)
    picture = np.zeros((height, width, 3), np.uint8)
    radius = max(_LEAST_RADIUS, min(width, height) / _SIDES_OF_A_RADIUS)
    places = [None if point is None else (point[0] * width, point[1] * height) for point in points]
    for (start, end), colour in zip(_LIMBS, _COLOURS, strict=False):
        first, second = places[start], places[end]
        if first is not None and second is not None:
            _paint(picture, first, second, radius, tuple(int(_LIMB_SHADE * part) for part in colour))
    for place, colour in zip(places, _COLOURS, strict=True):
        if place is not None:
            _paint(picture, place, place, radius, colour)
    return picture


def _paint(
    picture: Picture, start: tuple[float, float], end: tuple[float, float], radius: float, colour: tuple[int, ...]
) -> None:
    """Colours every pixel that is no further than `radius` from the line between two places."""
    height, width = picture.shape[:2]
    left, right = (int(edge) for edge in np.clip(_reach(start[0], end[0], radius), 0, width))
    top, bottom = (int(edge) for edge in np.clip(_reach(start[1], end[1], radius), 0, height))
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right)[None, :] + 0.5 - start[0]
    y = np.arange(top, bottom)[:, None] + 0.5 - start[1]
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = np.clip((x * across + y * down) / length, 0.0, 1.0) if length else 0.0
    near = (x - along * across) ** 2 + (y - along * down) ** 2 <= radius * radius
    picture[top:bottom, left:right][near] = colour


def _reach(first: float, second: float, radius: float) -> tuple[float, float]:
    return min(first, second) - radius - 1, max(first, second) + radius + 1
