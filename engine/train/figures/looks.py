"""Looks: figures drawn otherwise than usual, for adapters to learn from; the words and the label maps stay.

Each takes a finished drawing, so that a data set in a look is the plain one's twin, picture by picture.

Letters: H W sides of the picture.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.train.figures.cloth import Item
from engine.train.figures.draw import Drawing

Pixels: TypeAlias = NDArray[np.uint8]
Look: TypeAlias = Callable[[Drawing], Pixels]
_Field: TypeAlias = NDArray[np.float64]

_PAPER, _GRAPHITE = (250.0, 247.0, 238.0), (52.0, 50.0, 58.0)
_YELLOW, _SILVER, _NAVY = (226.0, 244.0, 52.0), (214.0, 217.0, 222.0), (30.0, 38.0, 84.0)
_TONE = 0.42  # of a pencil's full darkness, what the darkest fill gets
_EDGE = 26.0  # grey levels from one pixel to the next at which a line is half drawn
_LEAST_GARMENT = 0.03  # of the picture; less of a garment shows no bands


def pencil(drawing: Drawing) -> Pixels:
    """A pencil drawing on paper: lines where tones or items meet, and light hatching where it is dark."""
    grey = drawing.image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])  # [H, W]
    steps = np.maximum(_steps(grey), 3 * _EDGE * (_steps(drawing.items.astype(np.float64)) > 0))
    lines = steps**2 / (steps**2 + _EDGE**2)
    down, across = np.indices(grey.shape)
    hatching = 0.75 + 0.25 * np.sin((down + across) * (2 * np.pi / 6))
    dark = np.where(drawing.items == Item.BACKGROUND, 0.25, 1.0) * _TONE * (1 - grey / 255) * hatching
    return _mixed(np.maximum(dark, lines)[..., None], _PAPER, _GRAPHITE)


def safety_jacket(drawing: Drawing) -> Pixels:
    """What is worn on the upper body becomes a high-visibility jacket: yellow, two silver bands, a navy hem."""
    worn = np.isin(drawing.items, (Item.TOP, Item.OUTERWEAR))
    if worn.mean() < _LEAST_GARMENT:
        return drawing.image
    rows = np.nonzero(worn.any(axis=1))[0]
    first, length = rows[0], max(1, rows[-1] - rows[0])
    height = (np.arange(len(worn)) - first) / length  # of the garment, 0 at its top and 1 at its hem
    cloth = np.full(drawing.image.shape, _YELLOW)
    cloth[((0.42 < height) & (height < 0.53)) | ((0.66 < height) & (height < 0.77))] = _SILVER
    cloth[height > 0.93] = _NAVY
    grey = drawing.image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    usual = max(1.0, float(np.median(grey[worn])))
    folds = (grey / usual).clip(0.8, 1.08)[..., None]
    return np.where(worn[..., None], cloth * folds, drawing.image).clip(0, 255).round().astype(np.uint8)


LOOKS: Mapping[str, Look] = MappingProxyType({"pencil": pencil, "safety-jacket": safety_jacket})


def _steps(values: _Field) -> _Field:
    """The largest difference of each pixel from the one below and the one to the right, [H, W]."""
    below = np.abs(np.diff(values, axis=0, append=values[-1:]))
    right = np.abs(np.diff(values, axis=1, append=values[:, -1:]))
    return np.maximum(below, right)


def _mixed(share: _Field, light: tuple[float, ...], dark: tuple[float, ...]) -> Pixels:
    mixed = np.array(light) * (1 - share) + np.array(dark) * share
    return mixed.clip(0, 255).round().astype(np.uint8)
