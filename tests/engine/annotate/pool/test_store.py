"""The pool keeps what is a picture once, with all its origins, and stays whole whatever happens."""

import errno
import hashlib
import io
import os
import sqlite3
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from engine.annotate.pool.origin import Origin
from engine.annotate.pool.store import INDEX, Pool
from engine.annotate.refusal import Refused


def origin(key: str, source: str = "folder", **more: str) -> Origin:
    return Origin(source=source, key=key, **{"licence": "CC0-1.0", **more})


def refused(pool: Pool, data: bytes, key: str = "a", **more: str) -> str:
    with pytest.raises(Refused) as caught:
        pool.add(data, origin(key, **more))
    return caught.value.reason


def test_a_picture_is_kept_by_the_hash_of_its_bytes(pool, picture) -> None:
    data = picture(1)
    kept = pool.add(data, origin("a.png", url="https://example.org/a.png", author="somebody"))
    assert kept.id == hashlib.sha256(data).hexdigest()
    assert (kept.width, kept.height, kept.source, kept.licence) == (48, 64, "folder", "CC0-1.0")
    assert kept.url == "https://example.org/a.png"
    assert kept.path.read_bytes() == data and kept.path.name == f"{kept.id}.png"
    assert [each.author for each in pool.origins(kept.id)] == ["somebody"]
    assert list(pool.pictures()) == [(1, kept)] and pool.picture(kept.id) == kept


def test_the_same_bytes_from_elsewhere_are_one_picture_of_two_origins(pool, picture) -> None:
    kept = pool.add(picture(1), origin("a"))
    assert refused(pool, picture(1), "b", source="flickr", licence="CC BY 2.0") == "duplicate"
    assert len(pool) == 1 and pool.picture(kept.id).licence == "CC0-1.0"
    assert [each.source for each in pool.origins(kept.id)] == ["folder", "flickr"]


def test_an_id_of_a_source_names_one_picture(pool, picture) -> None:
    kept = pool.add(picture(1), origin("a"))
    assert refused(pool, picture(1), "a") == "known"
    assert refused(pool, picture(2), "a") == "duplicate_id"
    assert [each for _, each in pool.pictures()] == [kept]
    assert pool.knows(origin("a")) and not pool.knows(origin("b"))


def moving(image_format: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, image_format, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def huge_png() -> bytes:
    """A header that promises 10 gigapixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return start + struct.pack(">I", 4) + b"IDAT" + b"\0" * 8


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_a_picture"),
        (b"<html>404</html>", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n", "not_a_picture"),
        (huge_png(), "too_many_pixels"),
        (moving("PNG"), "moves"),
        (moving("WEBP"), "moves"),
        (moving("GIF"), "not_a_picture"),
    ],
)
def test_what_is_no_still_picture_is_refused_with_its_reason(pool, data: bytes, reason: str) -> None:
    assert refused(pool, data) == reason
    assert len(pool) == 0 and not (pool.folder / "pictures").exists()


def test_an_upright_size_is_told_of_a_picture_that_was_held_askew(pool, picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = pool.add(picture(1, image_format="JPEG", exif=exif.tobytes()), origin("a"))
    assert (kept.width, kept.height) == (64, 48)


def test_pictures_are_told_from_any_number_on(pool, picture) -> None:
    for seed in range(5):
        pool.add(picture(seed), origin(str(seed)))
    assert [each for each, _ in pool.pictures(after=3)] == [4, 5]


def test_a_full_disk_leaves_the_pool_whole(small_disk: Path, picture) -> None:
    with Pool(small_disk / "pool") as pool:
        kept = pool.add(picture(0), origin("0"))
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as handle, pytest.raises(OSError, match="No space"):
            while True:
                handle.write(b"x" * 512)
        with pytest.raises(OSError) as caught:
            for seed in range(1, 200):
                pool.add(picture(seed), origin(str(seed)))
        assert caught.value.errno == errno.ENOSPC
        there = {each.id: each.path for _, each in pool.pictures()}
        assert kept.id in there
        assert all(hashlib.sha256(path.read_bytes()).hexdigest() == id for id, path in there.items())
        assert not list((small_disk / "pool").rglob(".*png*")), "no half file is left"
        filler.unlink()
        assert pool.add(picture(500), origin("500")).id not in there


def test_another_file_or_a_newer_pool_is_refused(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_bytes(os.urandom(8192))
    with pytest.raises(ValueError, match="no index of a pool"):
        Pool(tmp_path)
    newer = tmp_path / "newer"
    Pool(newer).__exit__()
    connection = sqlite3.connect(newer / INDEX)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(ValueError, match="version 9"):
        Pool(newer)


def test_an_unknown_picture_is_a_key_error(pool) -> None:
    with pytest.raises(KeyError):
        pool.picture("0" * 64)
