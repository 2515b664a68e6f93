"""Backgrounds: a plain colour like a studio backdrop, or one of eight drawn places."""

from collections.abc import Callable

import numpy as np

from engine.train.figures.attributes import COLOURS, RGB
from engine.train.figures.canvas import Canvas, Points
from engine.train.figures.cloth import varied
from engine.train.figures.geometry import ellipse, points, smooth
from engine.train.figures.textures import flat, shade, vertical

# Scenes are drawn in picture units: x and y run 0..1 over the picture's width and height. Little in them moves from
# picture to picture, since no description says where a window or a star is.
_STARS = ((0.06, 0.34), (0.2, 0.48), (0.34, 0.08), (0.1, 0.62), (0.62, 0.06), (0.78, 0.2), (0.92, 0.1), (0.9, 0.36),
          (0.82, 0.52), (0.95, 0.64), (0.28, 0.28), (0.7, 0.36))  # fmt: skip


def draw_background(canvas: Canvas, background: str, rng: np.random.Generator) -> None:
    """Fills the canvas with a colour's backdrop or a scene."""
    scene = _SCENES.get(background)
    if scene is not None:
        scene(canvas, rng)
        return
    colour = varied(COLOURS[background], rng, 8)
    _sky(canvas, shade(colour, 1.06), shade(colour, 0.94))


def draw_ground_shadow(canvas: Canvas, y: float) -> None:
    """A soft shadow under the feet, in body units."""
    canvas.stroke(points((-30, y), (30, y)), flat((24, 24, 30)), 4.0, opacity=0.22)


def _place(canvas: Canvas, shape: Points) -> Points:
    """Picture units to body units."""
    view = canvas.view
    size = np.array([canvas.width, canvas.height]) / view.scale
    return shape * size + (view.origin_x, view.origin_y)


def _fill(canvas: Canvas, colour: RGB, *pairs: tuple[float, float]) -> None:
    canvas.fill(_place(canvas, points(*pairs)), flat(colour))


def _disc(canvas: Canvas, colour: RGB, x: float, y: float, radius: float) -> None:
    ratio = canvas.width / canvas.height
    canvas.fill(_place(canvas, ellipse(x, y, radius / ratio, radius)), flat(colour))


def _sky(canvas: Canvas, top: RGB, bottom: RGB) -> None:
    y0, y1 = float(canvas.y[0, 0]), float(canvas.y[-1, 0])
    canvas.fill_all(vertical(top, bottom, y0, y1))


def _park(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (140, 200, 244), (214, 236, 250))
    _fill(canvas, (132, 196, 98), (0, 0.58), (0.3, 0.52), (0.7, 0.57), (1, 0.52), (1, 1), (0, 1))
    for x in (0.1 + rng.uniform(-0.05, 0.05), 0.9 + rng.uniform(-0.05, 0.05)):
        _fill(canvas, (116, 80, 50), (x - 0.025, 0.4), (x + 0.025, 0.4), (x + 0.03, 0.64), (x - 0.03, 0.64))
        for dx, dy in ((0.0, 0.0), (-0.09, 0.06), (0.09, 0.06)):
            _disc(canvas, (58, 142, 72), x + dx, 0.32 + dy, 0.11)
    _fill(canvas, (226, 208, 166), (0.42, 0.56), (0.56, 0.56), (0.86, 1), (0.2, 1))


def _beach(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (96, 186, 244), (200, 234, 250))
    _disc(canvas, (255, 226, 104), 0.82 + rng.uniform(-0.05, 0.05), 0.13, 0.065)
    _fill(canvas, (34, 140, 190), (0, 0.5), (1, 0.5), (1, 0.72), (0, 0.72))
    for y in (0.55, 0.62):
        _fill(canvas, (150, 216, 236), (0, y), (1, y + 0.01), (1, y + 0.022), (0, y + 0.012))
    shore = smooth(points((0, 0.7), (0.3, 0.68), (0.7, 0.72), (1, 0.69)), closed=False)
    sand = np.concatenate([shore, points((1, 1), (0, 1))])
    canvas.fill(_place(canvas, sand), flat((244, 220, 160)))


def _street(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (186, 208, 226), (226, 232, 236))
    walls = ((172, 120, 100), (150, 156, 170), (206, 186, 150), (120, 132, 150))
    for number, top in enumerate((0.2, 0.08, 0.24, 0.12)):
        x, top = 0.25 * number, top + rng.uniform(-0.03, 0.03)
        _fill(canvas, walls[number], (x, top), (x + 0.25, top), (x + 0.25, 0.78), (x, 0.78))
        for wy in np.arange(top + 0.06, 0.68, 0.125):
            for wx in (x + 0.045, x + 0.145):
                _fill(canvas, (248, 232, 168), (wx, wy), (wx + 0.06, wy), (wx + 0.06, wy + 0.06), (wx, wy + 0.06))
    _fill(canvas, (170, 168, 166), (0, 0.76), (1, 0.76), (1, 0.84), (0, 0.84))
    _fill(canvas, (92, 94, 102), (0, 0.83), (1, 0.83), (1, 1), (0, 1))
    for x in (0.06, 0.44, 0.82):
        _fill(canvas, (244, 240, 220), (x, 0.91), (x + 0.16, 0.91), (x + 0.16, 0.925), (x, 0.925))


