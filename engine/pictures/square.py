"""A person cut out of a picture, in the middle of a transparent square: what programs that make a body of it take."""

from PIL import Image

#: Of the square's side, on each side of the person.
MARGIN = 0.08


def square_cutout(picture: Image.Image, side: int) -> Image.Image:
    """The visible part of an RGBA picture, scaled to stand in a square of `side` pixels.

    Raises:
        ValueError: Nothing of it is visible.
    """
    seen = picture.getchannel("A").getbbox()
    if seen is None:
        raise ValueError("nobody is seen in the picture: every pixel of it is transparent")
    # Colours of transparent pixels are not anybody's: they count by their alpha where pixels are mixed.
    person = picture.crop(seen).convert("RGBa")
    scale = side * (1 - 2 * MARGIN) / max(person.size)
    width, height = (max(1, round(length * scale)) for length in person.size)
    scaled = person.resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(scaled, ((side - width) // 2, (side - height) // 2))
    return square
