"""RapidOCR finds writing in a picture, and none where there is none."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

pytest.importorskip("rapidocr", reason="the extra annotate is not installed")

from engine.annotate.filter.stage import Looked
from engine.annotate.filter.written_text import WrittenText
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused


def looked(image: Image.Image) -> Looked:
    picture = PoolPicture(id="a" * 64, path=Path("a"), width=image.width, height=image.height, source="x", licence="y")
    return Looked(picture=picture, pixels=np.asarray(image))


@pytest.mark.slow  # its models are loaded
def test_much_writing_is_refused_and_none_is_found_in_a_plain_picture() -> None:
    stage, plain = WrittenText(), Image.new("RGB", (480, 320), (120, 150, 180))
    seen = looked(plain)
    stage.check(seen)
    assert seen.found == {"written_share": 0.0, "written_boxes": 0}
    draw = ImageDraw.Draw(plain)
    for row in range(4):
        draw.text((20, 20 + 70 * row), "BUY THIS PICTURE NOW", fill="white", font=ImageFont.load_default(36))
    with pytest.raises(Refused) as caught:
        stage.check(looked(plain))
    assert caught.value.reason == "written_text"
