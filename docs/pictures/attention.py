"""Makes docs/pictures/attention.png: pictures of descriptions.txt, and where each heeded the words of its groups.

Run from the repository's root: `.venv/bin/python docs/pictures/attention.py`.
"""

import asyncio
import io
from contextlib import aclosing
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.description import parse
from engine.engine import Engine, GenerationRequest, ImageReady

FOLDER = Path(__file__).resolve().parent
BUNDLE = FOLDER.parent.parent / "models" / "figurine-bundle"
SEED, SHOWN = 7, 8  # the same seed for all, and the first descriptions: none was picked
GROUPS = ("person", "hair", "top", "outerwear", "dress", "bottom", "footwear", "background")
COLUMNS, PICTURE, MARGIN, LINE = 7, (96, 144), 8, 16
DARKEST = 0.82  # as the studio veils it


async def paint(descriptions: list[str]) -> list[ImageReady]:
    async with Engine.load(BUNDLE) as engine:

        async def one(text: str) -> ImageReady:
            request = GenerationRequest(description=parse(text), seed=SEED, attention=True)
            async with aclosing(engine.generate(request)) as events:
                return [event async for event in events if isinstance(event, ImageReady)][0]

        return await asyncio.gather(*(one(text) for text in descriptions))


def veiled(picture: Image.Image, png: bytes) -> Image.Image:
    """The picture under a veil that is thin where much was heeded."""
    heeded = Image.open(io.BytesIO(png)).convert("L").resize(picture.size, Image.Resampling.BILINEAR)
    light = 1 - DARKEST * (1 - np.asarray(heeded, np.float32)[..., None] / 255)
    return Image.fromarray((np.asarray(picture, np.float32) * light).round().astype(np.uint8))


def sheet(drawn: list[ImageReady]) -> Image.Image:
    cell = (PICTURE[0] + MARGIN, PICTURE[1] + LINE + MARGIN)
    page = Image.new("RGB", (cell[0] * COLUMNS + MARGIN, cell[1] * len(drawn) + MARGIN), (250, 249, 246))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=11)
    for row, image in enumerate(drawn):
        picture = Image.open(io.BytesIO(image.data)).convert("RGB").resize(PICTURE, Image.Resampling.LANCZOS)
        shown = [("", picture)]
        shown += [(name, veiled(picture, image.attention[name])) for name in GROUPS if name in image.attention]
        for column, (name, each) in enumerate(shown[:COLUMNS]):
            left, top = MARGIN + column * cell[0], MARGIN + row * cell[1]
            page.paste(each, (left, top))
            draw.text((left, top + PICTURE[1] + 1), name, (40, 40, 44), font)
    return page


def main() -> None:
    descriptions = (FOLDER / "descriptions.txt").read_text(encoding="utf-8").splitlines()[:SHOWN]
    page = sheet(asyncio.run(paint(descriptions)))
    page.quantize(256, dither=Image.Dither.NONE).save(FOLDER / "attention.png", optimize=True)


if __name__ == "__main__":
    main()
