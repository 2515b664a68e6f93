"""What a figure is: every attribute of one illustrated person, sampled independently from one seed.

Colours of different garments never predict each other, so a model has to read the description to get them right;
those of hair and beard are as likely as among people, by age.
Knows nothing of geometry or drawing.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

RGB = tuple[int, int, int]

COLOURS: Mapping[str, RGB] = {
    "black": (36, 36, 42),
    "white": (246, 244, 240),
    "grey": (140, 144, 150),
    "red": (204, 44, 50),
    "orange": (240, 126, 38),
    "yellow": (246, 206, 58),
    "green": (52, 148, 76),
    "blue": (44, 108, 214),
    "purple": (124, 66, 174),
    "pink": (244, 142, 182),
    "brown": (120, 74, 42),
    "beige": (222, 200, 160),
}
HAIR_COLOURS: Mapping[str, RGB] = {
    "black": (32, 28, 32),
    "brown": (98, 60, 36),
    "blonde": (236, 198, 96),
    "red": (190, 74, 30),
    "grey": (142, 144, 150),
    "white": (236, 234, 230),
    "pink": (238, 110, 170),
    "blue": (52, 104, 200),
}
DYED = ("pink", "blue")  # of the colours above, those that no beard and no eyebrow has
# Percent for each of HAIR_COLOURS, and for each of them that grows.
_HAIR_WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "young": (25, 27, 19, 10, 3, 4, 6, 6),
    "middle-aged": (23, 24, 16, 10, 11, 4, 6, 6),
    "elderly": (5, 6, 5, 3, 45, 30, 3, 3),
}
_BEARD_WEIGHTS: Mapping[str, tuple[int, ...]] = {
    "young": (34, 38, 12, 14, 1, 1),
    "middle-aged": (27, 28, 10, 10, 20, 5),
    "elderly": (0, 0, 0, 0, 58, 42),
}
SKINS: Mapping[str, RGB] = {
    "fair": (250, 218, 196),
    "tanned": (222, 170, 128),
    "brown": (166, 112, 76),
    "dark": (96, 62, 46),
}
SCENES = ("park", "beach", "city street", "brick wall", "forest", "mountains", "library", "night sky")
SIZES = ((128, 192), (160, 160), (192, 128))  # width, height in pixels
FRAMINGS = ("full_body", "nearly_full_body", "upper_body", "portrait", "headshot")
PATTERNS = ("plain", "striped", "plaid", "floral", "dotted")

SLEEVES: Mapping[str, tuple[str, ...]] = {
    "t-shirt": ("short sleeve", "long sleeve"),
    "shirt": ("short sleeve", "long sleeve"),
    "sweater": ("long sleeve",),
    "hoodie": ("long sleeve",),
    "tank top": ("sleeveless",),
    "blouse": ("short sleeve", "long sleeve"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """One garment or accessory: its type and what can be said about it; an empty string is "not applicable"."""

    type: str
    colour: str
    pattern: str = "plain"
    sleeve: str = ""
    length: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hair:
    """Hair by colour, style and length; a bald head has length ``bald`` and neither of the others."""

    colour: str
    style: str
    length: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One person, one picture: everything that :func:`draw_figure` needs.

    ``top`` and ``bottom`` are absent exactly when there is a ``dress``. ``background`` is a colour name or one of
    ``SCENES``. ``beard_colour``, empty without ``facial_hair``, is mostly the hair's. ``jitter_seed`` moves what no
    word describes (shades, stance, trees).
    """

    seed: int
    width: int
    height: int
    framing: str
    gender: str
    age: str
    build: str
    skin: str
    pose: str
    hair: Hair
    expression: str
    facial_hair: str
    beard_colour: str
    headwear: Garment | None
    eyewear: Garment | None
    top: Garment | None
    dress: Garment | None
    bottom: Garment | None
    outerwear: Garment | None
    legwear: Garment | None
    footwear: Garment
    belt: Garment | None
    neckwear: Garment | None
    bag: Garment | None
    background: str
    jitter_seed: int


