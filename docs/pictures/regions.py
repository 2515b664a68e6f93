"""Makes docs/pictures/regions.png: pictures of descriptions.txt, their label maps, and their cut-outs.

Run from the repository's root: `.venv/bin/python docs/pictures/regions.py`.
"""

import asyncio
import io
from contextlib import aclosing
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.description import parse
from engine.engine import Engine, GenerationRequest, ImageReady
from engine.regions.items import ITEM_CLASSES

FOLDER = Path(__file__).resolve().parent
BUNDLE = FOLDER.parent.parent / "models" / "figurine-bundle"
SEED, SHOWN = 7, 8  # the same seed for all, and the first descriptions: none was picked
COLUMNS, PICTURE, MARGIN, LEGEND = 2, (144, 216), 12, 34
COLOURS = np.array(
    [
        (238, 238, 234), (244, 186, 150), (92, 58, 40), (214, 40, 40), (20, 20, 26), (44, 110, 214), (20, 150, 140),
        (222, 88, 170), (112, 70, 170), (150, 190, 60), (120, 80, 40), (240, 170, 20), (250, 230, 80), (90, 130, 90),
    ],
    np.uint8,
)  # fmt: skip


async def paint(descriptions: list[str]) -> list[list[Image.Image]]:
    """For each description the picture, its label map in colours, and the cut-out over squares."""
    async with Engine.load(BUNDLE) as engine:

        async def one(text: str) -> list[Image.Image]:
            request = GenerationRequest(description=parse(text), seed=SEED, cutout=True)
            async with aclosing(engine.generate(request)) as events:
                async for event in events:
                    if isinstance(event, ImageReady):
                        cutout = Image.open(io.BytesIO(event.data)).convert("RGBA")
            picture = cutout.convert("RGB")  # colours lie under the transparent pixels too
            assert engine.regions is not None
            labels = engine.regions.label_map(np.asarray(picture))
            over = Image.alpha_composite(squares(cutout.size), cutout).convert("RGB")
            return [picture, Image.fromarray(COLOURS[labels]), over]

        return await asyncio.gather(*(one(text) for text in descriptions))


def squares(size: tuple[int, int]) -> Image.Image:
    down, across = np.indices((size[1], size[0])) // 8
    grey = np.where((down + across) % 2, 214, 246).astype(np.uint8)
    return Image.fromarray(np.dstack([grey, grey, grey, np.full_like(grey, 255)]), "RGBA")


def sheet(pictures: list[list[Image.Image]]) -> Image.Image:
    cell = (3 * PICTURE[0] + 4 * MARGIN, PICTURE[1] + MARGIN)
    rows = -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (cell[0] * COLUMNS, cell[1] * rows + LEGEND + MARGIN), (250, 249, 246))
    for index, three in enumerate(pictures):
        left, top = (index % COLUMNS) * cell[0] + MARGIN, (index // COLUMNS) * cell[1] + MARGIN
        for place, picture in enumerate(three):
            way = Image.Resampling.NEAREST if place == 1 else Image.Resampling.LANCZOS
            page.paste(picture.resize(PICTURE, way), (left + place * (PICTURE[0] + MARGIN), top))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=12)
    half = -(-len(ITEM_CLASSES) // 2)
    for number, name in enumerate(ITEM_CLASSES):
        row, place = divmod(number, half)
        left = MARGIN + place * (page.width - MARGIN) // half
        top = page.height - LEGEND + row * LEGEND // 2
        draw.rectangle((left, top, left + 12, top + 12), tuple(COLOURS[number].tolist()), (120, 120, 120))
        draw.text((left + 15, top), name, (40, 40, 44), font)
    return page


def main() -> None:
    descriptions = (FOLDER / "descriptions.txt").read_text(encoding="utf-8").splitlines()[:SHOWN]
    sheet(asyncio.run(paint(descriptions))).save(FOLDER / "regions.png", optimize=True)


if __name__ == "__main__":
    main()
