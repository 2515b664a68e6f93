"""Makes docs/pictures/adapters.webp: the same pictures without an adapter, with each shipped one, and with both.

Run from the repository's root: `.venv/bin/python docs/pictures/adapters.py`. All pictures are drawn at once, so rows
with different adapters share their forwards.
"""

import asyncio
import io
from contextlib import aclosing
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady

FOLDER = Path(__file__).resolve().parent
MODELS = FOLDER.parent.parent / "models"
SEED = 7  # the same for all: none was picked
TEXTS = (
    "a full-body shot of a young woman with long red hair, a blue denim jacket, black trousers, sneakers, a park",
    "a man with a grey beard, a brown sweater and green trousers, on a street",
    "an upper body shot of a woman with short black hair in a white shirt, glasses, a beach",
    "a girl in a yellow raincoat and rubber boots, a forest",
    "a full-body shot of an elderly woman in a purple dress, a straw hat, a red background",
)
ADAPTERS: tuple[tuple[str, dict[str, float]], ...] = (
    ("none", {}),
    ("pencil 0.7, the scale that its file recommends", {"pencil": 0.7}),
    ("safety-jacket 1", {"safety-jacket": 1.0}),
    ("pencil 0.5, safety-jacket 1", {"pencil": 0.5, "safety-jacket": 1.0}),
)
PICTURE, HEADING, MARGIN = (128, 192), 22, 6


async def paint() -> list[list[Image.Image]]:
    settings = EngineSettings(adapters=MODELS / "adapters", max_running=len(TEXTS) * len(ADAPTERS))
    async with Engine.load(MODELS / "figurine-bundle", settings) as engine:

        async def one(text: str, loras: dict[str, float]) -> Image.Image:
            request = GenerationRequest(description=parse(text), seed=SEED, width=128, height=192, loras=loras)
            async with aclosing(engine.generate(request)) as events:
                async for event in events:
                    if isinstance(event, ImageReady):
                        return Image.open(io.BytesIO(event.data)).convert("RGB")
            raise SystemExit(f"no picture of {text!r}")

        rows = [asyncio.gather(*(one(text, loras) for text in TEXTS)) for _, loras in ADAPTERS]
        return [list(row) for row in await asyncio.gather(*rows)]


def sheet(rows: list[list[Image.Image]]) -> Image.Image:
    width, height = PICTURE
    page = Image.new(
        "RGB", ((width + MARGIN) * len(TEXTS) + MARGIN, (height + HEADING + MARGIN) * len(rows)), (250, 249, 246)
    )
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=14)
    for number, ((name, _), row) in enumerate(zip(ADAPTERS, rows, strict=True)):
        top = number * (height + HEADING + MARGIN)
        draw.text((MARGIN, top + 3), name, (40, 40, 44), font)
        for column, picture in enumerate(row):
            page.paste(picture, (MARGIN + column * (width + MARGIN), top + HEADING))
    return page


def main() -> None:
    sheet(asyncio.run(paint())).save(FOLDER / "adapters.webp", quality=80, method=6)


if __name__ == "__main__":
    main()
