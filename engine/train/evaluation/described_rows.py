"""A data folder's own descriptions as orders: a model paints what photographs were said to show.

It knows rows, and how large a model draws; it does not know who paints, or who answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from engine.bundle.manifest import load_bundle
from engine.files.whole import whole_file
from engine.train.evaluation.answerers import Asked, Questionnaire, Viewer, ask
from engine.train.evaluation.photographs import Photograph
from engine.train.evaluation.sources import Order, Painter, Pixels

Size = tuple[int, int]  # width, height in pixels


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
    questions = [row.questions for row in rows]
    asked = [
        Asked(name=row.path.name, description=row.description, questions=some, answers=answers)
        for row, some, answers in zip(rows, questions, ask(viewer, pictures, questions), strict=True)
    ]
    return Questionnaire(viewer=viewer.name, pictures=asked), pictures


def save_pictures(pictures: Sequence[Pixels], names: Sequence[str], folder: Path) -> None:
    """Each picture as NUMBER-NAME.png, to be looked at."""
    for number, (picture, name) in enumerate(zip(pictures, names, strict=True)):
        with whole_file(folder / f"{number:05d}-{name}.png") as temporary:
            Image.fromarray(picture).save(temporary, format="PNG")
