"""A caller's picture to pixels a VAE encoder reads: PNG, JPEG or WebP, from bytes that may hold anything.

Its header is judged before a single pixel is decoded, and a JPEG is decoded no larger than needed. What is decoded is
made smaller band by band, so that a second copy of it is never in memory. Every mistake is a ValueError that says what
is allowed; nothing here knows requests or models.

Letters: H W sides in pixels.
"""

import ctypes
import io
import math
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from engine.pictures.colour_profile import to_srgb
from engine.pictures.header import Header, PixelLimits, TooLargeError, check_pixels, read_header
from engine.pictures.png_file import essential

# Plugins are called by name: Image.open knows dozens of formats more, and warns of large pictures instead of refusing.
_PLUGINS: Mapping[str, type[ImageFile]] = MappingProxyType(
    {"PNG": PngImageFile, "JPEG": JpegImageFile, "WEBP": WebPImageFile}
)
# A progressive JPEG has about ten; each takes a look at the whole picture.
MAX_SCANS = 100
# Sides are at least so many times those wanted before the last, fine scaling.
_MARGIN = 2
_BAND_PIXELS = 1 << 20

# What puts a picture upright whose EXIF says 2 to 8.
_TURNS = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)


def load_pixels(data: bytes, width: int, height: int, limits: PixelLimits) -> npt.NDArray[np.float32]:
    """The picture at a size, [1, 3, H, W] of -1..1; see `load_colours`.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, is too large, truncated or damaged.
    """
    return as_input(load_colours(data, width, height, limits))


def as_input(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Pixels, [H, W, 3], as a VAE encoder reads them, [1, 3, H, W] of -1..1."""
    pixels = colours.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def load_colours(data: bytes, width: int, height: int, limits: PixelLimits) -> npt.NDArray[np.uint8]:
    """The picture's pixels at a size, [H, W, 3].

    It is turned as its EXIF says, its colours are those its profile means, it is laid over white where it is
    transparent, scaled until it covers the size, and cropped to it around its middle.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, is too large, truncated or damaged.
    """
    header = read_header(data, limits)
    _check_scans(data, header)
    wanted = (height, width) if header.turned else (width, height)
    reduced, profile = _reduced(data, header, wanted, limits)
    colours = to_srgb(reduced, profile)
    if header.orientation in _TURNS:
        colours = colours.transpose(_TURNS[header.orientation])
    return np.asarray(ImageOps.fit(colours, (width, height), Image.Resampling.LANCZOS))


def whole_picture(data: bytes, header: Header, limits: PixelLimits) -> Image.Image:
    """A file's pixels as they are stored but turned as its EXIF says, in whatever mode, transparency included.

    Raises:
        ValueError: It is truncated or damaged.
    """
    image, _ = _decoded(data, header, (header.width, header.height), limits, lambda whole, _: whole.copy())
    return image.transpose(_TURNS[header.orientation]) if header.orientation in _TURNS else image


def _check_scans(data: bytes, header: Header) -> None:
    scans = data.count(b"\xff\xda") if header.image_format == "JPEG" else 1
    if scans > MAX_SCANS:
        raise ValueError(f"the picture must be a JPEG of at most {MAX_SCANS} scans; it has {scans}")


def _reduced(
    data: bytes, header: Header, wanted: tuple[int, int], limits: PixelLimits
) -> tuple[Image.Image, bytes | None]:
    """The middle of the picture, opaque, at about the size wanted or more, and its profile."""
    return _decoded(data, header, wanted, limits, _smaller)


def _decoded(
    data: bytes,
    header: Header,
    wanted: tuple[int, int],
    limits: PixelLimits,
    take: Callable[[Image.Image, tuple[int, int]], Image.Image],
) -> tuple[Image.Image, bytes | None]:
    """What `take` makes of the decoded picture and the size wanted, and its profile; memory is given back."""
    try:
        image, profile = _opened(data, header, wanted)
        check_pixels(header, image.width * image.height, limits.whole)
        with image:
            image.load()
            return take(image, wanted), profile
    except TooLargeError:
        raise
    except Exception as error:  # a decoder of hostile bytes may raise anything
        message = f"the picture must be whole; its {header.image_format} data is truncated or damaged"
        raise ValueError(message) from error
    finally:
        if header.width * header.height > _BAND_PIXELS:
            _trim()


def _opened(data: bytes, header: Header, wanted: tuple[int, int]) -> tuple[ImageFile, bytes | None]:
    """The file, not decoded yet, at the least size that is enough, and its colour profile."""
    profile = None
    if header.image_format == "PNG":
        data, profile = essential(data)
    image = _PLUGINS[header.image_format](io.BytesIO(data))
    if image.size != (header.width, header.height):
        raise ValueError("two sizes in one file")
    image.draft(None, (_MARGIN * wanted[0], _MARGIN * wanted[1]))
    return image, profile or image.info.get("icc_profile")


def _smaller(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The middle of a picture, opaque, its sides divided by a whole number."""
    scale = min(image.width / wanted[0], image.height / wanted[1])
    factor = max(1, int(scale / _MARGIN))
    width, height = (
        min(side, math.ceil(scale * least / factor) * factor) if factor > 1 else side
        for side, least in zip(image.size, wanted, strict=True)
    )
    left, top = (image.width - width) // 2, (image.height - height) // 2
    rows = max(1, _BAND_PIXELS // width // factor) * factor
    smaller: Image.Image | None = None
    for start in range(0, height, rows):
        box = (left, top + start, left + width, top + min(start + rows, height))
        band = _opaque(image.crop(box)).reduce(factor)
        if smaller is None:
            smaller = Image.new(band.mode, (band.width, math.ceil(height / factor)))
        smaller.paste(band, (0, start // factor))
    assert smaller is not None, "a picture has rows"
    return smaller


def _opaque(image: Image.Image) -> Image.Image:
    """The picture in mode L, RGB or CMYK, over white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        return _of_sixteen_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _of_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).clip(0, 65535)
    grey = (values >> 8).astype(np.uint8)
    if isinstance(transparent := image.info.get("transparency"), int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _trim() -> None:
    """Gives freed memory back to the system, where the C library keeps it: a large picture's would stay for good."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # not glibc
        return None
