"""Garments on the body: tops, outerwear, dresses, bottoms, legwear and footwear."""

import numpy as np

from engine.train.figures.attributes import RGB, Garment
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import Item, Label, accent, crease, outline_colour, part
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
from engine.train.figures.textures import flat, luminance, shade

_SEAM: RGB = (226, 168, 92)  # of jeans, and their turned-up hems
SKIRT_HEM_Y = {"short": 108.0, "knee-length": 124.0, "long": 147.0}
_NECKLINES: dict[str, list[tuple[float, float]]] = {
    "t-shirt": [(0, 46.5), (4.5, 45), (7, 41.5)],
    "shirt": [(0, 48), (4, 44), (7, 40)],
    "sweater": [(0, 43.5), (4.5, 42.5), (7, 39.5)],
    "hoodie": [(0, 44), (5, 42.5), (8, 39)],
    "tank top": [(0, 55), (6, 54), (8.5, 43)],
    "blouse": [(0, 54), (3, 48), (7, 41)],
    "dress": [(0, 50), (6, 48), (9, 42.5)],
}


def draw_arm(canvas: Canvas, limb: Limb, skin: RGB, label: Label) -> None:
    """A bare arm with its hand."""
    part(canvas, tube(limb), skin, label, Item.SKIN)
    x, y = limb.joints[2]
    part(canvas, ellipse(x, y, 4.8, 5.2), skin, label, Item.SKIN)


def draw_leg(canvas: Canvas, limb: Limb, skin: RGB, label: Label) -> None:
    """A bare leg to the ankle."""
    part(canvas, tube(limb), skin, label, Item.SKIN)


def _torso(body: Body, neckline: str, hem_y: float, flare: float) -> Points:
    strap = neckline == "tank top"
    shoulder = [(14.0, 43.5), (14.5, 52.0)] if strap else [(body.shoulder - 3, 43.2), (body.shoulder, 47.0)]
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
    """A pointed collar, a placket and large buttons."""
    del body
    canvas.fill(points((-2.6, 48), (2.6, 48), (2.6, hem_y), (-2.6, hem_y)), flat(accent(colour)))
    for side in (-1, 1):
        collar = points((0, 48), (side * 8.0, 37.5), (side * 13.0, 43.5), (side * 5.6, 54))
        part(canvas, collar, accent(colour), Label.UPPER_CLOTHES, Item.TOP)
    for y in np.arange(57, hem_y - 2, 8.5):
        canvas.fill(ellipse(0, float(y), 1.5, 1.5), flat(outline_colour(colour)))


def _sweater_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    """A rolled collar, and broad bands at hem and wrists."""
    collar = smooth(mirrored([(0, 36.0), (9.4, 35.5), (10.6, 42), (0, 46)]))
    part(canvas, collar, accent(colour), Label.UPPER_CLOTHES, Item.TOP)
    width = (body.hip if hem_y > HIP_Y - 4 else body.waist) + 1.8
    band = points((-width, hem_y - 6), (width, hem_y - 6), (width, hem_y + 1), (-width, hem_y + 1))
    part(canvas, band, accent(colour), Label.UPPER_CLOTHES, Item.TOP)
    _cuffs(canvas, body, colour, Item.TOP, 1.9)


def _cuffs(canvas: Canvas, body: Body, colour: RGB, item: Item, extra: float) -> None:
    for limb in (body.left_arm, body.right_arm):
        part(canvas, tube(limb, 1.62, 1.88, extra), accent(colour), Label.UPPER_CLOTHES, item)


def _hoodie_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    """A hood around the neck, white strings and a pouch."""
    del body
    hood = smooth(mirrored([(3, 44), (8, 34), (17, 33), (17, 44), (7, 51)]))
    part(canvas, hood, shade(colour, 0.78), Label.UPPER_CLOTHES, Item.TOP)
    pouch = points((-9, hem_y - 18), (9, hem_y - 18), (14, hem_y - 4), (-14, hem_y - 4))
    part(canvas, pouch, shade(colour, 0.78), Label.UPPER_CLOTHES, Item.TOP)
    string = (246, 244, 240) if luminance(colour) < 0.72 else (60, 60, 66)
    for side in (-1, 1):
        canvas.stroke(points((side * 4.5, 49), (side * 5, 63)), flat(string), 1.8)