def _brick(canvas: Canvas, rng: np.random.Generator) -> None:
    base = np.array(varied((176, 84, 66), rng, 10), dtype=np.float32)
    mortar = np.array((222, 206, 192), dtype=np.float32)
    px, py = (
        (canvas.x - canvas.view.origin_x) * canvas.view.scale,
        (canvas.y - canvas.view.origin_y) * canvas.view.scale,
    )
    row = np.floor(py / 16.0)
    u, v = (px / 32.0 + 0.5 * (row % 2)) % 1.0 * 32.0, py % 16.0
    joint = np.clip(np.maximum(2.0 - np.minimum(u, 32 - u), 2.0 - np.minimum(v, 16 - v)) + 0.5, 0, 1)[..., None]
    tint = (((np.floor(px / 32.0 + 0.5 * (row % 2)) * 7 + row * 3) % 5) - 2)[..., None] * 5.0
    canvas.fill_all(lambda x, y: np.clip(base + tint, 0, 255) * (1 - joint) + mortar * joint)


def _forest(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (60, 106, 84), (128, 164, 116))
    for x in np.linspace(0.06, 0.94, 5) + rng.uniform(-0.02, 0.02, 5):
        _fill(canvas, (70, 50, 38), (x - 0.04, 0), (x + 0.04, 0), (x + 0.05, 0.84), (x - 0.05, 0.84))
    for x in np.linspace(0, 1, 6):
        _disc(canvas, (36, 88, 56), float(x), 0.03, 0.13)
    _fill(canvas, (74, 112, 60), (0, 0.82), (0.5, 0.8), (1, 0.82), (1, 1), (0, 1))


def _mountains(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (146, 196, 240), (232, 240, 248))
    for x, height, colour in ((0.2, 0.2, (124, 134, 160)), (0.8, 0.14, (108, 120, 148)), (0.5, 0.3, (142, 152, 176))):
        peak = x + rng.uniform(-0.03, 0.03)
        _fill(canvas, colour, (peak - 0.5, 0.78), (peak, height), (peak + 0.5, 0.78))
        _fill(
            canvas,
            (248, 250, 252),
            (peak - 0.11, height + 0.14),
            (peak, height),
            (peak + 0.11, height + 0.14),
            (peak + 0.03, height + 0.1),
            (peak - 0.03, height + 0.15),
        )
    _fill(canvas, (122, 168, 104), (0, 0.76), (1, 0.74), (1, 1), (0, 1))


def _library(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (96, 62, 38), (80, 50, 30))
    spines = ((168, 52, 48), (44, 92, 130), (214, 174, 84), (70, 116, 82), (232, 222, 200), (110, 66, 118))
    first = int(rng.integers(6))
    for row, shelf in enumerate(np.arange(0.0, 1.0, 1 / 6)):
        for number in range(12):
            x, top = (number + 0.1) / 12, shelf + (0.015, 0.035, 0.02)[(number + row) % 3]
            colour = spines[(first + 5 * number + 2 * row) % 6]
            end = shelf + 0.145
            _fill(canvas, colour, (x, top), (x + 0.07, top), (x + 0.07, end), (x, end))
        _fill(canvas, (142, 98, 62), (0, shelf + 0.145), (1, shelf + 0.145), (1, shelf + 0.167), (0, shelf + 0.167))


def _night(canvas: Canvas, rng: np.random.Generator) -> None:
    _sky(canvas, (16, 20, 56), (58, 58, 118))
    _disc(canvas, (250, 244, 208), 0.16 + rng.uniform(-0.03, 0.03), 0.13, 0.065)
    for x, y in _STARS:
        _disc(canvas, (255, 252, 226), x, y, 0.012)
    _fill(canvas, (26, 30, 50), (0, 0.84), (0.4, 0.8), (0.75, 0.83), (1, 0.79), (1, 1), (0, 1))


_SCENES: dict[str, Callable[[Canvas, np.random.Generator], None]] = {
    "park": _park,
    "beach": _beach,
    "city street": _street,
    "brick wall": _brick,
    "forest": _forest,
    "mountains": _mountains,
    "library": _library,
    "night sky": _night,
}
