"""The head: neck, face, expression, beard, and hair in front of and behind the person."""

import numpy as np

from engine.train.figures.attributes import DYED, RGB, Figure, Hair
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, part
from engine.train.figures.geometry import ellipse, mirrored, points, smooth
from engine.train.figures.textures import flat, luminance, mix, shade

_FACE = smooth(mirrored([(0, 2.5), (8.5, 4.5), (13, 11), (13.4, 19), (11, 27.5), (5.5, 33.4), (0, 34.6)]))


def draw_neck(canvas: Canvas, skin: RGB) -> None:
    """The neck down to the collar bones; ATR-18 counts it as face."""
    neck = mirrored([(7.4, 28), (7.4, 38), (9, 41.5), (15, 45), (0, 54)])
    part(canvas, neck, skin, Label.FACE, Item.SKIN, line=0)
    canvas.fill(points((-7.4, 34), (7.4, 34), (7.4, 38.5), (-7.4, 38.5)), flat(shade(skin, 0.86)))


def draw_face(canvas: Canvas, figure: Figure, skin: RGB, hair: RGB, beard: RGB) -> None:
    """Face with ears, age lines, facial hair, eyes, brows, nose and mouth."""
    for side in (-1, 1):
        part(canvas, ellipse(side * 13.6, 19.5, 2.8, 4.0), skin, Label.FACE, Item.SKIN)
    part(canvas, _FACE, skin, Label.FACE, Item.SKIN)
    _draw_age(canvas, figure, skin)
    if figure.facial_hair == "beard":
        outline = mirrored([(0, 25.6), (4.5, 25), (8.5, 24.5), (12.6, 18.5), (12.4, 25), (8.6, 34), (0, 38.2)])
        part(canvas, smooth(outline), beard, Label.FACE, Item.SKIN)
    _draw_eyes(canvas, figure, _brow_colour(figure, skin, hair))
    canvas.fill(ellipse(0, 23.4, 1.8, 1.4), flat(shade(skin, 0.72)))
    if figure.facial_hair:
        moustache = smooth(points((0, 24.6), (6.4, 25.6), (8.0, 28.4), (0, 27.4), (-8.0, 28.4), (-6.4, 25.6)))
        canvas.fill(moustache, flat(beard))
    _draw_mouth(canvas, figure, _lip_colour(figure, skin, beard))


def _brow_colour(figure: Figure, skin: RGB, hair: RGB) -> RGB:
    if figure.age == "elderly":
        return (226, 226, 224) if figure.skin != "fair" else (150, 150, 152)
    return shade(skin, 0.42) if figure.hair.colour in ("", *DYED) else shade(hair, 0.8)


def _draw_eyes(canvas: Canvas, figure: Figure, brow: RGB) -> None:
    dark = (40, 30, 30)
    for side in (-1, 1):
        x = side * 5.8
        canvas.fill(ellipse(x, 18.4, 3.2, 2.9), flat((252, 252, 250)))
        canvas.fill(ellipse(x, 18.6, 1.9, 2.3), flat(dark))
        if figure.gender == "female":
            lid = smooth(points((x - side * 3.2, 17.6), (x, 15.4), (x + side * 3.4, 17.2), (x + side * 5.2, 15.4)),
                         closed=False)  # fmt: skip
            canvas.stroke(lid, flat(dark), 1.5)
        inner = {"laughing": 12.4, "serious": 14.8, "smiling": 13.6}[figure.expression]
        arch = 10.8 if figure.expression == "laughing" else 12.5
        line = smooth(points((x - side * 3.4, inner), (x, arch), (x + side * 3.4, arch + 1.0)), closed=False)
        canvas.stroke(line, flat(brow), 2.4 if figure.gender == "male" else 1.1)


def _lip_colour(figure: Figure, skin: RGB, beard: RGB) -> RGB:
    """Lips that show on the skin, or on the beard around them."""
    if figure.gender == "female":
        return 196, 40, 60
    if figure.facial_hair == "beard":
        return (232, 150, 140) if luminance(beard) < 0.5 else (140, 44, 50)
    return shade(skin, 0.5)


def _draw_mouth(canvas: Canvas, figure: Figure, lip: RGB) -> None:
    """A wide open mouth with teeth, a curve, or a straight line."""
    if figure.expression == "laughing":
        inside = smooth(points((-7.0, 26.6), (0, 27.2), (7.0, 26.6), (4.4, 32.8), (-4.4, 32.8)))
        canvas.fill(inside, flat((120, 28, 40)))
        canvas.fill(points((-5.8, 27.1), (5.8, 27.1), (4.9, 29.4), (-4.9, 29.4)), flat((252, 250, 246)))
    elif figure.expression == "smiling":
        canvas.stroke(smooth(points((-5.4, 27.2), (0, 31.0), (5.4, 27.2)), closed=False), flat(lip), 2.0)
    else:
        canvas.stroke(points((-4.2, 29.4), (4.2, 29.4)), flat(lip), 2.0)


