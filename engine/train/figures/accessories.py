"""Hats, eyewear, belts, neckwear and bags."""

from engine.train.figures.attributes import RGB, Garment
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, accent, outline_colour, part
from engine.train.figures.geometry import HIP_Y, WAIST_Y, Body, ellipse, limb_end, mirrored, points, smooth
from engine.train.figures.textures import flat, shade


def _hat(canvas: Canvas, outline: Points, colour: RGB) -> None:
    part(canvas, outline, colour, Label.HAT, Item.HEADWEAR)


def draw_headwear(canvas: Canvas, hat: Garment, colour: RGB) -> None:
    """A cap, beanie, fedora, wide-brim hat or headscarf."""
    if hat.type == "cap":
        _hat(canvas, smooth(mirrored([(0, -5.5), (9, -4), (15.2, 4), (15.4, 10.5), (0, 9)])), colour)
        _hat(
            canvas,
            smooth(points((-15, 9), (0, 7), (15, 9), (19.5, 12.8), (6, 11.2), (-6, 11.4), (-19, 12.8))),
            shade(colour, 0.7),
        )
    elif hat.type == "beanie":
        _hat(canvas, smooth(mirrored([(0, -8), (10, -5.5), (15.6, 4), (15.6, 9), (0, 9)])), colour)
        _hat(canvas, smooth(mirrored([(0, 5), (15, 5), (16.6, 8), (15.6, 12), (0, 11.6)]), 3), accent(colour))
        _hat(canvas, ellipse(0, -7.5, 4.2, 3.8), accent(colour))
    elif hat.type == "headscarf":
        around = mirrored([(0, -4), (11, -2), (17, 9), (17.4, 24), (13, 37), (18, 47), (0, 52)])
        hole = mirrored([(0, 7), (8, 8.5), (11.4, 15), (11.2, 23), (8, 31), (0, 34.4)])
        scarf = smooth(around)
        inner = smooth(hole)[::-1]
        ring = points(
            *[tuple(p) for p in scarf],
            tuple(scarf[0]),
            tuple(inner[0]),
            *[tuple(p) for p in inner[1:]],
            tuple(inner[0]),
            tuple(scarf[0]),
        )
        part(canvas, ring, colour, Label.HAT, Item.HEADWEAR, line=0)
        canvas.stroke(scarf, flat(outline_colour(colour)), 1.0, closed=True, opacity=0.6)
    else:
        brim = 19.5 if hat.type == "fedora" else 26.0
        _hat(canvas, smooth(mirrored([(0, -9), (8, -10), (12.6, -5), (14.4, 6), (0, 8)])), colour)
        band = mirrored([(0, 2.4), (14, 2), (14.6, 6), (0, 7)])
        part(canvas, band, accent(colour), Label.HAT, Item.HEADWEAR, line=0)
        _hat(canvas, smooth(mirrored([(0, 5.4), (15, 5), (brim, 8.4), (15, 10.4), (0, 9.6)])), shade(colour, 0.94))


def draw_eyewear(canvas: Canvas, eyewear: Garment) -> None:
    """Glasses of thin wire with clear lenses, or sunglasses with dark ones."""
    frame, dark = flat((34, 34, 40)), eyewear.type == "sunglasses"
    width = 1.7 if dark else 1.1
    for side in (-1, 1):
        lens = smooth(
            points(
                (side * 1.2, 14.6),
                (side * 11.2, 14.4),
                (side * 11.8, 20),
                (side * 9.6, 23.8),
                (side * 3, 23.8),
                (side * 1.0, 20),
            )
        )
        glass, opacity = ((40, 42, 52), 1.0) if dark else ((238, 248, 255), 0.2)
        canvas.fill(lens, flat(glass), Label.SUNGLASSES, Item.EYEWEAR, opacity=opacity)
        canvas.stroke(lens, frame, width, Label.SUNGLASSES, Item.EYEWEAR, closed=True)
        canvas.stroke(points((side * 11, 18), (side * 14, 18)), frame, width, Label.SUNGLASSES, Item.EYEWEAR)
    canvas.stroke(points((-1.6, 17), (1.6, 17)), frame, width, Label.SUNGLASSES, Item.EYEWEAR)


