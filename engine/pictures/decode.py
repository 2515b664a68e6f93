"""A caller's picture to pixels a VAE encoder reads: PNG, JPEG or WebP, from bytes that may hold anything.

Its header is judged before a single pixel is decoded. Every mistake is a ValueError that says what is allowed; nothing
here knows requests or models.

Letters: H W sides in pixels.
"""

import io
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from engine.pictures.header import read_header

# Plugins are called by name: Image.open knows dozens of formats more, and warns of large pictures instead of refusing.
_PLUGINS: Mapping[str, type[ImageFile]] = MappingProxyType(
    {"PNG": PngImageFile, "JPEG": JpegImageFile, "WEBP": WebPImageFile}
)


def load_pixels(data: bytes, width: int, height: int) -> npt.NDArray[np.float32]:
    """The picture at a size, [1, 3, H, W] of -1..1.

    It is turned as its EXIF says, laid over white where it is transparent, scaled (Lanczos) until it covers the size,
    and cropped to it around its middle.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, is too large, truncated or damaged.
    """
    header = read_header(data)
    try:
        image = _PLUGINS[header.image_format](io.BytesIO(data))
        if image.size != (header.width, header.height):
            raise ValueError("two sizes in one file")
        upright = ImageOps.exif_transpose(image)
    except Exception as error:  # a decoder of hostile bytes may raise anything
        raise ValueError(
            f"the picture must be whole; its {header.image_format} data is truncated or damaged"
        ) from error
    fitted = ImageOps.fit(_coloured(upright), (width, height), Image.Resampling.LANCZOS)
    if fitted.mode == "RGBA":
        fitted = Image.alpha_composite(Image.new("RGBA", fitted.size, "white"), fitted).convert("RGB")
    pixels = np.asarray(fitted, np.float32) / np.float32(127.5) - np.float32(1.0)  # [H, W, 3]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel
        return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
