"""Draws a figure: background, then the person from back to front, in one pass over the canvas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.train.figures import accessories, clothes, head, scenes
from engine.train.figures.attributes import COLOURS, HAIR_COLOURS, RGB, SKINS, Figure, Garment
from engine.train.figures.canvas import Canvas, View
from engine.train.figures.cloth import Item, Label, varied
from engine.train.figures.geometry import HEAD_SCALE, NECK_Y, SOLE_Y, Body, make_body
from engine.train.figures.joints import joints

# Topmost and lowest body unit in the picture, for each framing.
FRAMES: dict[str, tuple[float, float]] = {
    "full_body": (-34.0, 165.0),
    "nearly_full_body": (-34.0, 131.0),
    "upper_body": (-34.0, 95.0),
    "portrait": (-33.0, 72.0),
    "headshot": (-31.0, 50.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A drawn figure: ``image`` uint8 [H, W, 3] sRGB, ``labels`` uint8 [H, W] ATR-18, ``items`` uint8 [H, W].

    ``joints`` [18, 2] are the points of its pose as shares of width and height, some of them outside the picture.
    """

    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    items: NDArray[np.uint8]
    joints: NDArray[np.float64]

    def visible(self, item: Item) -> float:
        """The share of the picture that shows ``item``, 0 to 1."""
        return float(np.mean(self.items == item))


def draw_figure(figure: Figure) -> Drawing:
    """Draws ``figure``; the same figure gives the same bytes."""
    rng = np.random.default_rng(figure.jitter_seed)
    canvas = Canvas(figure.width, figure.height, _view(figure, rng))
    scenes.draw_background(canvas, figure.background, rng)
    person = _Person(canvas, figure, rng)
    person.draw()
    image = np.clip(np.rint(canvas.image), 0, 255).astype(np.uint8)
    points = joints(person.body, canvas.view, figure.width, figure.height)
    return Drawing(image=image, labels=canvas.labels, items=canvas.items, joints=points)


def _view(figure: Figure, rng: np.random.Generator) -> View:
    top, bottom = FRAMES[figure.framing]
    scale = figure.height / (bottom - top) * rng.uniform(0.96, 1.02)
    middle = (top + bottom) / 2 + rng.uniform(-1.5, 1.5)
    wander = 0.05 if figure.width <= figure.height else 0.12
    centre = rng.uniform(-wander, wander) * figure.width / scale
    return View(
        scale=scale,
        origin_x=centre - figure.width / scale / 2,
        origin_y=middle - figure.height / scale / 2,
    )


class _Person:
    """One person on one canvas: chooses shades once, then paints back to front."""

    def __init__(self, canvas: Canvas, figure: Figure, rng: np.random.Generator) -> None:
        self.canvas, self.figure, self.rng = canvas, figure, rng
        self.close = canvas.zoomed(HEAD_SCALE, 0.0, NECK_Y)  # the pen for the head
        self.mirror = bool(rng.integers(2))
        self.body: Body = make_body(figure.gender, figure.build, figure.pose, self.mirror)
        self.skin = varied(SKINS[figure.skin], rng, 6)
        self.hair: RGB = varied(HAIR_COLOURS[figure.hair.colour or "brown"], rng, 6)
        self.beard = self.hair
        if figure.facial_hair and figure.beard_colour != figure.hair.colour:
            self.beard = varied(HAIR_COLOURS[figure.beard_colour], rng, 6)
        self.shades = {
            id(garment): varied(COLOURS[garment.colour], rng)
            for garment in (figure.headwear, figure.eyewear, figure.top, figure.dress, figure.bottom, figure.outerwear,
                            figure.legwear, figure.footwear, figure.belt, figure.neckwear, figure.bag)
            if garment is not None
        }  # fmt: skip
        self.tucked = bool(rng.integers(2)) or figure.belt is not None

    def draw(self) -> None:
        scenes.draw_ground_shadow(self.canvas, SOLE_Y)
        self._behind()
        self._legs()
        self._torso()
        self._head()

    def _shade(self, garment: Garment) -> RGB:
        return self.shades[id(garment)]

    def _behind(self) -> None:
        figure, canvas = self.figure, self.canvas
        if figure.headwear is None or figure.headwear.type != "headscarf":
            head.draw_hair_behind(self.close, figure.hair, self.hair, self.rng)
        if figure.bag is not None:
            accessories.draw_bag_behind(canvas, self.body, figure.bag, self._shade(figure.bag))

    def _legs(self) -> None:
        figure, canvas, body = self.figure, self.canvas, self.body
        over = figure.footwear.type == "boots"
        for side, limb, label in ((-1, body.right_leg, Label.RIGHT_LEG), (1, body.left_leg, Label.LEFT_LEG)):
            clothes.draw_leg(canvas, limb, self.skin, label)
            if figure.legwear is not None:
                clothes.draw_legwear(canvas, limb, figure.legwear, self._shade(figure.legwear), label)
            if not over:
                clothes.draw_footwear(canvas, limb, figure.footwear, self._shade(figure.footwear), self.skin, side)
        if figure.bottom is not None and not self._bottom_over_top():
            clothes.draw_bottom(canvas, body, figure.bottom, self._shade(figure.bottom))
        if over:
            for side, limb in ((-1, body.right_leg), (1, body.left_leg)):
                clothes.draw_footwear(canvas, limb, figure.footwear, self._shade(figure.footwear), self.skin, side)

    def _bottom_over_top(self) -> bool:
        return self.figure.bottom is not None and self.figure.bottom.type == "skirt" and self.tucked

    def _torso(self) -> None:
        figure, canvas, body = self.figure, self.canvas, self.body
        head.draw_neck(canvas, self.skin)
        clothes.draw_arm(canvas, body.left_arm, self.skin, Label.LEFT_ARM)
        clothes.draw_arm(canvas, body.right_arm, self.skin, Label.RIGHT_ARM)
        if figure.top is not None:
            clothes.draw_top(canvas, body, figure.top, self._shade(figure.top), tucked=self.tucked)
        if figure.dress is not None:
            clothes.draw_dress(canvas, body, figure.dress, self._shade(figure.dress))
        if figure.bottom is not None and self._bottom_over_top():
            clothes.draw_bottom(canvas, body, figure.bottom, self._shade(figure.bottom))
        if figure.belt is not None:
            accessories.draw_belt(canvas, body, self._shade(figure.belt))
        if figure.neckwear is not None and figure.neckwear.type != "scarf":
            accessories.draw_neckwear(canvas, figure.neckwear, self._shade(figure.neckwear))
        if figure.outerwear is not None:
            clothes.draw_outerwear(canvas, body, figure.outerwear, self._shade(figure.outerwear))
        if figure.neckwear is not None and figure.neckwear.type == "scarf":
            accessories.draw_neckwear(canvas, figure.neckwear, self._shade(figure.neckwear))
        if figure.bag is not None:
            side = -1 if self.mirror == (figure.pose in ("waving", "walking")) else 1
            side = -side if figure.pose in ("waving", "walking") else side
            accessories.draw_bag_front(canvas, body, figure.bag, self._shade(figure.bag), side)

    def _head(self) -> None:
        figure, canvas = self.figure, self.close
        head.draw_face(canvas, figure, self.skin, self.hair, self.beard)
        covered = figure.headwear is not None and figure.headwear.type == "headscarf"
        if not covered:
            head.draw_hair_front(canvas, figure.hair, self.hair, self.rng)
        if figure.eyewear is not None:
            accessories.draw_eyewear(canvas, figure.eyewear)
        if figure.headwear is not None:
            accessories.draw_headwear(canvas, figure.headwear, self._shade(figure.headwear))
