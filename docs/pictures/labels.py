"""Draws labels.png: what three sets of labels taught, from the contact sheets of benchmarks/annotate/labels_matter.py.

python docs/pictures/labels.py runs/labels/ablation/{truth,machine,alt_text}-0/evaluation
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

NAMES = ("the truth", "the machine", "alt texts")
PICTURES = (0, 2, 3, 4, 6, 7, 9)  # of the sheet, two in a row; all are upright
CELL, WIDTH, HEIGHT = (430, 208), 128, 192
LEFT, TOP = 8 + (192 - WIDTH) // 2, 8  # of a picture in its cell


def main() -> None:
    sheet = Image.new("RGB", (110 + (WIDTH + 6) * len(PICTURES), (HEIGHT + 6) * len(NAMES)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for row, (name, folder) in enumerate(zip(NAMES, sys.argv[1:], strict=True)):
        with Image.open(Path(folder) / "contact_sheet.png") as contact:
            draw.text((6, row * (HEIGHT + 6) + 88), name, fill="black", font=font)
            for column, number in enumerate(PICTURES):
                left, top = number % 2 * CELL[0] + LEFT, number // 2 * CELL[1] + TOP
                picture = contact.crop((left, top, left + WIDTH, top + HEIGHT))
                sheet.paste(picture, (110 + column * (WIDTH + 6), row * (HEIGHT + 6)))
    sheet.quantize(192, dither=Image.Dither.NONE).save(Path(__file__).with_suffix(".png"), optimize=True)


if __name__ == "__main__":
    main()
