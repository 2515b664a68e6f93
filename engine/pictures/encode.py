"""From decoded pixels to an encoded picture that carries what is needed to make it again.

The provenance is one JSON object: a PNG text chunk named ``cosmicman``, or the EXIF description of a JPEG or WebP. For
programs that do not know it, an XMP packet says in the IPTC's word that a trained model made the picture.
"""

import io
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Pixels: TypeAlias = npt.NDArray[np.uint8]

METADATA_KEY = "cosmicman"
MEDIA_TYPES: Mapping[str, str] = MappingProxyType({"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"})
#: Of what loses something: 1 is the smallest file, 100 the best picture.
MIN_QUALITY, MAX_QUALITY, DEFAULT_QUALITY = 1, 100, 95
#: Of a JPEG: one segment of 65,535 bytes, less its own length (2 bytes).
MAX_EXIF_BYTES = 65_533
_EXIF_IMAGE_DESCRIPTION = 0x010E
_EXIF_SOFTWARE = 0x0131
#: IPTC Photo Metadata Standard, Digital Source Type.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
_PNG_XMP = "XML:com.adobe.xmp"


def to_pixels(decoded: npt.NDArray[np.float32]) -> Pixels:
    """Maps a decoder's output, [3, H, W] about -1..1, to [H, W, 3] of 0..255."""
    unit: npt.NDArray[np.float32] = np.clip(decoded * 0.5 + 0.5, 0.0, 1.0)
    pixels: Pixels = np.round(unit * 255.0).astype(np.uint8)
    return pixels.transpose(1, 2, 0)


def encode(
    pixels: Pixels,
    image_format: str,
    provenance: Mapping[str, object],
    *,
    quality: int | None = DEFAULT_QUALITY,
    alpha: Pixels | None = None,
) -> bytes:
    """Encodes [H, W, 3] pixels with their provenance inside.

    Args:
        pixels: The picture.
        image_format: png, jpeg or webp.
        provenance: Plain values; written as JSON.
        quality: MIN_QUALITY to MAX_QUALITY, of a JPEG or WebP; None writes a WebP that loses nothing, as a PNG does.
        alpha: How opaque each pixel is, [H, W] of 0..255, for png and webp; colours stay as they are under it.
    """
    assert alpha is None or image_format != "jpeg", "a JPEG has no transparency"
    image = Image.fromarray(np.ascontiguousarray(pixels if alpha is None else np.dstack((pixels, alpha))))
    text = json.dumps(provenance, ensure_ascii=False, allow_nan=False)
    buffer = io.BytesIO()
    if image_format == "png":
        info = PngInfo()
        info.add_itxt(METADATA_KEY, text)
        info.add_itxt(_PNG_XMP, XMP)
        image.save(buffer, "PNG", pnginfo=info, compress_level=4)
        return buffer.getvalue()
    exif = exif_bytes(provenance)
    if image_format == "webp" and quality is None:
        image.save(buffer, "WEBP", lossless=True, exact=True, method=4, exif=exif, xmp=XMP.encode())
        return buffer.getvalue()
    assert quality is not None, f"a {image_format} has a quality"
    if image_format == "jpeg":
        image.save(buffer, "JPEG", quality=quality, subsampling=0, exif=exif, xmp=XMP.encode())
    else:
        image.save(buffer, "WEBP", quality=quality, method=4, exif=exif, xmp=XMP.encode())
    return buffer.getvalue()


def exif_bytes(provenance: Mapping[str, object]) -> bytes:
    """The block of EXIF that a JPEG or WebP carries; a JPEG holds MAX_EXIF_BYTES of it."""
    exif = Image.Exif()
    exif[_EXIF_IMAGE_DESCRIPTION] = json.dumps(provenance, allow_nan=False)  # EXIF text is ASCII.
    exif[_EXIF_SOFTWARE] = METADATA_KEY
    return exif.tobytes()


def read_provenance(data: bytes) -> dict[str, object]:
    """The provenance `encode` wrote.

    Raises:
        ValueError: The picture carries none.
    """
    with Image.open(io.BytesIO(data)) as image:
        text = image.info.get(METADATA_KEY) or image.getexif().get(_EXIF_IMAGE_DESCRIPTION)
    provenance = json.loads(text) if text else None
    if not isinstance(provenance, dict):
        raise ValueError("the picture carries no provenance of this engine")
    return provenance
