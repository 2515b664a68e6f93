"""A contact sheet: pictures beside their descriptions, with what the judge found wrong.

It knows layout; it does not know how answers come about.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.files.whole import whole_file
from engine.train.evaluation.scores import Verdict

_CELL = (430, 208)  # width, height in pixels
_PICTURE = 192  # the most a picture measures along a side
_COLUMNS = 2
_INK, _RIGHT, _WRONG = (30, 30, 34), (20, 120, 60), (190, 30, 40)


def save_contact_sheet(verdicts: Sequence[Verdict], pictures: Sequence[NDArray[np.uint8]], path: Path) -> None:
    """Writes the pictures (uint8 [H, W, 3]) two in a row, each with its description and its count of right answers."""
    rows = -(-len(verdicts) // _COLUMNS)
    sheet = Image.new("RGB", (_CELL[0] * _COLUMNS, _CELL[1] * rows), "white")
    draw = ImageDraw.Draw(sheet)
    for index, (verdict, picture) in enumerate(zip(verdicts, pictures, strict=True)):
        left, top = (index % _COLUMNS) * _CELL[0] + 8, (index // _COLUMNS) * _CELL[1] + 8
        sheet.paste(Image.fromarray(picture), (left + (_PICTURE - picture.shape[1]) // 2, top))
        _write(draw, (left + _PICTURE + 8, top), verdict)
    with whole_file(path) as temporary:
        sheet.save(temporary, format="PNG")


def _write(draw: ImageDraw.ImageDraw, place: tuple[int, int], verdict: Verdict) -> None:
    font = ImageFont.load_default(size=11)
    lines = textwrap.wrap(verdict.text, 36)[:11]
    draw.multiline_text(place, "\n".join(lines), fill=_INK, font=font, spacing=2)
    wrong = [f"{key}: {verdict.seen[key]}" for key in verdict.asked if not verdict.right(key)]
    below = place[1] + 14 * len(lines) + 4
    total = f"{len(verdict.asked) - len(wrong)} of {len(verdict.asked)} right"
    draw.text((place[0], below), total, fill=_RIGHT if not wrong else _WRONG, font=font)
    seen = textwrap.wrap("; ".join(wrong), 36)[: max(0, (_CELL[1] - 40 - 14 * len(lines)) // 14)]
    draw.multiline_text((place[0], below + 14), "\n".join(seen), fill=_WRONG, font=font, spacing=2)
