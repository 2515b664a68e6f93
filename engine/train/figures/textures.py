"""What a surface looks like: plain colours, gradients and the five fabric patterns, as functions of position.

A texture maps body-unit coordinates to colour, so a pattern keeps its size on the garment whatever the framing.
"""

import math

import numpy as np

from engine.train.figures.attributes import RGB
from engine.train.figures.canvas import Field, Texture


def shade(colour: RGB, factor: float) -> RGB:
    """Darkens (factor < 1) or lightens towards white (factor > 1)."""
    return mix((0, 0, 0), colour, factor) if factor <= 1 else mix(colour, (255, 255, 255), factor - 1)


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """``a`` with a ``share`` (0 to 1) of ``b``."""
    red, green, blue = (int(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue


def luminance(colour: RGB) -> float:
    """Relative brightness, 0 (black) to 1 (white)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def flat(colour: RGB) -> Texture:
    """One colour everywhere."""
    value = np.array(colour, dtype=np.float32)
    return lambda x, y: np.broadcast_to(value, (*x.shape, 3))


def vertical(top: RGB, bottom: RGB, y0: float, y1: float) -> Texture:
    """A gradient from ``top`` at y0 to ``bottom`` at y1."""
    a, b = np.array(top, dtype=np.float32), np.array(bottom, dtype=np.float32)

    def paint(x: Field, y: Field) -> Field:
        t = np.clip((y - y0) / (y1 - y0), 0, 1)[..., None]
        colour: Field = a + (b - a) * t
        return colour

    return paint


def lit(base: Texture, x0: float, x1: float, strength: float = 0.06) -> Texture:
    """Light from the left: ``base`` falls off towards x1, as on a cylinder between x0 and x1."""

    def paint(x: Field, y: Field) -> Field:
        t = np.clip((x - x0) / max(x1 - x0, 1e-6), 0, 1)
        light = 1.0 + strength * (0.35 - t * t)
        colour: Field = np.clip(base(x, y) * light[..., None], 0, 255)
        return colour

    return paint


def fabric(colour: RGB, pattern: str, angle: float = 0.0) -> Texture:
    """Cloth of a colour in one of ``PATTERNS``; ``angle`` (radians) turns the pattern with the limb."""
    if pattern == "plain":
        return flat(colour)
    second = (250, 248, 244) if luminance(colour) < 0.72 else (70, 86, 120)
    draw = {"striped": _striped, "plaid": _plaid, "floral": _floral, "dotted": _dotted}[pattern]
    cos, sin = math.cos(angle), math.sin(angle)

    def paint(x: Field, y: Field) -> Field:
        u, v = x * cos + y * sin, -x * sin + y * cos
        return draw(u, v, np.array(colour, dtype=np.float32), np.array(second, dtype=np.float32))

    return paint


def _edge(value: Field, softness: float) -> Field:
    share: Field = np.clip(value / softness + 0.5, 0, 1)
    return share


def _striped(u: Field, v: Field, colour: Field, second: Field) -> Field:
    distance = np.abs((v / 11.0) % 1.0 - 0.5) * 11.0
    return colour + (second - colour) * _edge(2.4 - distance, 0.8)[..., None]


def _plaid(u: Field, v: Field, colour: Field, second: Field) -> Field:
    del second
    across = _edge(3.2 - np.abs((u / 14.0) % 1.0 - 0.5) * 14.0, 0.8)
    along = _edge(3.2 - np.abs((v / 14.0) % 1.0 - 0.5) * 14.0, 0.8)
    dark = colour * 0.45 + 8 if colour.mean() > 70 else colour + 90
    woven: Field = colour + (dark - colour) * (0.5 * (across + along))[..., None]
    return woven


def _grid(u: Field, v: Field, period: float) -> tuple[Field, Field]:
    row = np.floor(v / period)
    return ((u / period + 0.5 * (row % 2)) % 1.0 - 0.5) * period, ((v / period) % 1.0 - 0.5) * period


def _dotted(u: Field, v: Field, colour: Field, second: Field) -> Field:
    du, dv = _grid(u, v, 10.0)
    dotted: Field = colour + (second - colour) * _edge(2.7 - np.hypot(du, dv), 0.8)[..., None]
    return dotted


def _floral(u: Field, v: Field, colour: Field, second: Field) -> Field:
    du, dv = _grid(u, v, 14.0)
    radius, angle = np.hypot(du, dv), np.arctan2(dv, du)
    petals = _edge(4.0 + 1.5 * np.cos(5 * angle) - radius, 0.8)[..., None]
    flower = np.array((255, 236, 240), dtype=np.float32) if second[0] > 200 else np.array((226, 70, 110), np.float32)
    cloth = colour + (flower - colour) * petals
    centre = _edge(1.8 - radius, 0.7)[..., None]
    printed: Field = cloth + (np.array((240, 190, 40), dtype=np.float32) - cloth) * centre
    return printed
