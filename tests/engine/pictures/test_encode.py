"""What a written picture says of itself to programs that do not know us."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from engine.pictures.encode import encode, read_provenance


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_every_format_says_in_xmp_that_a_model_made_it(image_format: str) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    data = encode(pixels, image_format, {"seed": 7})
    assert data == encode(pixels, image_format, {"seed": 7})
    with Image.open(io.BytesIO(data)) as image:
        xmp = image.info["xmp"] if image_format != "png" else image.info["XML:com.adobe.xmp"].encode()
    rdf = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
    (description,) = ElementTree.fromstring(xmp).iter(f"{rdf}Description")
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert description.get(name) == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert read_provenance(data) == {"seed": 7}