def draw_belt(canvas: Canvas, body: Body, colour: RGB) -> None:
    """A belt with a buckle at the waist."""
    y = WAIST_Y + 1.5
    strip = points(
        (-body.waist - 2.4, y), (body.waist + 2.4, y), (body.waist + 3.4, y + 9.0), (-body.waist - 3.4, y + 9.0)
    )
    part(canvas, strip, colour, Label.BELT, Item.BELT, line=1.4)
    buckle = points((-4.0, y + 1.4), (4.0, y + 1.4), (4.0, y + 7.6), (-4.0, y + 7.6))
    canvas.stroke(buckle, flat((240, 204, 84)), 2.0, closed=True)


def draw_neckwear(canvas: Canvas, neckwear: Garment, colour: RGB) -> None:
    """A scarf round the neck with a hanging end, a tie or a bow tie."""
    if neckwear.type == "scarf":
        end = points((2, 46), (13, 47), (15, 80), (3, 81))
        part(canvas, end, colour, Label.SCARF, Item.NECKWEAR, pattern=neckwear.pattern)
        loop = smooth(mirrored([(0, 36.5), (11.5, 34.5), (16.4, 41), (10, 50.5), (0, 53)]))
        part(canvas, loop, colour, Label.SCARF, Item.NECKWEAR, pattern=neckwear.pattern)
    elif neckwear.type == "tie":
        part(canvas, points((-3.0, 52), (3.0, 52), (6.6, 78), (0, 86), (-6.6, 78)), colour, Label.SCARF, Item.NECKWEAR)
        part(canvas, points((-5.0, 44.0), (5.0, 44.0), (3.4, 53), (-3.4, 53)), colour, Label.SCARF, Item.NECKWEAR)
    else:
        for side in (-1, 1):
            wing = points((0, 46.0), (side * 12, 41), (side * 12, 54.5), (0, 49.5))
            part(canvas, wing, colour, Label.SCARF, Item.NECKWEAR)
        part(canvas, ellipse(0, 47.8, 3.0, 3.6), accent(colour), Label.SCARF, Item.NECKWEAR)


def draw_bag_behind(canvas: Canvas, body: Body, bag: Garment, colour: RGB) -> None:
    """The body of a backpack, seen past both sides of the torso."""
    if bag.type == "backpack":
        w = body.shoulder + 13
        part(
            canvas,
            smooth(mirrored([(0, 38), (w - 10, 38), (w, 46), (w + 1, 84), (w - 6, 92), (0, 92)])),
            colour,
            Label.BAG,
            Item.BAG,
        )


def draw_bag_front(canvas: Canvas, body: Body, bag: Garment, colour: RGB, side: int) -> None:
    """Backpack straps, a handbag hanging from the hand, or a shoulder bag on its strap."""
    if bag.type == "backpack":
        for s in (-1, 1):
            strap = smooth(points((s * 8.5, 42), (s * 16, 42), (s * 17, 60), (s * 16, 76), (s * 10, 76), (s * 10, 60)))
            part(canvas, strap, colour, Label.BAG, Item.BAG)
        return
    if bag.type == "handbag":
        x, y = limb_end(body.left_arm if side > 0 else body.right_arm)
        canvas.stroke(ellipse(x, y + 7, 7, 9), flat(shade(colour, 0.7)), 2.6, Label.BAG, Item.BAG, closed=True)
        y += 2
        box = points((x - 11, y + 9), (x + 11, y + 9), (x + 15, y + 32), (x - 15, y + 32))
    else:
        strap = points((-side * 12, 42.5), (side * (body.hip + 2), HIP_Y - 2))
        canvas.stroke(strap, flat(shade(colour, 0.85)), 5.0, Label.BAG, Item.BAG)
        x, y = side * (body.hip + 3), HIP_Y - 14.0
        box = smooth(points((x - 13, y + 8), (x + 13, y + 8), (x + 14, y + 31), (x - 14, y + 31)), 4)
    part(canvas, box, colour, Label.BAG, Item.BAG, line=1.4)
    canvas.fill(ellipse(x, y + 17, 2.6, 2.6), flat((240, 204, 84)))
