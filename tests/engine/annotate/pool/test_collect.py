"""What sources offer is taken in, and each picture that is not has its reason and is counted."""

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.annotate.pool.collect import collect
from engine.annotate.pool.origin import Offer, Origin
from engine.annotate.pool.sources.figures import FigureSource
from engine.annotate.pool.sources.folder import FolderSource
from engine.annotate.refusal import Refused
from engine.train.figures import draw_figure, sample_figure


@pytest.fixture
def folder(tmp_path: Path, picture) -> Path:
    folder = tmp_path / "found"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.png").write_bytes(picture(1))
    (folder / "a.txt").write_text("  a woman in red \n", encoding="utf-8")
    (folder / "inner" / "b.JPG").write_bytes(picture(2, image_format="JPEG"))
    (folder / "inner" / "copy.png").write_bytes(picture(1))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "notes.md").write_text("no picture", encoding="utf-8")
    return folder


async def test_a_folder_is_taken_in_once(pool, folder: Path) -> None:
    source = FolderSource(folder, "CC0-1.0", author="us")
    first = await collect(pool, [source])
    assert first.added == 2
    assert dict(first.reasons()) == {"duplicate": 1, "not_a_picture": 1}
    kept = {each.path.suffix: pool.origins(each.id)[0] for _, each in pool.pictures()}
    assert (kept[".png"].key, kept[".png"].text, kept[".png"].author) == ("a.png", "a woman in red", "us")
    assert kept[".jpg"].licence == "CC0-1.0"
    again = await collect(pool, [FolderSource(folder)])
    assert (again.added, dict(again.reasons())) == (0, {"known": 3, "not_a_picture": 1})
    told = [tuple(row) for row in pool.database.rows("SELECT key, reason FROM refused")]
    assert told == [("broken.jpg", "not_a_picture")]


async def test_a_watched_folder_gives_what_comes_later_and_ends_when_it_is_enough(pool, folder: Path, picture) -> None:
    past = time.time() - 60
    for path in folder.rglob("*.*"):
        os.utime(path, (past, past))
    task = asyncio.create_task(collect(pool, [FolderSource(folder, watch_seconds=0.05)], most=3))
    while len(pool) < 2:
        await asyncio.sleep(0.02)
    late = folder / "late.png"
    late.write_bytes(picture(9))
    os.utime(late, (past, past))  # as if it had been finished long ago
    collected = await asyncio.wait_for(task, 60)
    assert collected.added == 3 and len(pool) == 3


async def test_a_file_that_is_still_written_to_waits(folder: Path) -> None:
    now = time.time() + 1000
    for path in folder.rglob("*.*"):
        os.utime(path, (now, now))
    source = FolderSource(folder, watch_seconds=0.01)
    assert list(source._look()) == []


async def test_figures_are_pictures_without_their_truth(pool) -> None:
    collected = await collect(pool, [FigureSource(70, 3)])
    assert collected.added == 3
    for _, each in pool.pictures():
        (origin,) = pool.origins(each.id)
        drawn = draw_figure(sample_figure(int(origin.key))).image
        assert (np.asarray(Image.open(io.BytesIO(each.path.read_bytes()))) == drawn).all()
        assert (origin.licence, origin.text) == ("own", None)


class Mixed:
    """Offers of every kind, one after another."""

    name = "mixed"

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def offers(self) -> AsyncIterator[Offer | Refused]:
        yield Refused("line", "line 1 is no URL")
        yield Offer(origin=Origin(source=self.name, key="a"), read=lambda: self._data)
        yield Offer(origin=Origin(source=self.name, key="b"), read=Path("/nowhere/at/all").read_bytes)
        yield Offer(origin=Origin(source=self.name, key="c", url="https://example.org/c"))


async def test_every_refusal_is_counted(pool, picture) -> None:
    collected = await collect(pool, [Mixed(picture(1))])
    assert collected.added == 1
    assert collected.refused == {("mixed", "line"): 1, ("mixed", "unreadable"): 1, ("mixed", "no_fetcher"): 1}


async def test_a_full_disk_ends_it(small_disk: Path, tmp_path: Path, picture) -> None:
    from engine.annotate.pool.store import Pool

    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(40):
        (folder / f"{seed}.png").write_bytes(picture(seed, size=(160, 160)))
    with Pool(small_disk / "pool") as pool:
        (small_disk / "filler").write_bytes(b"x" * 400_000)
        with pytest.raises(OSError, match="[Nn]o space|full"):
            await collect(pool, [FolderSource(folder)])
        before = len(pool)
        (small_disk / "filler").unlink()
        assert 0 < before < 40


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a folder of pictures expected"):
        FolderSource(tmp_path / "none")
    with pytest.raises(ValueError, match="at least one figure"):
        FigureSource(0, 0)
