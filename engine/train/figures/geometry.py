"""The body in numbers: joints of a person in body units and the curves that turn joints into outlines.

Body units: the shoulders are at y = 44, the soles at y = 160, x = 0 is the middle; y grows downwards, and the person's
left is at positive x. A head is drawn ``HEAD_SCALE`` times as large as its own numbers say, around the neck: faces are
what people look at, and in a picture of 128 x 192 pixels they would be too small to say anything. Knows nothing of
colour or cloth.
"""

import math
from dataclasses import dataclass

import numpy as np

from engine.train.figures.canvas import Points

SHOULDER_Y, WAIST_Y, HIP_Y, CROTCH_Y, KNEE_Y, ANKLE_Y, SOLE_Y = (
    44.0,
    76.0,
    91.0,
    97.0,
    122.0,
    148.0,
    160.0,
)
NECK_Y = 41.0
HEAD_SCALE = 1.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Limb:
    """A two-part limb: three joints (x, y) and the half width at each."""

    joints: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    widths: tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Outline measures of one person; ``left`` and ``right`` are the person's own."""

    shoulder: float
    waist: float
    hip: float
    left_arm: Limb
    right_arm: Limb
    left_leg: Limb
    right_leg: Limb


_ARMS = {  # elbow and hand relative to the shoulder joint, for the arm on the positive side
    "down": ((4.5, 24.0), (6.0, 46.0)),
    "hip": ((15.0, 20.0), (1.0, 38.0)),
    "up": ((15.0, 10.0), (17.0, -18.0)),
    "swing": ((8.0, 22.0), (14.0, 42.0)),
}


def make_body(gender: str, build: str, pose: str, mirror: bool) -> Body:
    """Proportions for gender and build, limbs for the pose; ``mirror`` swaps which side does the waving."""
    factor = {"slim": 0.9, "average": 1.0, "plus-size": 1.22}[build]
    shoulder = (23.0 if gender == "male" else 20.0) * (0.5 + 0.5 * factor)
    waist = (17.5 if gender == "male" else 14.0) * factor
    hip = (18.5 if gender == "male" else 19.5) * factor
    arms = {
        "standing": ("down", "down"),
        "hands on hips": ("hip", "hip"),
        "waving": ("up", "down"),
        "walking": ("swing", "down"),
    }[pose]
    stride = 9.0 if pose == "walking" else 0.0
    left, right = arms if not mirror else arms[::-1]
    thick = 0.6 + 0.4 * factor
    return Body(
        shoulder=shoulder,
        waist=waist,
        hip=hip,
        left_arm=_arm(shoulder, left, 1.0, thick),
        right_arm=_arm(shoulder, right, -1.0, thick),
        left_leg=_leg(hip, 1.0, stride, thick),
        right_leg=_leg(hip, -1.0, stride, thick),
    )


def _arm(shoulder: float, pose: str, side: float, thick: float) -> Limb:
    elbow, hand = _ARMS[pose]
    x, y = (shoulder - 4.0), SHOULDER_Y + 4.0
    joints = ((side * x, y), (side * (x + elbow[0]), y + elbow[1]), (side * (x + hand[0]), y + hand[1]))
    return Limb(joints=joints, widths=(5.6 * thick, 4.6 * thick, 3.5 * thick))


def _leg(hip: float, side: float, stride: float, thick: float) -> Limb:
    x = hip * 0.5
    joints = (
        (side * x, HIP_Y + 3.0),
        (side * (x + 0.6 + stride * 0.4), KNEE_Y),
        (side * (x + 1.0 + stride), ANKLE_Y),
    )
    return Limb(joints=joints, widths=(hip * 0.48, 6.6 * thick, 4.4 * thick))


def points(*pairs: tuple[float, float]) -> Points:
    """Points from (x, y) pairs."""
    return np.array(pairs, dtype=np.float64)


def smooth(corners: Points, steps: int = 6, *, closed: bool = True) -> Points:
    """A centripetal-free (uniform) Catmull-Rom curve through the corners, ``steps`` points between two of them."""
    n = len(corners)
    index = np.arange(n if closed else n - 1)

    def at(k: int) -> Points:
        return corners[(index + k) % n] if closed else corners[np.clip(index + k, 0, n - 1)]

    p0, p1, p2, p3 = (at(k)[:, None, :] for k in (-1, 0, 1, 2))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    flat: Points = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, corners[-1:]])


def ellipse(x: float, y: float, rx: float, ry: float, steps: int = 28) -> Points:
    """An ellipse around (x, y)."""
    angle = np.linspace(0, 2 * math.pi, steps, endpoint=False)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def mirrored(half: list[tuple[float, float]]) -> Points:
    """A symmetric outline from its right half, listed from top to bottom at positive x."""
    return points(*half, *[(-x, y) for x, y in reversed(half)])


def tube(limb: Limb, start: float = 0.0, end: float = 2.0, extra: float = 0.0) -> Points:
    """The outline of a limb from ``start`` to ``end`` (0 = first joint, 1 = middle, 2 = last), ``extra`` wider."""
    centre = smooth(points(*limb.joints), 8, closed=False)
    t = np.linspace(0, 2, len(centre))
    where = np.linspace(start, end, 14)
    x, y = np.interp(where, t, centre[:, 0]), np.interp(where, t, centre[:, 1])
    half = np.interp(where, (0, 1, 2), limb.widths) + extra
    if start <= 0:
        half[:3] *= (0.5, 0.82, 0.95)  # a rounded shoulder
    dx, dy = np.gradient(x), np.gradient(y)
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    nx, ny = -dy / norm, dx / norm
    one = np.stack([x + nx * half, y + ny * half], axis=1)
    two = np.stack([x - nx * half, y - ny * half], axis=1)
    return np.concatenate([one, two[::-1]])


def limb_angle(limb: Limb) -> float:
    """Direction of a limb's lower part against the vertical, in radians."""
    (_, _), (x1, y1), (x2, y2) = limb.joints
    return math.atan2(x1 - x2, y2 - y1)


def limb_end(limb: Limb) -> tuple[float, float]:
    """Where a limb ends: the hand or the ankle."""
    return limb.joints[2]
