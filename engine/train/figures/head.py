"""The head: neck, face, expression, beard, and hair in front of and behind the person."""

import numpy as np

from engine.train.figures.attributes import RGB, Figure, Hair
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, crease, part
from engine.train.figures.geometry import ellipse, mirrored, points, smooth
from engine.train.figures.textures import flat, mix, shade

_FACE = smooth(mirrored([(0, 2.5), (8.5, 4.5), (13, 11), (13.4, 19), (11, 27.5), (5.5, 33.4), (0, 34.6)]))


def draw_neck(canvas: Canvas, skin: RGB) -> None:
    """The neck down to the collar bones; ATR-18 counts it as face."""
    neck = mirrored([(5.4, 28), (5.4, 38), (8, 41.5), (15, 45), (0, 54)])
    part(canvas, neck, skin, Label.FACE, Item.SKIN, line=0)
    shadow = smooth(points((-5.4, 33), (0, 38), (5.4, 33), (0, 34.6)))
    canvas.fill(shadow, flat(shade(skin, 0.8)))


def draw_face(canvas: Canvas, figure: Figure, skin: RGB, hair: RGB) -> None:
    """Face with ears, eyes, brows, nose, mouth, age lines and facial hair."""
    for side in (-1, 1):
        part(canvas, ellipse(side * 13.6, 19.5, 2.4, 4.0), skin, Label.FACE, Item.SKIN, line=0.6)
    part(canvas, _FACE, skin, Label.FACE, Item.SKIN)
    if figure.facial_hair == "beard":
        beard = mirrored([(0, 25.6), (4.5, 25), (8.5, 24.5), (12.6, 18.5), (12.4, 25), (8.6, 34), (0, 38.2)])
        part(canvas, smooth(beard), hair, Label.FACE, Item.SKIN)
    for side in (-1, 1):
        if figure.age == "young":
            canvas.fill(ellipse(side * 8.2, 25, 2.7, 1.7), flat(mix(skin, (226, 84, 84), 0.3)))
    _draw_eyes(canvas, figure, hair if figure.hair.length != "bald" else shade(skin, 0.45))
    nose = smooth(points((0.4, 19.5), (1.8, 24.0), (-1.4, 24.4)), closed=False)
    canvas.stroke(nose, flat(shade(skin, 0.68)), 0.9)
    if figure.facial_hair:
        moustache = smooth(points((0, 25), (5.2, 26.6), (5.6, 28), (0, 27), (-5.6, 28), (-5.2, 26.6)))
        canvas.fill(moustache, flat(hair))
    _draw_mouth(canvas, figure, skin)
    _draw_age(canvas, figure.age, skin)


def _draw_eyes(canvas: Canvas, figure: Figure, brow: RGB) -> None:
    for side in (-1, 1):
        x = side * 5.6
        canvas.fill(ellipse(x, 19.0, 2.7, 2.0), flat((252, 252, 250)))
        canvas.fill(ellipse(x + 0.2, 19.1, 1.6, 1.8), flat((52, 38, 34)))
        canvas.fill(ellipse(x - 0.3, 18.5, 0.5, 0.5), flat((255, 255, 255)))
        lid = smooth(points((x - 3, 18.6), (x, 16.9), (x + 3, 18.6)), closed=False)
        canvas.stroke(lid, flat((46, 34, 32)), 0.9 if figure.gender == "female" else 0.6)
        lift = -0.5 if figure.expression == "laughing" else 0.6 if figure.expression == "serious" else 0.0
        line = smooth(points((x - side * 3.2, 14.6 + lift), (x, 13.6), (x + side * 3.2, 14.4)), closed=False)
        canvas.stroke(line, flat(shade(brow, 0.85)), 1.2 if figure.gender == "male" else 0.8)


def _draw_mouth(canvas: Canvas, figure: Figure, skin: RGB) -> None:
    lip = (176, 60, 66) if figure.gender == "female" else shade(skin, 0.55)
    if figure.expression == "laughing":
        canvas.fill(
            smooth(points((-4.6, 27.8), (0, 28.3), (4.6, 27.8), (2.6, 31.4), (-2.6, 31.4))), flat((132, 36, 44))
        )
        canvas.fill(smooth(points((-3.8, 28.2), (0, 28.6), (3.8, 28.2), (0, 29.6))), flat((252, 250, 246)))
    elif figure.expression == "smiling":
        canvas.stroke(smooth(points((-4.2, 28.0), (0, 30.2), (4.2, 28.0)), closed=False), flat(lip), 1.2)
    else:
        canvas.stroke(points((-3.2, 29.2), (3.2, 29.2)), flat(lip), 1.2)


def _draw_age(canvas: Canvas, age: str, skin: RGB) -> None:
    if age == "young":
        return
    for side in (-1, 1):
        fold = smooth(points((side * 3.6, 24), (side * 6.2, 27), (side * 6, 30)), closed=False)
        crease(canvas, fold, skin, 0.6, 0.5)
    if age == "elderly":
        for y in (8.6, 11.0):
            crease(canvas, smooth(points((-6, y + 0.4), (0, y), (6, y + 0.4)), closed=False), skin, 0.6, 0.6)
        for side in (-1, 1):
            crease(canvas, points((side * 9.4, 18.0), (side * 12, 17.0)), skin, 0.5, 0.6)
            crease(canvas, points((side * 9.4, 20.0), (side * 12, 21.0)), skin, 0.5, 0.6)


def draw_hair_behind(canvas: Canvas, hair: Hair, colour: RGB, rng: np.random.Generator) -> None:
    """The part of the hair that falls behind neck and shoulders."""
    if hair.length in ("bald", "short") or hair.style == "bun":
        if hair.style == "bun":
            part(canvas, ellipse(0, -1.5, 7.2, 6.4), colour, Label.HAIR, Item.HAIR)
        return
    if hair.style == "ponytail":
        tail = smooth(points((8, 2), (17, 5), (23, 22), (24, 46), (19, 62), (16, 44), (15, 22)))
        part(canvas, tail, colour, Label.HAIR, Item.HAIR)
        return
    bottom, width = (45.0, 18.5) if hair.length == "shoulder-length" else (72.0, 20.5)
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
    if hair.style == "straight":
        for x in (-9.0, -4.0, 4.0, 9.0):
            strand = smooth(points((part_x * 0.6 + x * 0.3, -1), (x, 3), (x * 1.15, 8)), closed=False)
            crease(canvas, strand, colour, 0.5, 0.45)
    if hair.length == "short" or hair.style in ("bun", "ponytail"):
        return
    bottom = 44.0 if hair.length == "shoulder-length" else 66.0
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
        strand = smooth(points((side * 14, 18), (side * 15.4, 32), (side * 14.6, bottom - 6)), closed=False)
        crease(canvas, strand, colour, 0.6, 0.5)


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
    period, height = (9.0, 1.0) if style == "wavy" else (5.6, 1.4)
    waves = max(round(total / period), 3)
    turn = np.pi * waves * dense / total + rng.uniform(0, 6.28)
    offset = height * (np.sin(2 * turn) if style == "wavy" else np.abs(np.sin(turn)) * 1.6 - 0.5)
    dx, dy = np.gradient(x), np.gradient(y)
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    area = 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    sign = 1.0 if area > 0 else -1.0
    return np.stack([x + sign * dy / norm * offset, y - sign * dx / norm * offset], axis=1)