def _blouse_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    """A broad rounded collar and a ribbon."""
    del body, hem_y
    for side in (-1, 1):
        lobe = smooth(points((0, 45), (side * 7, 38), (side * 17, 43), (side * 15, 55), (side * 5, 57)))
        part(canvas, lobe, accent(colour), Label.UPPER_CLOTHES, Item.TOP)
    canvas.fill(points((-1.8, 47), (1.8, 47), (4.6, 66), (0, 62), (-4.6, 66)), flat(outline_colour(colour)))


def _t_shirt_details(canvas: Canvas, body: Body, colour: RGB, hem_y: float) -> None:
    """A ringed neckline."""
    del body, hem_y
    ring = smooth(points((-8, 40.5), (0, 48.5), (8, 40.5)), closed=False)
    canvas.stroke(ring, flat(accent(colour)), 3.0)


_TOP_DETAILS = {
    "shirt": _shirt_details,
    "sweater": _sweater_details,
    "hoodie": _hoodie_details,
    "blouse": _blouse_details,
    "t-shirt": _t_shirt_details,
}


_CLOSED_Y = 78.0  # where the fronts of an outer garment come nearest to each other


def draw_outerwear(canvas: Canvas, body: Body, coat: Garment, colour: RGB) -> None:
    """An open coat, jacket, blazer or cardigan; what is worn under it shows in the middle.

    Each has an outline of its own: a coat is long, a jacket short, a blazer drawn in at the waist, a cardigan banded.
    """
    hem_y = {"coat": 130.0, "jacket": WAIST_Y + 7, "blazer": HIP_Y + 9, "cardigan": HIP_Y + 4}[coat.type]
    opening = {"coat": 9.0, "jacket": 9.5, "blazer": 5.0, "cardigan": 9.0}[coat.type]
    for side in (-1, 1):
        hem = body.hip + (8.0 if coat.type == "coat" else 3.5)
        panel = points(
            (side * 7.0, 40.0), (side * (body.shoulder - 2), 42.0), (side * (body.shoulder + 2), 47.0),
            (side * (body.shoulder - 1), 60.0), (side * (body.waist + 4), WAIST_Y), (side * hem, hem_y),
            (side * (opening + (6.0 if coat.type == "blazer" else 1.5)), hem_y + 1), (side * opening, _CLOSED_Y),
            (side * (opening + (8.0 if coat.type == "blazer" else 0.0)), 56.0),
        )  # fmt: skip
        part(canvas, panel, colour, Label.UPPER_CLOTHES, Item.OUTERWEAR)
        _OUTERWEAR_DETAILS[coat.type](canvas, colour, side, opening, hem, hem_y)
    _sleeves(canvas, body, coat, colour, Item.OUTERWEAR, Label.UPPER_CLOTHES)
    if coat.type in ("jacket", "cardigan"):
        _cuffs(canvas, body, colour, Item.OUTERWEAR, 2.8)


def _trim(canvas: Canvas, colour: RGB, *corners: tuple[float, float]) -> None:
    part(canvas, points(*corners), accent(colour), Label.UPPER_CLOTHES, Item.OUTERWEAR)


def _coat_details(canvas: Canvas, colour: RGB, side: int, opening: float, hem: float, hem_y: float) -> None:
    """A wide collar that lies on the shoulders, and a column of large buttons."""
    del hem
    _trim(canvas, colour, (side * 6, 38), (side * 19, 42), (side * 17, 52), (side * opening, 60))
    for y in np.arange(72.0, hem_y - 8, 13.0):
        canvas.fill(ellipse(side * (opening + 4.5), float(y), 2.2, 2.2), flat(outline_colour(colour)))


