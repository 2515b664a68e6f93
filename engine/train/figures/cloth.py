"""How any part of a figure is put on the canvas: filled, hardly lit, softly outlined; and the item numbers.

The style is flat on purpose: what a picture spends its detail on should be what a description can say.

Items say which garment a pixel belongs to, which the ATR-18 labels cannot (a coat and the shirt under it are both 4).
"""

from enum import IntEnum

import numpy as np

from engine.train.figures.attributes import RGB
from engine.train.figures.canvas import Canvas, Points, Texture
from engine.train.figures.textures import fabric, flat, lit, luminance, shade


class Item(IntEnum):
    """What a pixel shows, finer than its label."""

    BACKGROUND = 0
    SKIN = 1
    HAIR = 2
    HEADWEAR = 3
    EYEWEAR = 4
    TOP = 5
    OUTERWEAR = 6
    DRESS = 7
    BOTTOM = 8
    LEGWEAR = 9
    FOOTWEAR = 10
    BELT = 11
    NECKWEAR = 12
    BAG = 13


class Label(IntEnum):
    """ATR-18 parsing labels."""

    BACKGROUND = 0
    HAT = 1
    HAIR = 2
    SUNGLASSES = 3
    UPPER_CLOTHES = 4
    SKIRT = 5
    PANTS = 6
    DRESS = 7
    BELT = 8
    LEFT_SHOE = 9
    RIGHT_SHOE = 10
    FACE = 11
    LEFT_LEG = 12
    RIGHT_LEG = 13
    LEFT_ARM = 14
    RIGHT_ARM = 15
    BAG = 16
    SCARF = 17


def outline_colour(colour: RGB) -> RGB:
    """A line that shows on its own fill: darker, or lighter where the fill is nearly black."""
    return shade(colour, 1.22) if luminance(colour) < 0.2 else shade(colour, 0.62)


def accent(colour: RGB) -> RGB:
    """A second shade for collars, cuffs and bands that shows on its own cloth: lighter on dark, darker on light."""
    return shade(colour, 1.5) if luminance(colour) < 0.5 else shade(colour, 0.68)


def part(
    canvas: Canvas,
    outline: Points,
    colour: RGB,
    label: Label,
    item: Item,
    *,
    pattern: str = "plain",
    angle: float = 0.0,
    line: float = 1.0,
    texture: Texture | None = None,
) -> None:
    """Paints one closed part: cloth (or ``texture``) lit across its width, then its outline."""
    base = texture if texture is not None else fabric(colour, pattern, angle)
    left, right = float(outline[:, 0].min()), float(outline[:, 0].max())
    canvas.fill(outline, lit(base, left, right), label, item)
    if line:
        canvas.stroke(outline, flat(outline_colour(colour)), line, closed=True, opacity=0.6)


def crease(canvas: Canvas, line: Points, colour: RGB, width: float = 0.7, opacity: float = 0.55) -> None:
    """A fold, seam or wrinkle: a line on a surface, which changes no label."""
    canvas.stroke(line, flat(outline_colour(colour)), width, opacity=opacity)


def varied(colour: RGB, rng: np.random.Generator, amount: float = 8.0) -> RGB:
    """The same named colour in a slightly different shade."""
    shift = rng.normal(0, amount * 0.5) + rng.normal(0, amount * 0.35, 3)
    red, green, blue = (int(np.clip(c + d, 8, 252)) for c, d in zip(colour, shift, strict=True))
    return red, green, blue
