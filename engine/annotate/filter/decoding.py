"""Pictures of a pool to pixels as people see them: upright, in sRGB, over white where they are transparent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.pictures.decode import load_colours
from engine.pictures.header import MovesError, PixelLimits, TooLargeError, image_size

#: Longest side of what is looked at; a larger picture is made smaller while it is decoded.
MOST_SIDE = 2048


def pixels_of(picture: PoolPicture, limits: PixelLimits, most_side: int = MOST_SIDE) -> NDArray[np.uint8]:
    """The picture at its own size, or smaller, [H, W, 3].

    Raises:
        Refused: Its file is missing (unreadable), truncated or damaged, moves, or has too_many_pixels.
    """
    try:
        data = picture.path.read_bytes()
    except OSError as error:
        raise Refused("unreadable", f"{picture.path.name}: {error.strerror or error}") from error
    try:
        width, height = image_size(data, limits)
        scale = min(1.0, most_side / max(width, height))
        return load_colours(data, max(1, round(width * scale)), max(1, round(height * scale)), limits)
    except TooLargeError as error:
        raise Refused("too_many_pixels", str(error)) from error
    except MovesError as error:
        raise Refused("moves", str(error)) from error
    except ValueError as error:
        raise Refused("damaged", str(error)) from error