def _jacket_details(canvas: Canvas, colour: RGB, side: int, opening: float, hem: float, hem_y: float) -> None:
    """A zip of bright metal and a ribbed waistband: the shortest of them."""
    _trim(canvas, colour, (side * opening, hem_y - 8), (side * (hem + 0.6), hem_y - 8), (side * hem, hem_y + 1),
          (side * opening, hem_y + 1))  # fmt: skip
    edge = points((side * 8.4, 42), (side * (opening + 1.4), 70), (side * (opening + 1.8), hem_y))
    canvas.stroke(edge, flat((226, 228, 232)), 2.8, Label.UPPER_CLOTHES, Item.OUTERWEAR)
    canvas.stroke(edge, flat((96, 98, 106)), 1.1)


def _blazer_details(canvas: Canvas, colour: RGB, side: int, opening: float, hem: float, hem_y: float) -> None:
    """Long notched lapels that end in a button at the waist, and pockets with flaps."""
    _trim(canvas, colour, (side * 6.0, 38.5), (side * 12.0, 41.0), (side * 19.0, 50.0), (side * 15.0, 53.5),
          (side * 19.0, 57.5), (side * (opening + 0.5), _CLOSED_Y), (side * 11.5, 54.0))  # fmt: skip
    if side > 0:
        canvas.fill(ellipse(opening + 2.2, _CLOSED_Y + 3, 2.2, 2.2), flat(outline_colour(colour)))
    y = hem_y - 12
    _trim(canvas, colour, (side * (opening + 7), y), (side * (hem - 1), y), (side * (hem - 1), y + 4.5),
          (side * (opening + 7), y + 4.5))  # fmt: skip


def _cardigan_details(canvas: Canvas, colour: RGB, side: int, opening: float, hem: float, hem_y: float) -> None:
    """One band all along the opening, with buttons, and around the hem, ribbed."""
    _trim(canvas, colour, (side * 6.0, 39.0), (side * 12.0, 41.0), (side * (opening + 4.6), 62.0),
          (side * (opening + 4.8), hem_y - 6), (side * hem, hem_y - 6), (side * hem, hem_y + 1),
          (side * opening, hem_y + 1), (side * opening, 62.0))  # fmt: skip
    for x in np.arange(opening + 6.5, hem - 1, 4.0):
        canvas.stroke(points((side * float(x), hem_y - 5), (side * float(x), hem_y)), flat(colour), 1.3)
    if side > 0:
        for y in np.arange(60.0, hem_y - 2, 8.5):
            canvas.fill(ellipse(opening + 2.4, float(y), 1.7, 1.7), flat(outline_colour(accent(colour))))


_OUTERWEAR_DETAILS = {
    "coat": _coat_details,
    "jacket": _jacket_details,
    "blazer": _blazer_details,
    "cardigan": _cardigan_details,
}


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
    pelvis = mirrored(
        [(body.waist + 0.5, WAIST_Y + 2), (body.hip + 1.2, HIP_Y), (body.hip + 1.6, CROTCH_Y), (0, CROTCH_Y + 6)]
    )
    part(canvas, pelvis, colour, Label.PANTS, Item.BOTTOM, pattern=bottom.pattern, line=0)
    crease(canvas, points((0, HIP_Y), (0, CROTCH_Y + 5)), colour, 1.2, 0.8)
    if bottom.type == "jeans":
        for side, limb in ((-1, body.right_leg), (1, body.left_leg)):
            pocket = points((side * 4, WAIST_Y + 6), (side * 8, HIP_Y - 1), (side * (body.hip + 1), HIP_Y - 2))
            canvas.stroke(pocket, flat(_SEAM), 1.6)
            part(canvas, tube(limb, 1.74, 1.93, 2.2), shade(_SEAM, 1.2), Label.PANTS, Item.BOTTOM)


