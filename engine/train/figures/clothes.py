"""Garments on the body: tops, outerwear, dresses, bottoms, legwear and footwear."""

import numpy as np

from engine.train.figures.attributes import RGB, Garment
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, crease, part
from engine.train.figures.geometry import (
    CROTCH_Y,
    HIP_Y,
    SOLE_Y,
    WAIST_Y,
    Body,
    Limb,
    ellipse,
    limb_angle,
    mirrored,
    points,
    smooth,
    tube,
)
from engine.train.figures.textures import flat, shade

SKIRT_HEM_Y = {"short": 113.0, "knee-length": 127.0, "long": 150.0}
_NECKLINES: dict[str, list[tuple[float, float]]] = {
    "t-shirt": [(0, 46.5), (4.5, 45), (7, 41.5)],
    "shirt": [(0, 48), (4, 44), (7, 40)],
    "sweater": [(0, 43.5), (4.5, 42.5), (7, 39.5)],
    "hoodie": [(0, 44), (5, 42.5), (8, 39)],
    "tank top": [(0, 52), (6, 51), (9, 43)],
    "blouse": [(0, 54), (3, 48), (7, 41)],
    "dress": [(0, 50), (6, 48), (9, 42.5)],
}


def draw_arm(canvas: Canvas, limb: Limb, skin: RGB, label: Label) -> None:
    """A bare arm with its hand."""
    part(canvas, tube(limb), skin, label, Item.SKIN, line=0.6)
    x, y = limb.joints[2]
    part(canvas, ellipse(x, y, 4.2, 4.6), skin, label, Item.SKIN, line=0.6)


def draw_leg(canvas: Canvas, limb: Limb, skin: RGB, label: Label) -> None:
    """A bare leg to the ankle."""
    part(canvas, tube(limb), skin, label, Item.SKIN, line=0.6)


def _torso(body: Body, neckline: str, hem_y: float, flare: float) -> Points:
    strap = neckline == "tank top"
    shoulder = [(12.0, 43.5), (12.5, 52.0)] if strap else [(body.shoulder - 3, 43.2), (body.shoulder, 47.0)]
    hem = body.hip + flare if hem_y > HIP_Y - 4 else body.waist + flare
    half = [
        *_NECKLINES[neckline],
        *shoulder,
        (body.shoulder - 4.0, 59.0),
        (body.waist + flare * 0.6, WAIST_Y),
        (hem, hem_y),
        (0, hem_y + 1.5),
    ]
    return mirrored(half)


def draw_top(canvas: Canvas, body: Body, top: Garment, colour: RGB, *, tucked: bool) -> None:
    """A top with its sleeves and the details that tell its type."""
    hem_y = WAIST_Y + 7 if tucked else HIP_Y + 2
    _sleeves(canvas, body, top, colour, Item.TOP, Label.UPPER_CLOTHES)
    outline = _torso(body, top.type, hem_y, 1.0 if top.type in ("tank top", "t-shirt") else 1.8)
    part(canvas, outline, colour, Label.UPPER_CLOTHES, Item.TOP, pattern=top.pattern)
    _TOP_DETAILS.get(top.type, _no_details)(canvas, body, colour, hem_y)


def _sleeves(canvas: Canvas, body: Body, garment: Garment, colour: RGB, item: Item, label: Label) -> None:
    end = {"sleeveless": 0.0, "short sleeve": 0.8, "long sleeve": 1.86}[garment.sleeve or "long sleeve"]
    extra = 1.9 if item is not Item.OUTERWEAR else 2.8
    for limb in (body.left_arm, body.right_arm):
        if end:
            sleeve = tube(limb, -0.1, end, extra)
            part(canvas, sleeve, colour, label, item, pattern=garment.pattern, angle=limb_angle(limb))


def _no_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    del canvas, body, colour, hem_y


def _shirt_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    del body
    crease(canvas, points((0, 49), (0, hem_y)), colour, 0.8, 0.8)
    for side in (-1, 1):
        collar = points((0, 48), (side * 7.4, 39), (side * 9.4, 44), (side * 4.6, 51))
        part(canvas, collar, shade(colour, 1.12), Label.UPPER_CLOTHES, Item.TOP, line=0.7)
    for y in np.arange(54, hem_y - 2, 7.5):
        canvas.fill(ellipse(0, float(y), 0.9, 0.9), flat(shade(colour, 0.4)))


def _sweater_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    collar = smooth(mirrored([(0, 39.5), (6.6, 38.5), (7.6, 41), (0, 45)]))
    part(canvas, collar, shade(colour, 0.92), Label.UPPER_CLOTHES, Item.TOP, line=0.6)
    for x in np.linspace(-body.hip + 2, body.hip - 2, 9):
        crease(canvas, points((float(x), hem_y - 5), (float(x), hem_y)), colour, 0.6, 0.5)
    crease(canvas, points((-body.hip, hem_y - 5), (body.hip, hem_y - 5)), colour, 0.6, 0.6)