def _draw_age(canvas: Canvas, figure: Figure, skin: RGB) -> None:
    """Red cheeks in youth; folds beside the mouth later; in old age wrinkles, and bags under eyes without glasses."""
    light = luminance(skin) > 0.4
    line = flat(shade(skin, 0.66 if light else 0.56))
    for side in (-1, 1):
        if figure.age == "young":
            canvas.fill(ellipse(side * 9.0, 24.6, 3.0, 2.2), flat(mix(skin, (232, 70, 80), 0.42)))
            continue
        fold = smooth(points((side * 4.4, 23.0), (side * 8.6, 25.6), (side * 9.2, 30.0)), closed=False)
        canvas.stroke(fold, line, 1.3)
        if figure.age == "elderly" and figure.eyewear is None:
            bag = smooth(points((side * 2.4, 21.8), (side * 5.8, 23.6), (side * 9.4, 21.6)), closed=False)
            canvas.stroke(bag, line, 1.4)
    if figure.age == "elderly":
        deep = flat(shade(skin, 0.6 if light else 0.46))
        for y in (7.8, 10.4):
            canvas.stroke(points((-7.6, y), (7.6, y)), deep, 1.4)


def draw_hair_behind(canvas: Canvas, hair: Hair, colour: RGB, rng: np.random.Generator) -> None:
    """The part of the hair that falls behind neck and shoulders."""
    if hair.length in ("bald", "short") or hair.style == "bun":
        if hair.style == "bun":
            part(canvas, ellipse(0, -3.0, 8.4, 7.2), colour, Label.HAIR, Item.HAIR)
        return
    if hair.style == "ponytail":
        tail = smooth(points((8, 2), (18, 3), (27, 18), (28, 42), (21, 58), (16, 42), (15, 22)))
        part(canvas, tail, colour, Label.HAIR, Item.HAIR)
        return
    bottom, width = (43.0, 18.5) if hair.length == "shoulder-length" else (66.0, 20.5)
    outline = mirrored(
        [(0, -1), (11, 2), (16.5, 12), (width - 1, 28), (width, bottom - 8), (width - 5, bottom), (0, bottom)]
    )
    part(canvas, _styled(smooth(outline), hair.style, rng), shade(colour, 0.82), Label.HAIR, Item.HAIR)


def draw_hair_front(canvas: Canvas, hair: Hair, colour: RGB, rng: np.random.Generator) -> None:
    """The hair on the skull, the fringe and the locks that lie over the shoulders."""
    if hair.length == "bald":
        return
    part_x = rng.uniform(-5, 5)
    low = 17.0 if hair.length == "short" else 22.0
    crown = smooth(
        points(
            (-14.2, low), (-15.4, 11), (-12, 2), (-4, -2.2), (4, -2.2), (12, 2), (15.4, 11), (14.2, low),
            (12.4, 13), (9.5, 8.6), (part_x, 6.8), (-9.5, 8.6), (-12.4, 13),
        )
    )  # fmt: skip
    part(canvas, _styled(crown, hair.style, rng), colour, Label.HAIR, Item.HAIR)
    if hair.length == "short" or hair.style in ("bun", "ponytail"):
        return
    bottom = 42.0 if hair.length == "shoulder-length" else 62.0
    for side in (-1, 1):
        x0, x1 = side * 11.6, side * (19.0 if hair.length == "long" else 17.6)
        lock = points(
            (side * 13, 9),
            (side * 16, 14),
            (x1, 30),
            (x1, bottom - 6),
            (side * 15, bottom),
            (x0, bottom - 8),
            (x0, 30),
            (side * 12.8, 20),
        )
        part(canvas, _styled(smooth(lock), hair.style, rng), colour, Label.HAIR, Item.HAIR)


def _styled(outline: Points, style: str, rng: np.random.Generator) -> Points:
    """Waves or curls along an outline; straight styles stay as they are."""
    if style not in ("wavy", "curly"):
        return outline
    step = np.hypot(*np.diff(outline, axis=0, append=outline[:1]).T)
    total = float(step.sum())
    dense = np.linspace(0, total, max(int(total / 0.7), 24), endpoint=False)
    along = np.concatenate([[0], np.cumsum(step)])
    closed = np.concatenate([outline, outline[:1]])
    x, y = np.interp(dense, along, closed[:, 0]), np.interp(dense, along, closed[:, 1])
    period, height = (13.0, 1.7) if style == "wavy" else (7.0, 2.4)
    waves = max(round(total / period), 3)
    turn = np.pi * waves * dense / total + rng.uniform(0, 6.28)
    offset = height * (np.sin(2 * turn) if style == "wavy" else np.abs(np.sin(turn)) * 1.6 - 0.5)
    dx, dy = np.gradient(x), np.gradient(y)
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    area = 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    sign = 1.0 if area > 0 else -1.0
    return np.stack([x + sign * dy / norm * offset, y - sign * dx / norm * offset], axis=1)
