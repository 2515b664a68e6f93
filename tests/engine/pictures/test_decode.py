"""Pictures to start from: sizes from headers, what is done to pixels, and bytes that hold something else."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from engine.pictures import decode, header
from engine.pictures.header import MAX_PIECES, PixelLimits

LIMITS = PixelLimits.of_largest(192 * 192)

RED, BLUE = (255, 0, 0), (0, 0, 255)


def image_size(data: bytes) -> tuple[int, int]:
    return header.image_size(data, LIMITS)


def load_pixels(data: bytes, width: int, height: int) -> Any:
    return decode.load_pixels(data, width, height, LIMITS)


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
        with pytest.raises(ValueError, match="at most 16000000 pixels as a PNG; its header says 60000 x 60000"):
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


def swapped_profile() -> bytes:
    """A profile under which red means what sRGB calls green: the same primaries, two of them exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = entries[b"rXYZ"] + 4, entries[b"gXYZ"] + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_are_those_the_profile_means(kind: str) -> None:
    data = encoded(Image.new("RGB", (16, 16), RED), kind, icc_profile=swapped_profile(), quality=100)
    np.testing.assert_allclose(load_pixels(data, 16, 16)[0, :, 8, 8], [-1, 1, -1], atol=0.1)


@pytest.mark.parametrize("profile", [b"\0" * 200, swapped_profile()[:150], swapped_profile()[:16] + b"CMYK" * 90])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_profile_that_cannot_be_used_changes_nothing(kind: str, profile: bytes) -> None:
    data = encoded(Image.new("RGB", (16, 16), RED), kind, icc_profile=profile, quality=100)
    np.testing.assert_allclose(load_pixels(data, 16, 16)[0, :, 8, 8], [1, -1, -1], atol=0.1)


def test_cmyk_is_read() -> None:
    data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=100)
    np.testing.assert_allclose(load_pixels(data, 16, 16)[0, :, 8, 8], [1, -1, -1], atol=0.1)


def chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    checksum = zlib.crc32(name + body) if checksum is None else checksum
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


NOTES = {
    "a text that inflates to 10 MB": chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10_000_000))),
    "broken zlib": chunk(b"zTXt", b"a\0\0broken") + chunk(b"iTXt", b"a\0\1\0\0\0broken"),
    "a text with a wrong checksum": chunk(b"tEXt", b"a\0b", 1),
    "80 texts of 1 MB": chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 80,
    "a profile that inflates to 100 MB": chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000))),
    "a profile that does not inflate": chunk(b"iCCP", b"a\0\0broken"),
    "broken EXIF": chunk(b"eXIf", b"MM\0*" + b"\xff" * 30),
    "nothing": b"",
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", NOTES)
def test_what_else_a_png_carries_does_not_make_it_damaged(name: str, where: str) -> None:
    data = encoded(halves(16, 8))
    place = 33 if where == "before" else len(data) - 12
    pixels = load_pixels(data[:place] + NOTES[name] + data[place:], 16, 8)
    np.testing.assert_allclose(pixels[0, :, 4, 1], [1, -1, -1], atol=0.1)


def test_a_wrong_checksum_in_the_pixels_is_damage() -> None:
    data = bytearray(encoded(halves(16, 8)))
    data[data.index(b"IDAT") - 4 + 8 + struct.unpack_from(">I", data, data.index(b"IDAT") - 4)[0]] ^= 1
    with pytest.raises(ValueError, match="must be whole; its PNG data is truncated or damaged"):
        load_pixels(bytes(data), 16, 8)


def test_sixteen_bits_and_what_is_transparent_in_them() -> None:
    grey = np.full((8, 8), 0x8000, np.uint16)
    grey[:, 4:] = 0x1234
    data = encoded(Image.fromarray(grey))
    clear = data[:33] + chunk(b"tRNS", b"\x12\x34") + data[33:]
    np.testing.assert_allclose(load_pixels(data, 8, 8)[0, 0, 4, [0, 7]], [0.0, -0.86], atol=0.01)
    np.testing.assert_allclose(load_pixels(clear, 8, 8)[0, 0, 4, [0, 7]], [0.0, 1.0], atol=0.01)


def test_limits_follow_from_the_model_s_largest_picture() -> None:
    assert PixelLimits.of_largest(192 * 192) == PixelLimits(whole=16_000_000, copied=12_500_000, reducible=64_000_000)
    assert PixelLimits.of_largest(4096 * 4096).whole == 8192 * 8192


@pytest.mark.parametrize(
    ("kind", "options", "most"),
    [
        ("PNG", {}, "16000000 pixels as a PNG"),
        ("WEBP", {}, "12500000 pixels as a WebP"),
        ("JPEG", {"progressive": True}, "16000000 pixels as a progressive JPEG"),
        ("JPEG", {}, ""),
    ],
)
def test_a_sequential_jpeg_may_be_larger_since_it_is_decoded_smaller(
    kind: str, options: dict[str, Any], most: str
) -> None:
    data = encoded(Image.new("L", (4100, 4000), 255), kind, **options)
    if most:
        with pytest.raises(ValueError, match=f"at most {most}; its header says 4100 x 4000"):
            image_size(data)
        return
    assert image_size(data) == (4100, 4000)
    np.testing.assert_allclose(load_pixels(data, 128, 192), 1.0, atol=0.01)


def test_a_jpeg_too_narrow_to_be_decoded_smaller_is_refused_like_a_png() -> None:
    with pytest.raises(ValueError, match="at most 16000000 pixels as a sequential JPEG; its header says 60000 x 300"):
        load_pixels(encoded(Image.new("L", (60_000, 300), 255), "JPEG"), 192, 192)


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = encoded(noisy(), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    with pytest.raises(ValueError, match="at most 100 scans; it has"):
        load_pixels(data[:-2] + data[start:-2] * 200 + data[-2:], 16, 16)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1000, 700), (700, 1000), (1601, 1203)])
def test_a_large_picture_made_smaller_in_bands_is_the_same_picture(kind: str, size: tuple[int, int]) -> None:
    coarse = Image.fromarray(np.random.default_rng(2).integers(0, 255, (7, 9, 3), np.uint8))
    large = coarse.resize(size, Image.Resampling.BICUBIC)
    wanted = np.asarray(ImageOps.fit(large, (32, 48), Image.Resampling.LANCZOS), float).transpose(2, 0, 1)
    found = load_pixels(encoded(large, kind, quality=98), 32, 48)[0] * 127.5 + 127.5
    assert np.abs(found - wanted).mean() < 3.0


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"GIF89a", "a GIF file"),
        (b"\0\0\0\x18ftypheic", "a HEIC file"),
        (b"\0\0\0\x1cftypavif", "an AVIF file"),
        (b"BM", "a BMP file"),
        (b"\n<svg", "markup"),
    ],
)
def test_another_format_is_called_by_its_name(start: bytes, name: str) -> None:
    with pytest.raises(ValueError, match=f"must be a PNG, JPEG or WebP file; got {name}"):
        image_size(start + bytes(40))