def sample_figure(seed: int) -> Figure:
    """Draws every attribute of figure ``seed``; the same seed gives the same figure on every machine."""
    rng = random.Random(f"figure-{seed}")
    width, height = rng.choices(SIZES, weights=(70, 20, 10))[0]
    framing_weights = (8, 8, 40, 26, 18) if width > height else (50, 19, 17, 9, 5)
    framing = rng.choices(FRAMINGS, weights=framing_weights)[0]
    gender = rng.choice(("female", "male"))
    age = rng.choices(("young", "middle-aged", "elderly"), weights=(50, 28, 22))[0]
    hair = _hair(rng, gender, age)
    facial_hair = rng.choices(("", "beard", "moustache"), weights=(60, 28, 12))[0] if gender == "male" else ""
    dress = _dress(rng) if gender == "female" and rng.random() < 0.3 else None
    top = None if dress else _top(rng)
    bottom = None if dress else _bottom(rng, gender)
    outerwear = _outerwear(rng) if rng.random() < 0.25 else None
    collared = top is not None and top.type in ("shirt", "blouse")
    return Figure(
        seed=seed,
        width=width,
        height=height,
        framing=framing,
        gender=gender,
        age=age,
        build=rng.choices(("slim", "average", "plus-size"), weights=(35, 40, 25))[0],
        skin=rng.choice(tuple(SKINS)),
        pose=rng.choices(("standing", "hands on hips", "waving", "walking"), weights=(40, 20, 20, 20))[0],
        hair=hair,
        expression=rng.choice(("smiling", "serious", "laughing")),
        facial_hair=facial_hair,
        beard_colour=_beard_colour(rng, hair, age) if facial_hair else "",
        headwear=_headwear(rng, gender) if rng.random() < 0.25 else None,
        eyewear=Garment(type=rng.choice(("glasses", "sunglasses")), colour="black") if rng.random() < 0.25 else None,
        top=top,
        dress=dress,
        bottom=bottom,
        outerwear=outerwear,
        legwear=_legwear(rng, dress, bottom),
        footwear=Garment(type=rng.choice(("shoes", "sneakers", "boots", "sandals")), colour=_colour(rng)),
        belt=Garment(type="belt", colour=_colour(rng)) if rng.random() < 0.2 else None,
        neckwear=_neckwear(rng, collared) if rng.random() < 0.2 else None,
        bag=_bag(rng) if rng.random() < 0.25 else None,
        background=rng.choice(SCENES) if rng.random() < 0.4 else _colour(rng),
        jitter_seed=rng.getrandbits(32),
    )


def _colour(rng: random.Random) -> str:
    return rng.choice(tuple(COLOURS))


def _pattern(rng: random.Random) -> str:
    return rng.choices(PATTERNS, weights=(60, 13, 10, 8, 9))[0]


def _hair(rng: random.Random, gender: str, age: str) -> Hair:
    weights = (10, 50, 22, 18) if gender == "male" else (2, 22, 28, 48)
    length = rng.choices(("bald", "short", "shoulder-length", "long"), weights=weights)[0]
    if length == "bald":
        return Hair(colour="", style="", length=length)
    styles = ("straight", "wavy", "curly", "ponytail", "bun") if length == "long" else ("straight", "wavy", "curly")
    colour = rng.choices(tuple(HAIR_COLOURS), weights=_HAIR_WEIGHTS[age])[0]
    return Hair(colour=colour, style=rng.choice(styles), length=length)


def _beard_colour(rng: random.Random, hair: Hair, age: str) -> str:
    """That of the hair, except for one beard in seven and where the hair is dyed or gone."""
    grown = hair.colour != "" and hair.colour not in DYED
    if grown and rng.random() >= 0.15:
        return hair.colour
    weights = {c: w for c, w in zip(HAIR_COLOURS, _BEARD_WEIGHTS[age], strict=False) if c != hair.colour}
    return rng.choices(tuple(weights), weights=tuple(weights.values()))[0]


def _top(rng: random.Random) -> Garment:
    kind = rng.choice(tuple(SLEEVES))
    return Garment(type=kind, colour=_colour(rng), pattern=_pattern(rng), sleeve=rng.choice(SLEEVES[kind]))


def _dress(rng: random.Random) -> Garment:
    return Garment(
        type="dress",
        colour=_colour(rng),
        pattern=_pattern(rng),
        sleeve=rng.choice(("sleeveless", "short sleeve", "long sleeve")),
        length=rng.choice(("short", "knee-length", "long")),
    )


def _bottom(rng: random.Random, gender: str) -> Garment:
    kinds = ("trousers", "jeans", "shorts", "skirt") if gender == "female" else ("trousers", "jeans", "shorts")
    kind = rng.choice(kinds)
    colour = rng.choice(("blue", "black", "grey", "white")) if kind == "jeans" else _colour(rng)
    pattern = "plain" if kind == "jeans" else rng.choices(PATTERNS, weights=(70, 10, 10, 4, 6))[0]
    length = rng.choice(("short", "knee-length", "long")) if kind == "skirt" else ""
    return Garment(type=kind, colour=colour, pattern=pattern, length=length)


def _outerwear(rng: random.Random) -> Garment:
    kind = rng.choice(("coat", "jacket", "blazer", "cardigan"))
    return Garment(type=kind, colour=_colour(rng), length="long" if kind == "coat" else "")


def _legwear(rng: random.Random, dress: Garment | None, bottom: Garment | None) -> Garment | None:
    bare = dress is not None or (bottom is not None and bottom.type in ("shorts", "skirt"))
    if not bare or rng.random() < 0.55:
        return None
    return Garment(type=rng.choice(("socks", "tights")), colour=_colour(rng))


def _headwear(rng: random.Random, gender: str) -> Garment:
    kinds = ("cap", "beanie", "wide-brim hat", "headscarf") if gender == "female" else ("cap", "beanie", "fedora")
    return Garment(type=rng.choice(kinds), colour=_colour(rng))


def _neckwear(rng: random.Random, collared: bool) -> Garment:
    kind = rng.choice(("scarf", "tie", "bow tie") if collared else ("scarf",))
    pattern = rng.choice(("plain", "striped", "plaid")) if kind == "scarf" else "plain"
    return Garment(type=kind, colour=_colour(rng), pattern=pattern)


def _bag(rng: random.Random) -> Garment:
    return Garment(type=rng.choice(("handbag", "shoulder bag", "backpack")), colour=_colour(rng))
