"""A map of numbers as a small grey picture; what the numbers mean is its caller's business.

Letters: h w sides in cells.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

WHITE = 255


def map_png(numbers: npt.NDArray[np.float32]) -> bytes:
    """A PNG of h x w grey pixels: white is the greatest number of the map, and black is 0.

    Args:
        numbers: At least 0, [h, w].
    """
    greatest = float(numbers.max())
    shares = numbers / greatest if greatest > 0 else numbers
    buffer = io.BytesIO()
    Image.fromarray(np.rint(WHITE * shares).astype(np.uint8)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