def draw_skirt(canvas: Canvas, body: Body, skirt: Garment, colour: RGB, top_y: float, label: Label, item: Item) -> None:
    """A flared skirt from ``top_y`` to the hem of its length; also the lower half of a dress."""
    hem_y = SKIRT_HEM_Y[skirt.length]
    flare = body.hip + {"short": 7.0, "knee-length": 9.0, "long": 12.0}[skirt.length]
    outline = mirrored(
        [(body.waist + 0.8, top_y), (body.hip + 2.0, HIP_Y), (flare, hem_y), (flare * 0.5, hem_y + 2), (0, hem_y + 2.6)]
    )
    part(canvas, outline, colour, label, item, pattern=skirt.pattern)


def draw_dress(canvas: Canvas, body: Body, dress: Garment, colour: RGB) -> None:
    """A dress: fitted bodice, flared skirt."""
    _sleeves(canvas, body, dress, colour, Item.DRESS, Label.DRESS)
    draw_skirt(canvas, body, dress, colour, WAIST_Y - 2, Label.DRESS, Item.DRESS)
    bodice = _torso(body, "tank top" if dress.sleeve == "sleeveless" else "dress", WAIST_Y, 0.8)
    part(canvas, bodice, colour, Label.DRESS, Item.DRESS, pattern=dress.pattern, line=0)


def draw_legwear(canvas: Canvas, limb: Limb, legwear: Garment, colour: RGB, label: Label) -> None:
    """Socks with a band below the knee, or tights over the whole leg."""
    start = 1.22 if legwear.type == "socks" else 0.0
    part(canvas, tube(limb, start, 2.0, 0.9), colour, label, Item.LEGWEAR)
    if legwear.type == "socks":
        part(canvas, tube(limb, start + 0.06, start + 0.14, 1.3), accent(colour), label, Item.LEGWEAR)


def draw_footwear(canvas: Canvas, limb: Limb, shoe: Garment, colour: RGB, skin: RGB, side: int) -> None:
    """One shoe; ``side`` is 1 for the person's left foot."""
    label = Label.LEFT_SHOE if side > 0 else Label.RIGHT_SHOE
    x, y = limb.joints[2]
    toe = x + side * 5.5
    foot = smooth(
        points(
            (x - side * 6.4, y - 3),
            (x + side * 5.6, y - 3),
            (toe + side * 7.0, y + 5),
            (toe + side * 6.0, SOLE_Y),
            (x - side * 7.2, SOLE_Y),
        )
    )
    if shoe.type == "sandals":
        part(canvas, foot, skin, Label.LEFT_LEG if side > 0 else Label.RIGHT_LEG, Item.SKIN)
        for at, wide in ((x - side * 1.5, 4.0), (toe + side * 2.0, 4.4)):
            left, right = at - wide / 2, at + wide / 2
            strap = points((left, y - 3), (right, y - 3), (right, SOLE_Y), (left, SOLE_Y))
            part(canvas, strap, colour, label, Item.FOOTWEAR)
        part(canvas, _sole(x, toe, side), colour, label, Item.FOOTWEAR)
        return
    if shoe.type == "boots":
        part(canvas, tube(limb, 1.36, 2.05, 3.2), colour, label, Item.FOOTWEAR)
        part(canvas, tube(limb, 1.36, 1.52, 3.8), accent(colour), label, Item.FOOTWEAR)
    part(canvas, foot, colour, label, Item.FOOTWEAR)
    if shoe.type == "sneakers":
        part(canvas, _sole(x, toe, side), (244, 244, 242), label, Item.FOOTWEAR)
        lace = points((x + side * 0.5, y - 2), (x + side * 6.5, y + 4))
        canvas.stroke(lace, flat((246, 246, 244)), 2.4)


def _sole(x: float, toe: float, side: int) -> Points:
    return points(
        (x - side * 7.6, SOLE_Y - 3.4),
        (toe + side * 7.2, SOLE_Y - 3.4),
        (toe + side * 6.8, SOLE_Y + 1),
        (x - side * 7.6, SOLE_Y + 1),
    )
