"""Pictures to start from: sizes from headers, what is done to pixels, and bytes that hold something else."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.pictures.decode import load_pixels
from engine.pictures.header import MAX_PIECES, image_size

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises many pixels."""
    data = b"\x89PNG\r\n\x1a\n"
    for name, body in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 100)),
        (b"IEND", b""),
    ):
        data += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return data


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_each_format_is_read(kind: str) -> None:
    data = encoded(halves(16, 8), kind, quality=100)
    assert image_size(data) == (16, 8)
    pixels = load_pixels(data, 16, 8)
    assert (pixels.shape, pixels.dtype) == ((1, 3, 8, 16), np.float32)
    np.testing.assert_allclose(pixels[0, :, 4, 1], [1, -1, -1], atol=0.1)
    np.testing.assert_allclose(pixels[0, :, 4, -2], [-1, -1, 1], atol=0.1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_turned_picture_is_put_upright(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it
    data = encoded(halves(16, 8), kind, exif=exif)
    assert image_size(data) == (8, 16)
    pixels = load_pixels(data, 8, 16)
    np.testing.assert_allclose(pixels[0, :, 1, 4], [1, -1, -1], atol=0.15)
    np.testing.assert_allclose(pixels[0, :, -2, 4], [-1, -1, 1], atol=0.15)


def test_broken_exif_turns_nothing() -> None:
    data = encoded(halves(16, 8), exif=b"Exif\0\0" + b"MM\0*" + b"\xff" * 30)
    assert image_size(data) == (16, 8)


def test_it_covers_the_size_and_is_cropped_around_its_middle() -> None:
    stripes = Image.new("RGB", (60, 10), "white")
    stripes.paste(RED, (20, 0, 40, 10))
    pixels = load_pixels(encoded(stripes), 20, 10)  # the middle third
    np.testing.assert_allclose(pixels[0, :, :, 3:-3].reshape(3, -1).mean(axis=1), [1, -1, -1], atol=0.02)


def test_what_is_transparent_becomes_white() -> None:
    see_through = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    np.testing.assert_allclose(load_pixels(encoded(see_through), 8, 8), 1.0, atol=0.01)
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([0, 0, 0, 255, 255, 255])
    np.testing.assert_allclose(load_pixels(encoded(palette, transparency=0), 8, 8), 1.0, atol=0.01)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_pictures_have_three_channels(mode: str) -> None:
    white = {"1": 1, "L": 255, "LA": (255, 255), "I;16": 65535}[mode]
    pixels = load_pixels(encoded(Image.new(mode, (8, 8), white)), 8, 8)
    assert pixels.shape == (1, 3, 8, 8)
    np.testing.assert_allclose(pixels, 1.0, atol=0.01)


def test_a_bomb_is_refused_by_its_header_alone() -> None:
    for read in (image_size, lambda data: load_pixels(data, 8, 8)):
        with pytest.raises(ValueError, match="at most 50000000 pixels; its header says 60000 x 60000"):
            read(bomb(60000, 60000))


def test_no_time_is_spent_on_what_stands_before_the_pixels() -> None:
    png, jpeg = encoded(halves(8, 8)), encoded(halves(8, 8), "JPEG")
    text = struct.pack(">I", 3) + b"tEXta\0b" + struct.pack(">I", zlib.crc32(b"tEXta\0b"))
    for data in (png[:33] + text * MAX_PIECES + png[33:], jpeg[:2] + b"\xff\xfe\0\x04ab" * MAX_PIECES + jpeg[2:]):
        with pytest.raises(ValueError, match="within its first 1000 pieces"):
            image_size(data)
    assert image_size(png[:33] + text * 900 + png[33:]) == (8, 8)
    assert image_size(jpeg[:2] + b"\xff\xfe\0\x04ab" * 900 + jpeg[2:]) == (8, 8)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}])
def test_both_kinds_of_webp_tell_their_size(options: dict[str, Any]) -> None:
    assert image_size(encoded(halves(301, 77), "WEBP", **options)) == (301, 77)
    see_through = Image.new("RGBA", (33, 500), (1, 2, 3, 100))
    assert image_size(encoded(see_through, "WEBP", **options)) == (33, 500)


def test_a_picture_that_moves_is_refused() -> None:
    frames = [halves(8, 8), halves(8, 8).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    for kind in ("PNG", "WEBP"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
        with pytest.raises(ValueError, match="must not move; it has several frames"):
            image_size(data)


def noisy() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.97])
def test_what_is_truncated_is_refused(kind: str, share: float) -> None:
    data = encoded(noisy(), kind)
    cut = data[: max(14, int(len(data) * share))]
    with pytest.raises(ValueError, match="the picture must"):
        load_pixels(cut, 64, 64)


@pytest.mark.parametrize("data", [b"", b"\0" * 50, b"GIF89a" + b"\0" * 50, b"<svg/>", "Ünïcödé".encode()])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="must be a PNG, JPEG or WebP file; got"):
        image_size(data)


def test_bytes_at_random_are_refused_or_read_and_nothing_else() -> None:
    random = np.random.default_rng(1)
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = bytearray(encoded(noisy(), kind))
        for _ in range(40):
            broken = bytearray(whole)
            for place in random.integers(8, len(broken), 6):
                broken[place] = random.integers(0, 256)
            try:
                assert load_pixels(bytes(broken), 16, 16).shape == (1, 3, 16, 16)
            except ValueError as error:
                assert "the picture m" in str(error)
