"""`cosmicman annotate collect`, `filter`, `parse`, `publish` and `takedown`, from pictures to a data set and back."""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.cli.annotate.pool.folder import progress


def png(seed: int, size: tuple[int, int] = (128, 192)) -> bytes:
    file = io.BytesIO()
    small = np.random.default_rng(seed).integers(0, 256, (6, 4, 3), dtype=np.uint8)
    Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def test_from_figures_to_a_data_set_and_a_takedown(cosmicman, tmp_path: Path) -> None:
    outcome = cosmicman("annotate", "collect", "--pool", "pool", "--figures", "3", "--seed", "8")
    assert (outcome.status, outcome.out) == (0, "added 3, 3 in the pool\n"), outcome.err
    small = ("--least-side", "100", "--least-sharpness", "0", "--no-people", "--near", "0")
    outcome = cosmicman("annotate", "filter", "--pool", "pool", *small)
    assert (outcome.status, outcome.out) == (0, "3 of 3 passed\n"), outcome.err
    outcome = cosmicman("annotate", "parse", "--pool", "pool")
    assert outcome.status == 0 and outcome.out.startswith("3 parsed by figurine"), outcome.err
    pictures = sorted((tmp_path / "pool" / "pictures").rglob("*.png"))
    told = {"person_type": "portrait", "aa_text": [{"gender": "woman"}, *[None] * 19]}
    lines = [json.dumps({"id": path.stem, **told}) for path in pictures]
    (tmp_path / "said.jsonl").write_text("\n".join(lines), encoding="utf-8")
    publish = ("annotate", "publish", "--pool", "pool", "--annotations", "said.jsonl", "--name", "r")
    outcome = cosmicman(*publish, "--out", "r1", "--shards")
    assert (outcome.status, outcome.out) == (0, "3 pictures in r1\n"), outcome.err
    (tmp_path / "copy.png").write_bytes(pictures[0].read_bytes())
    outcome = cosmicman("annotate", "takedown", "--pool", "pool", "--reason", "asked", "--file", "copy.png")
    assert outcome.status == 0, outcome.err
    assert outcome.out == f"{pictures[0].stem}\n1 pictures were in the pool and are deleted\n"
    outcome = cosmicman(*publish, "--out", "r2")
    assert (outcome.status, outcome.out) == (0, "2 pictures in r2\n  left out: not_in_pool 1\n"), outcome.err
    assert not list((tmp_path / "r2").rglob(f"{pictures[0].stem}*"))


def test_a_folder_with_bad_files_is_collected_and_counted(cosmicman, tmp_path: Path) -> None:
    (tmp_path / "found").mkdir()
    for name, data in {"a.png": png(1), "b.png": png(1), "c.jpg": b"no picture"}.items():
        (tmp_path / "found" / name).write_bytes(data)
    outcome = cosmicman("annotate", "collect", "--pool", "pool", "--folder", "found", "--licence", "CC0-1.0")
    assert outcome.status == 0, outcome.err
    assert outcome.out == "added 1, 1 in the pool\n  left out: duplicate 1\n  left out: not_a_picture 1\n"
    (tmp_path / "links.txt").write_text("ftp://example.org/a.jpg\n", encoding="utf-8")
    outcome = cosmicman("annotate", "collect", "--pool", "links-pool", "--links", "links.txt")
    assert outcome.out == "added 0, 0 in the pool\n  left out: url 1\n", "though nothing was even tried"
    id = hashlib.sha256(png(1)).hexdigest()
    outcome = cosmicman("annotate", "takedown", "--pool", "pool", "--reason", "asked", id)
    assert outcome.out == f"{id}\n1 pictures were in the pool and are deleted\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("collect",), "nothing to collect from"),
        (("collect", "--folder", "none"), "a folder of pictures expected"),
        (("collect", "--figures", "1", "--watch", "0"), "--watch: expected a number from 0.1 to 86400, got '0'"),
        (("collect", "--figures", "1", "--watch", "inf"), "--watch: expected a number from 0.1 to 86400, got 'inf'"),
        (("collect", "--figures", "1", "--seconds", "nan"), "--seconds: expected a number from 0.1"),
        (("filter", "--most-ratio", "nan"), "--most-ratio: expected a number of at least 1, got 'nan'"),
        (("filter", "--least-sharpness", "inf"), "--least-sharpness: expected a number of at least 0"),
        (("collect", "--links", "none.txt"), "is no file"),
        (("collect", "--stock", "istock=x"), "--stock knows unsplash, pixabay, flickr"),
        (("collect", "--stock", "flickr=x"), "set COSMICMAN_FLICKR_KEY"),
        (("filter",), "holds no pool"),
        (("takedown", "--reason", "x"), "nothing to take down"),
        (("takedown", "--reason", "x", "abc"), "64 hexadecimal digits"),
        (("publish", "--annotations", "a", "--out", "b", "--name", "c"), "holds no pool"),
    ],
)
def test_mistakes_are_one_line(cosmicman, arguments: tuple[str, ...], says: str) -> None:
    command, *rest = arguments
    outcome = cosmicman("annotate", command, "--pool", "pool", *rest)
    assert outcome.status == 2 and says in outcome.err and len(outcome.err.splitlines()) == 1, outcome.err


def test_a_long_run_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    quiet, told = progress("judged", every_seconds=3600), progress("judged", every_seconds=0)
    for tick in (quiet, told):
        tick(2)
        tick(3)
    assert capsys.readouterr() == ("", "2 pictures judged so far\n5 pictures judged so far\n")