def _hoodie_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    hood = smooth(mirrored([(4, 42.5), (8, 36), (13.5, 35), (13, 43), (6, 49)]))
    part(canvas, hood, shade(colour, 0.88), Label.UPPER_CLOTHES, Item.TOP)
    for side in (-1, 1):
        canvas.stroke(points((side * 3.5, 48), (side * 4, 60)), flat((240, 238, 232)), 0.9)
    pocket = points((-9, 72), (9, 72), (13, hem_y - 4), (-13, hem_y - 4))
    crease(canvas, np.concatenate([pocket, pocket[:1]]), colour, 0.9, 0.8)
    crease(canvas, points((-body.hip, hem_y - 3), (body.hip, hem_y - 3)), colour, 0.7, 0.7)


def _blouse_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    del body, hem_y
    for side in (-1, 1):
        ruffle = smooth(points((side * 6.6, 40), (side * 9.5, 45), (side * 4.5, 53), (0, 58), (side * 2.2, 50)))
        part(canvas, ruffle, shade(colour, 1.18), Label.UPPER_CLOTHES, Item.TOP, line=0.6)


def _t_shirt_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    del body, hem_y
    crease(canvas, smooth(points((-7, 42), (0, 48.5), (7, 42)), closed=False), colour, 0.8, 0.8)


_TOP_DETAILS = {
    "shirt": _shirt_details,
    "sweater": _sweater_details,
    "hoodie": _hoodie_details,
    "blouse": _blouse_details,
    "t-shirt": _t_shirt_details,
}


def draw_outerwear(canvas: Canvas, body: Body, coat: Garment, colour: RGB) -> None:
    """An open coat, jacket, blazer or cardigan; what is worn under it shows in the middle."""
    hem_y = {"coat": 132.0, "jacket": HIP_Y - 1, "blazer": HIP_Y + 5, "cardigan": HIP_Y + 3}[coat.type]
    opening = 7.5
    for side in (-1, 1):
        hem = body.hip + (6.0 if coat.type == "coat" else 3.5)
        panel = points(
            (side * 7.0, 40.0), (side * (body.shoulder - 2), 42.0), (side * (body.shoulder + 2), 47.0),
            (side * (body.shoulder - 1), 60.0), (side * (body.waist + 4), WAIST_Y), (side * hem, hem_y),
            (side * (opening + 1.5), hem_y + 1), (side * opening, 70.0),
        )  # fmt: skip
        part(canvas, panel, colour, Label.UPPER_CLOTHES, Item.OUTERWEAR)
        if coat.type in ("coat", "blazer"):
            lapel = points((side * 6.5, 40.0), (side * 12.0, 47.0), (side * 13.0, 54.0), (side * opening, 70.0))
            part(canvas, lapel, shade(colour, 1.14), Label.UPPER_CLOTHES, Item.OUTERWEAR, line=0.7)
        elif coat.type == "jacket":
            crease(canvas, points((side * 9.2, 44.0), (side * 9.2, hem_y)), colour, 0.9, 0.9)
            crease(canvas, points((side * 8.0, hem_y - 4), (side * (hem - 1), hem_y - 4)), colour, 0.9, 0.8)
        else:
            for y in (72.0, 79.0, 86.0):
                canvas.fill(ellipse(side * 9.4, y, 1.0, 1.0), flat(shade(colour, 0.45)))
    _sleeves(canvas, body, coat, colour, Item.OUTERWEAR, Label.UPPER_CLOTHES)


def draw_bottom(canvas: Canvas, body: Body, bottom: Garment, colour: RGB) -> None:
    """Trousers, jeans, shorts or a skirt from the waist down."""
    if bottom.type == "skirt":
        draw_skirt(canvas, body, bottom, colour, WAIST_Y + 1, Label.SKIRT, Item.BOTTOM)
        return
    end = 0.72 if bottom.type == "shorts" else 1.92
    extra = {"shorts": 3.4, "trousers": 2.8, "jeans": 1.6}[bottom.type]
    for limb in (body.left_leg, body.right_leg):
        leg = tube(limb, 0.0, end, extra)
        part(canvas, leg, colour, Label.PANTS, Item.BOTTOM, pattern=bottom.pattern)
        if bottom.type == "trousers":
            crease(canvas, smooth(points(*limb.joints), closed=False), colour, 0.7, 0.5)
    pelvis = mirrored(
        [(body.waist + 0.5, WAIST_Y + 2), (body.hip + 1.2, HIP_Y), (body.hip + 1.6, CROTCH_Y), (0, CROTCH_Y + 6)]
    )
    part(canvas, pelvis, colour, Label.PANTS, Item.BOTTOM, pattern=bottom.pattern, line=0)
    crease(canvas, points((0, WAIST_Y + 4), (0, CROTCH_Y + 5)), colour, 0.8, 0.7)
    if bottom.type == "jeans":
        for side in (-1, 1):
            pocket = smooth(
                points((side * 5, WAIST_Y + 5), (side * 9, HIP_Y - 3), (side * body.hip, HIP_Y - 4)), closed=False
            )
            canvas.stroke(pocket, flat((226, 168, 92)), 0.7)
            canvas.stroke(
                tube(body.left_leg if side > 0 else body.right_leg, 0.2, 1.9, 0.4)[:14],
                flat((226, 168, 92)),
                0.5,
                opacity=0.6,
            )


