"""Hats, eyewear, belts, neckwear and bags."""

from engine.train.figures.attributes import RGB, Garment
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, crease, part
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
            shade(colour, 0.86),
        )
        crease(canvas, smooth(points((0, -5.5), (0.4, 2), (0, 8)), closed=False), colour)
    elif hat.type == "beanie":
        _hat(canvas, smooth(mirrored([(0, -8), (10, -5.5), (15.6, 4), (15.6, 9), (0, 9)])), colour)
        _hat(canvas, smooth(mirrored([(0, 5), (15, 5), (16.6, 8), (15.6, 12), (0, 11.6)]), 3), shade(colour, 0.86))
        for x in (-10, -5, 0, 5, 10):
            crease(canvas, points((x, 6), (x * 1.02, 11)), colour)
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
        canvas.stroke(scarf, flat(shade(colour, 0.6)), 0.8, closed=True)
        crease(canvas, smooth(points((-11, 30), (0, 41), (12, 36)), closed=False), colour, 0.8, 0.8)
    else:
        brim = 19.5 if hat.type == "fedora" else 26.0
        _hat(canvas, smooth(mirrored([(0, -9), (8, -10), (12.6, -5), (14.4, 6), (0, 8)])), colour)
        band = mirrored([(0, 2.4), (14, 2), (14.6, 6), (0, 7)])
        part(canvas, band, shade(colour, 0.6), Label.HAT, Item.HEADWEAR, line=0)
        _hat(canvas, smooth(mirrored([(0, 5.4), (15, 5), (brim, 8.4), (15, 10.4), (0, 9.6)])), shade(colour, 0.94))


def draw_eyewear(canvas: Canvas, eyewear: Garment) -> None:
    """Glasses with clear lenses or sunglasses with dark ones."""
    frame = (34, 34, 40)
    for side in (-1, 1):
        lens = smooth(
            points(
                (side * 1.6, 16.6),
                (side * 9.8, 16.2),
                (side * 10.2, 20),
                (side * 8, 23),
                (side * 3, 23),
                (side * 1.4, 20),
            )
        )
        if eyewear.type == "sunglasses":
            canvas.fill(lens, flat((40, 42, 52)), Label.SUNGLASSES, Item.EYEWEAR)
            canvas.stroke(points((side * 4, 18), (side * 6.5, 21)), flat((150, 156, 176)), 0.7, opacity=0.8)
        canvas.stroke(lens, flat(frame), 1.2, Label.SUNGLASSES, Item.EYEWEAR, closed=True)
        canvas.stroke(points((side * 10, 18), (side * 13.6, 18)), flat(frame), 1.1, Label.SUNGLASSES, Item.EYEWEAR)
    canvas.stroke(points((-1.6, 18), (1.6, 18)), flat(frame), 1.1, Label.SUNGLASSES, Item.EYEWEAR)


def draw_belt(canvas: Canvas, body: Body, colour: RGB) -> None:
    """A belt with a buckle at the waist."""
    y = WAIST_Y + 2.5
    strip = points(
        (-body.waist - 1.6, y), (body.waist + 1.6, y), (body.waist + 2.2, y + 5.4), (-body.waist - 2.2, y + 5.4)
    )
    part(canvas, strip, colour, Label.BELT, Item.BELT)
    canvas.stroke(
        points((-2.6, y + 0.6), (2.6, y + 0.6), (2.6, y + 4.8), (-2.6, y + 4.8)), flat((232, 196, 92)), 1.2, closed=True
    )


def draw_neckwear(canvas: Canvas, neckwear: Garment, colour: RGB) -> None:
    """A scarf round the neck with a hanging end, a tie or a bow tie."""
    if neckwear.type == "scarf":
        end = points((3, 46), (11, 47), (13, 78), (4, 79))
        part(canvas, end, colour, Label.SCARF, Item.NECKWEAR, pattern=neckwear.pattern)
        loop = smooth(mirrored([(0, 36.5), (9.5, 35), (13.4, 41), (8, 49), (0, 51)]))
        part(canvas, loop, colour, Label.SCARF, Item.NECKWEAR, pattern=neckwear.pattern)
        crease(canvas, smooth(points((-11, 41), (0, 45), (11, 41)), closed=False), colour, 0.8, 0.7)
    elif neckwear.type == "tie":
        part(canvas, points((-2.2, 52), (2.2, 52), (4.6, 78), (0, 84), (-4.6, 78)), colour, Label.SCARF, Item.NECKWEAR)
        part(canvas, points((-3.2, 46.5), (3.2, 46.5), (2.2, 52.5), (-2.2, 52.5)), colour, Label.SCARF, Item.NECKWEAR)
    else:
        for side in (-1, 1):
            wing = points((0, 47.5), (side * 7.5, 44), (side * 7.5, 52.5), (0, 49.5))
            part(canvas, wing, colour, Label.SCARF, Item.NECKWEAR)
        part(canvas, ellipse(0, 48.5, 1.9, 2.3), shade(colour, 0.8), Label.SCARF, Item.NECKWEAR)


def draw_bag_behind(canvas: Canvas, body: Body, bag: Garment, colour: RGB) -> None:
    """The body of a backpack, seen past both sides of the torso."""
    if bag.type == "backpack":
        w = body.shoulder + 4
        part(
            canvas,
            smooth(mirrored([(0, 42), (w - 8, 42), (w + 1.5, 50), (w + 2.5, 82), (w - 6, 90), (0, 90)])),
            colour,
            Label.BAG,
            Item.BAG,
        )


def draw_bag_front(canvas: Canvas, body: Body, bag: Garment, colour: RGB, side: int) -> None:
    """Backpack straps, a handbag hanging from the hand, or a shoulder bag on its strap."""
    if bag.type == "backpack":
        for s in (-1, 1):
            strap = smooth(
                points((s * 9.5, 42), (s * 14, 43), (s * 15.5, 60), (s * 14, 74), (s * 10.5, 74), (s * 11.5, 60))
            )
            part(canvas, strap, colour, Label.BAG, Item.BAG)
        return
    if bag.type == "handbag":
        x, y = limb_end(body.left_arm if side > 0 else body.right_arm)
        canvas.stroke(ellipse(x, y + 7, 6, 9), flat(shade(colour, 0.7)), 1.4, Label.BAG, Item.BAG, closed=True)
        box = smooth(points((x - 10, y + 11), (x + 10, y + 11), (x + 12, y + 28), (x - 12, y + 28)), 4)
    else:
        strap = points((-side * 12, 42.5), (side * (body.hip + 2), HIP_Y - 2))
        canvas.stroke(strap, flat(shade(colour, 0.85)), 2.6, Label.BAG, Item.BAG)
        x, y = side * (body.hip + 2), HIP_Y - 12.0
        box = smooth(points((x - 10, y + 8), (x + 10, y + 8), (x + 11, y + 27), (x - 11, y + 27)), 4)
    part(canvas, box, colour, Label.BAG, Item.BAG)
    crease(canvas, points((x - 10, y + 16.5), (x + 10, y + 16.5)), colour, 0.9, 0.9)
    canvas.fill(ellipse(x, y + 17, 1.6, 1.6), flat((236, 200, 96)))
