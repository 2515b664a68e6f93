"""Bad pictures and bad servers as the command line meets them: each is counted with its reason, the rest goes on."""

import asyncio
import io
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from engine.annotate.filter.run import passed
from engine.annotate.pool.store import Pool
from server.cli import main

#: So that the filter looks at nothing but whether a picture can be decoded, and copies.
LENIENT = ("--least-side", "30", "--least-sharpness", "0", "--no-people", "--near", "0")


def encoded(seed: int, kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    """Blotches, 60 wide and 90 high."""
    small = np.random.default_rng(seed).integers(0, 256, (9, 6, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((60, 90), Image.Resampling.BICUBIC).convert(mode).save(file, kind, **options)
    return file.getvalue()


def moving(seed: int) -> bytes:
    first, second = (Image.open(io.BytesIO(encoded(seed + step, "PNG"))) for step in (0, 1))
    file = io.BytesIO()
    first.save(file, "WEBP", save_all=True, append_images=[second], duration=100)
    return file.getvalue()


def huge() -> bytes:
    """A header that promises 10 gigapixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return start + struct.pack(">I", 4) + b"IDAT" + b"\0" * 8


def rotated(seed: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(seed, exif=exif.tobytes())


def annotate(*words: object) -> int:
    return main(["annotate", *map(str, words)])


async def test_every_bad_link_is_counted_and_the_good_ones_come_in(
    site: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def hang(_: object, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(600)

    whole = encoded(3)
    site.pages["/hangs"] = hang
    links = {
        "plain": site.put("/plain", encoded(1)),
        "cmyk": site.put("/cmyk", encoded(2, mode="CMYK")),
        "askew": site.put("/askew", rotated(4)),
        "cut": site.put("/cut", whole[:-300]),
        "moves": site.put("/moves", moving(5)),
        "huge": site.put("/huge", huge()),
        "text": site.put("/text", b"<html>no such picture</html>"),
        "hangs": site.url("/hangs"),
        "short": site.put("/short", whole, length=len(whole) + 9),
        "promises": site.put("/promises", whole, length=10**12),
        "inside": site.put("/inside", b"", f"Location: {site.url('/x', host='127.0.0.1')}", status="302 Found"),
    }
    rows = {"url": [*links.values(), site.put("/other", encoded(6))], "id": [*links, "plain"]}  # an id for two pictures
    parquet.write_table(pa.table(rows), tmp_path / "laion.parquet")
    pool = tmp_path / "pool"
    how = ("--links", tmp_path / "laion.parquet", "--allow-private", "localhost", "--attempts", 1, "--seconds", 5)
    assert await asyncio.to_thread(annotate, "collect", "--pool", pool, *how, "--at-once", 1) == 0
    out = capsys.readouterr().out
    reasons = {"moves": 1, "too_many_pixels": 1, "not_a_picture": 1, "timeout": 1, "connection": 1, "too_many_bytes": 1}
    reasons |= {"private_address": 1, "duplicate_id": 1}
    told = dict(line.removeprefix("  left out: ").split() for line in out.splitlines()[1:])
    assert out.startswith("added 4, 4 in the pool\n") and told == {name: str(count) for name, count in reasons.items()}
    assert annotate("filter", "--pool", pool, *LENIENT) == 0
    assert capsys.readouterr().out == "3 of 4 passed\n  left out: decoding: damaged 1\n"
    with Pool(pool) as opened:
        sizes = {opened.origins(each.id)[0].key: (each.width, each.height) for each, _ in passed(opened)}
    assert sizes == {"plain": (60, 90), "cmyk": (60, 90), "askew": (90, 60)}


@pytest.mark.parametrize("small_disk", [2], indirect=True)
def test_a_full_disk_is_one_line_and_the_pool_goes_on_afterwards(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(40):
        (tmp_path / "found").mkdir(exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 256, (200, 200, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "found" / f"{seed:02d}.png")  # 120 KB each
    pool = small_disk / "pool"
    collect = ("collect", "--pool", pool, "--folder", tmp_path / "found")
    assert annotate(*collect) == 2
    told = capsys.readouterr()
    full = "No space left on device" in told.err or "disk is full" in told.err  # a picture's file, or the index
    assert full and len(told.err.splitlines()) == 1 and told.out.startswith("added ")
    with Pool(pool) as opened:
        kept = [picture for _, picture in opened.pictures()]
    assert kept and all(picture.path.stat().st_size for picture in kept)
    subprocess.run(["mount", "-o", "remount,size=12m", str(small_disk)], check=True)
    assert annotate(*collect) == 0
    assert f"added {40 - len(kept)}, 40 in the pool" in capsys.readouterr().out
