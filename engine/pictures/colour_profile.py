"""Colours as a file's ICC profile means them to sRGB, which models are trained on.

A profile that is damaged, or of another kind of colour than the picture, is left unread, as browsers do: the numbers
are taken for sRGB then.
"""

import io
import logging

from PIL import Image, ImageCms

logger = logging.getLogger(__name__)

#: A printer's profile has one or two megabytes, a screen's a few kilobytes.
MAX_BYTES = 4 * 1024 * 1024

# Where ICC.1:2022 (7.2) puts the colour space of the data, and what Pillow calls it.
_SPACE = slice(16, 20)
_MODES = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An L, RGB or CMYK picture as RGB."""
    if profile and len(profile) <= MAX_BYTES and _MODES.get(profile[_SPACE]) == image.mode:
        try:
            return _converted(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            logger.info("a colour profile cannot be used: %s", error)
    return image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    given, wanted = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(
        image,
        given,
        wanted,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None, "a new picture was asked for"
    return converted