def draw_skirt(canvas: Canvas, body: Body, skirt: Garment, colour: RGB, top_y: float, label: Label, item: Item) -> None:
    """A flared skirt from ``top_y`` to the hem of its length; also the lower half of a dress."""
    hem_y = SKIRT_HEM_Y[skirt.length]
    flare = body.hip + {"short": 7.0, "knee-length": 9.0, "long": 12.0}[skirt.length]
    outline = mirrored(
        [(body.waist + 0.8, top_y), (body.hip + 2.0, HIP_Y), (flare, hem_y), (flare * 0.5, hem_y + 2), (0, hem_y + 2.6)]
    )
    part(canvas, outline, colour, label, item, pattern=skirt.pattern)
    for x in (-0.55, -0.15, 0.25, 0.6):
        crease(canvas, points((x * body.waist * 0.9, top_y + 8), (x * flare, hem_y)), colour, 0.7, 0.45)


def draw_dress(canvas: Canvas, body: Body, dress: Garment, colour: RGB) -> None:
    """A dress: fitted bodice, flared skirt."""
    _sleeves(canvas, body, dress, colour, Item.DRESS, Label.DRESS)
    draw_skirt(canvas, body, dress, colour, WAIST_Y - 2, Label.DRESS, Item.DRESS)
    bodice = _torso(body, "tank top" if dress.sleeve == "sleeveless" else "dress", WAIST_Y, 0.8)
    part(canvas, bodice, colour, Label.DRESS, Item.DRESS, pattern=dress.pattern, line=0)
    crease(canvas, points((-body.waist, WAIST_Y), (body.waist, WAIST_Y)), colour, 0.9, 0.7)


def draw_legwear(canvas: Canvas, limb: Limb, legwear: Garment, colour: RGB, label: Label) -> None:
    """Socks to the calf, or tights over the whole leg."""
    start = 1.45 if legwear.type == "socks" else 0.0
    part(canvas, tube(limb, start, 2.0, 0.7), colour, label, Item.LEGWEAR, line=0.6)


def draw_footwear(canvas: Canvas, limb: Limb, shoe: Garment, colour: RGB, skin: RGB, side: int) -> None:
    """One shoe; ``side`` is 1 for the person's left foot."""
    label = Label.LEFT_SHOE if side > 0 else Label.RIGHT_SHOE
    x, y = limb.joints[2]
    toe = x + side * 4.5
    foot = smooth(
        points(
            (x - side * 5.6, y - 3),
            (x + side * 5.0, y - 3),
            (toe + side * 5.5, y + 5),
            (toe + side * 4.5, SOLE_Y),
            (x - side * 6.4, SOLE_Y),
        )
    )
    if shoe.type == "sandals":
        part(canvas, foot, skin, Label.LEFT_LEG if side > 0 else Label.RIGHT_LEG, Item.SKIN, line=0.6)
        for dy in (0.5, 5.0):
            strap = points(
                (x - side * 6.5, y + dy),
                (toe + side * 5.2, y + dy + 1.5),
                (toe + side * 5.4, y + dy + 4.4),
                (x - side * 6.5, y + dy + 3.2),
            )
            part(canvas, strap, colour, label, Item.FOOTWEAR, line=0.6)
        sole = points(
            (x - side * 7, SOLE_Y - 2.6),
            (toe + side * 6.5, SOLE_Y - 2.6),
            (toe + side * 6, SOLE_Y + 1),
            (x - side * 7, SOLE_Y + 1),
        )
        part(canvas, sole, colour, label, Item.FOOTWEAR, line=0.6)
        return
    if shoe.type == "boots":
        shaft = tube(limb, 1.5, 2.05, 2.6)
        part(canvas, shaft, colour, label, Item.FOOTWEAR)
    part(canvas, foot, colour, label, Item.FOOTWEAR)
    if shoe.type == "sneakers":
        sole = points(
            (x - side * 6.6, SOLE_Y - 2.8),
            (toe + side * 5.6, SOLE_Y - 2.8),
            (toe + side * 5, SOLE_Y + 0.6),
            (x - side * 6.8, SOLE_Y + 0.6),
        )
        part(canvas, sole, (244, 244, 242), label, Item.FOOTWEAR, line=0.5)
        for dy in (0.5, 3.2):
            canvas.stroke(points((x - side * 1.5, y + dy), (x + side * 4.5, y + dy + 0.8)), flat((246, 246, 244)), 0.9)
    else:
        crease(canvas, points((x - side * 6.4, SOLE_Y - 2), (toe + side * 5, SOLE_Y - 2)), colour, 0.9, 0.9)
