"""Where a drawn person's joints are: the 18 points of a pose, in the order of ``engine.control.skeleton.POINTS``.

It knows bodies in body units and where those fall on a picture; it does not know what a pose is for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.train.figures.canvas import View
from engine.train.figures.geometry import HEAD_SCALE, NECK_Y, SHOULDER_Y, Body

# Of the head in its own numbers: nose, and what stands at both sides of it.
_NOSE, _EYE, _EAR = (0.0, 23.4), (5.8, 18.5), (13.6, 19.5)


def joints(body: Body, view: View, width: int, height: int) -> NDArray[np.float64]:
    """Of each point its share of width and height, [18, 2]; what lies outside 0..1 is outside the picture."""
    right, left = (*body.right_arm.joints, *body.right_leg.joints), (*body.left_arm.joints, *body.left_leg.joints)
    points = [
        _of_the_head(_NOSE),
        (0.0, SHOULDER_Y),
        *right[:3],
        *left[:3],
        *right[3:],
        *left[3:],
        *(_of_the_head((side * x, y)) for x, y in (_EYE, _EAR) for side in (-1.0, 1.0)),
    ]
    units = np.array(points, np.float64)
    pixels = (units - (view.origin_x, view.origin_y)) * view.scale
    return pixels / (width, height)


def _of_the_head(point: tuple[float, float]) -> tuple[float, float]:
    x, y = point
    return x * HEAD_SCALE, NECK_Y + (y - NECK_Y) * HEAD_SCALE
