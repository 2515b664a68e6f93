"""Makes docs/pictures/contact_sheet.png: the bundled model's pictures of descriptions.txt, each above its words.

Run from the repository's root: `.venv/bin/python docs/pictures/contact_sheet.py`.
"""

import asyncio
import io
import textwrap
from contextlib import aclosing
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from engine.description import parse
from engine.engine import Engine, GenerationRequest, ImageReady

FOLDER = Path(__file__).resolve().parent
BUNDLE = FOLDER.parent.parent / "models" / "figurine-bundle"
SEED = 7  # the same for all: none was picked
COLUMNS, CELL, PICTURE, MARGIN = 4, (320, 452), (216, 324), 12


async def paint(descriptions: list[str]) -> list[Image.Image]:
    async with Engine.load(BUNDLE) as engine:

        async def one(text: str) -> Image.Image:
            request = GenerationRequest(description=parse(text), seed=SEED)
            async with aclosing(engine.generate(request)) as events:
                async for event in events:
                    if isinstance(event, ImageReady):
                        return Image.open(io.BytesIO(event.data)).convert("RGB")
            raise SystemExit(f"no picture of {text!r}")

        return await asyncio.gather(*(one(text) for text in descriptions))


def sheet(descriptions: list[str], pictures: list[Image.Image]) -> Image.Image:
    rows = -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (CELL[0] * COLUMNS, CELL[1] * rows), (250, 249, 246))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=14)
    for index, (text, picture) in enumerate(zip(descriptions, pictures, strict=True)):
        left, top = (index % COLUMNS) * CELL[0], (index // COLUMNS) * CELL[1] + MARGIN
        page.paste(picture.resize(PICTURE, Image.Resampling.LANCZOS), (left + (CELL[0] - PICTURE[0]) // 2, top))
        lines = textwrap.wrap(text, 44)
        draw.multiline_text((left + MARGIN, top + PICTURE[1] + 8), "\n".join(lines), (40, 40, 44), font, spacing=3)
    return page


def main() -> None:
    descriptions = (FOLDER / "descriptions.txt").read_text(encoding="utf-8").splitlines()
    sheet(descriptions, asyncio.run(paint(descriptions))).save(FOLDER / "contact_sheet.png", optimize=True)


if __name__ == "__main__":
    main()
