"""The map that a network of control reads, of a layout or a pose, at the size of a picture.

It knows layouts and skeletons; it does not know what the network makes of them.

Letters: I channels of the map, H W sides in pixels.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.control.layout import ItemSets, chances, coloured
from engine.control.skeleton import Picture, Point, draw_skeleton

Map: TypeAlias = npt.NDArray[np.float32]  # [1, I, H, W] of 0..1


def layout_map(sets: ItemSets, width: int, height: int, *, in_colours: bool) -> Map:
    """A layout, whatever its size, as chances of item classes or in colours."""
    rows = (np.arange(height) + 0.5) * sets.shape[0] / height
    columns = (np.arange(width) + 0.5) * sets.shape[1] / width
    fitted = sets[rows.astype(np.intp)[:, None], columns.astype(np.intp)[None, :]]
    return _of_colours(coloured(fitted)) if in_colours else chances(fitted)[None]


def pose_map(points: Sequence[Point], width: int, height: int) -> Map:
    """A pose as a skeleton in colours."""
    return _of_colours(draw_skeleton(points, width, height))


def _of_colours(picture: Picture) -> Map:
    return np.ascontiguousarray((picture / np.float32(255)).astype(np.float32).transpose(2, 0, 1)[None])
