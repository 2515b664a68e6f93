"""Pictures with captions beside them, to be judged: NAME.jpg with NAME.txt, or the rows of a CosmicMan-HQ folder.

Or their captions alone: then a model paints what they say, and its pictures are judged. It knows files, captions and
what they ask; it does not know who answers or who paints.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from engine.bundle.manifest import load_bundle
from engine.description.wording.caption import compose
from engine.files.whole import whole_file
from engine.train.data.rows import PICTURES, Format, read_rows
from engine.train.evaluation.answerers import Asked, Questionnaire, Viewer, look
from engine.train.evaluation.sources import Order, Painter, Pixels, read_pixels
from engine.train.questions.yes_no import AtomicQuestion, questions_of_phrases, questions_of_text

_AT_ONCE = 32  # pictures in memory
Size = tuple[int, int]  # width, height in pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """One picture and what it should show."""

    path: Path
    description: str
    questions: Sequence[AtomicQuestion]

    def read(self) -> Pixels:
        """The pixels; raises ValueError naming a file that is missing or damaged."""
        return read_pixels(self.path)


def read_photographs(folder: Path, limit: int | None = None) -> list[Photograph]:
    """The pictures of a folder that have captions, at most ``limit``, in the order of their names or rows.

    A folder with ``label/*.parquet`` is read as CosmicMan-HQ; any other as pictures with captions of the same name.

    Raises:
        ValueError: There is no such folder, it holds no caption, or a caption asks nothing.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder of pictures: there is no such folder")
    rows = any((folder / "label").glob("*.parquet"))
    found = list(islice(_of_rows(folder) if rows else _of_captions(folder), limit))
    if not found:
        raise ValueError(f"{folder} holds no captions: expected NAME.txt beside NAME.png, or label/*.parquet")
    return found


def _of_captions(folder: Path) -> Iterator[Photograph]:
    for file in sorted(folder.rglob("*.txt")):
        path = next((file.with_suffix(end) for end in PICTURES if file.with_suffix(end).is_file()), None)
        if path is None:
            continue  # some other text
        try:
            description = " ".join(file.read_text(encoding="utf-8").split())
        except UnicodeDecodeError as error:
            raise ValueError(f"{file} must be UTF-8 text: {error}") from error
        questions = questions_of_text(description)
        if not questions:
            raise ValueError(f"{file} asks nothing about a person or a place: {description[:60]!r}")
        yield Photograph(path=path, description=description, questions=questions)


def _of_rows(folder: Path) -> Iterator[Photograph]:
    for row in read_rows(folder, Format.COSMICMAN):
        if isinstance(row, ValueError):
            raise row
        caption = compose(row.phrases, "list", random.Random(row.where), synonyms=0.0)
        questions = questions_of_phrases(row.phrases)
        yield Photograph(path=row.picture.file, description=caption.text, questions=questions)


def judge_photographs(photographs: Sequence[Photograph], viewer: Viewer) -> Questionnaire:
    """Every question about every picture, a few pictures in memory at a time; raises ValueError as they do."""
    asked: list[Asked] = []
    with tqdm(total=len(photographs), desc="judging", mininterval=2) as bar:
        for start in range(0, len(photographs), _AT_ONCE):
            some = photographs[start : start + _AT_ONCE]
            asked += _look(viewer, [each.read() for each in some], some)
            bar.update(len(some))
    return Questionnaire(viewer=viewer.name, pictures=asked)


def size_of_bundle(folder: Path) -> Size:
    """What a bundle draws unless told otherwise."""
    manifest = load_bundle(folder).manifest
    return manifest.default_width, manifest.default_height


def sizes_of_pipeline(folder: Path) -> list[Size]:
    """What a diffusers folder draws, its default first: `cosmicman.json` says, or the UNet's own square.

    Raises:
        ValueError: The folder says neither.
    """
    try:
        told = folder / "cosmicman.json"
        if told.is_file():
            tree = json.loads(told.read_text(encoding="utf-8"))
            sizes = [tuple(tree["default_size"]), *map(tuple, tree["sizes"])]
            return [(int(width), int(height)) for width, height in dict.fromkeys(sizes)]
        files = (folder / part / "config.json" for part in ("unet", "vae"))
        unet, vae = (json.loads(file.read_text(encoding="utf-8")) for file in files)
        side = int(unet["sample_size"]) * 2 ** (len(vae["block_out_channels"]) - 1)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} does not say how large its pictures are: {error}") from error
    return [(side, side)]


def paint_and_ask(
    painter: Painter, viewer: Viewer, rows: Sequence[Photograph], size: Size, first_seed: int
) -> tuple[Questionnaire, list[Pixels]]:
    """A picture of each row's description, and the answers to what the description asks.

    The noise of row n has the seed `first_seed + n`.
    """
    orders = [
        Order(seed=first_seed + number, text=row.description, width=size[0], height=size[1])
        for number, row in enumerate(rows)
    ]
    pictures = painter.paint(orders)
    return Questionnaire(viewer=viewer.name, pictures=_look(viewer, pictures, rows)), pictures


def _look(viewer: Viewer, pictures: Sequence[Pixels], rows: Sequence[Photograph]) -> list[Asked]:
    """What these pictures show of what the rows say."""
    names, descriptions = [row.path.name for row in rows], [row.description for row in rows]
    return look(viewer, pictures, names, descriptions, [row.questions for row in rows])


def save_pictures(pictures: Sequence[Pixels], names: Sequence[str], folder: Path) -> None:
    """Each picture as NUMBER-NAME.png, to be looked at."""
    for number, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        with whole_file(folder / f"{number:05d}-{name}.png") as temporary:
            Image.fromarray(picture).save(temporary, format="PNG")
