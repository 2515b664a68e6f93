"""A caller's picture to pixels a VAE encoder reads: PNG, JPEG or WebP, from bytes that may hold anything.

Its size is read from the header and judged before a single pixel is decoded. Every mistake is a ValueError that says
what is allowed; nothing here knows requests or models.

Letters: H W sides in pixels.
"""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

# A telephone's 48 megapixels pass; a header may promise what would fill the memory.
MAX_PIXELS = 50_000_000
# Plugins are called by name: Image.open knows dozens of formats more, and warns of large pictures instead of refusing.
# A telephone's MPO is read as its first JPEG.
_FORMATS: tuple[tuple[Callable[[bytes], bool], type[ImageFile]], ...] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), PngImageFile),
    (lambda data: data.startswith(b"\xff\xd8\xff"), JpegImageFile),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", WebPImageFile),
)
_QUARTER_TURNS = (5, 6, 7, 8)
_EXIF_ORIENTATION = 0x0112


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height as the picture is seen, turned as its EXIF says; nothing is decoded.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, is animated, or is too large.
    """
    image = _opened(data)
    width, height = image.size
    return (height, width) if _orientation(image) in _QUARTER_TURNS else (width, height)


def load_pixels(data: bytes, width: int, height: int) -> npt.NDArray[np.float32]:
    """The picture at a size, [1, 3, H, W] of -1..1.

    It is turned as its EXIF says, laid over white where it is transparent, scaled (Lanczos) until it covers the size,
    and cropped to it around its middle.

    Raises:
        ValueError: As `image_size`, or the file is truncated or damaged.
    """
    image = _opened(data)
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception as error:  # a decoder of hostile bytes may raise anything
        raise ValueError(f"the picture must be whole; its {image.format} data is truncated or damaged") from error
    fitted = ImageOps.fit(_coloured(upright), (width, height), Image.Resampling.LANCZOS)
    if fitted.mode == "RGBA":
        fitted = Image.alpha_composite(Image.new("RGBA", fitted.size, "white"), fitted).convert("RGB")
    pixels = np.asarray(fitted, np.float32) / np.float32(127.5) - np.float32(1.0)  # [H, W, 3]
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])


def _opened(data: bytes) -> ImageFile:
    kinds = [kind for fits, kind in _FORMATS if fits(data)]
    if not kinds:
        raise ValueError(f"the picture must be a PNG, JPEG or WebP file; got {len(data)} bytes that are none")
    try:
        image = kinds[0](io.BytesIO(data))
    except Exception as error:  # a parser of hostile bytes may raise anything
        raise ValueError("the picture must be whole; its header is truncated or damaged") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"the picture may have at most {MAX_PIXELS} pixels; its header says {width} x {height}")
    frames = getattr(image, "n_frames", 1)
    if frames != 1:
        raise ValueError(f"the picture must not move; it has {frames} frames")
    return image


def _orientation(image: Image.Image) -> int:
    """What the header's EXIF says; `getexif` would decode a PNG that has none."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return int(exif.get(_EXIF_ORIENTATION, 1))
    except Exception:  # broken EXIF turns nothing
        return 1


def _coloured(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel
        return Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8)).convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")
