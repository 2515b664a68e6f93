"""Dense descriptions of people as a shop or a studio writes them, made of a word or two for each body group.

The parts are those of GET /groups; the same seed gives the same descriptions.
"""

import random
from collections.abc import Sequence

COLOURS = ("red", "navy blue", "forest green", "white", "black", "beige", "mustard yellow", "light grey", "burgundy")
FABRICS = ("cotton", "linen", "wool", "denim", "leather", "corduroy", "silk", "knitted")
PATTERNS = ("plain", "striped", "checked", "polka-dot", "floral", "ribbed")

SHOTS = ("a full-body shot", "a full-body shot, front view", "a half-body portrait", "a full-body shot, side view")
PEOPLE = ("a young woman", "a young man", "a middle-aged woman", "an old man", "a girl", "a boy", "an elderly woman")
BODIES = ("slim build", "athletic build", "average build", "tall", "broad shoulders")
FACES = ("a calm expression", "a friendly smile", "freckles", "a short beard", "looking at the camera")
HAIR = (
    "long {c} hair",
    "short curly hair",
    "a blond bun",
    "shoulder-length brown hair",
    "a shaved head",
    "grey braids",
)
HEADWEAR = ("a {c} {f} hat", "a {c} cap", "a {c} headscarf")
EYEWEAR = ("round glasses", "dark sunglasses")
TOPS = ("a {p} {c} {f} shirt", "a {c} {f} t-shirt", "a {p} {c} blouse", "a {c} {f} sweater with a high collar")
OUTERWEAR = ("a {c} {f} coat with large buttons", "an open {c} {f} jacket", "a {c} raincoat", "a {c} {f} cardigan")
DRESSES = ("a {p} {c} {f} dress that reaches the knees", "a long {c} {f} dress with short sleeves")
BOTTOMS = ("{c} {f} trousers", "a {p} {c} skirt", "wide {c} jeans", "{c} {f} shorts")
LEGWEAR = ("{c} tights", "white socks", "striped knee socks")
FOOTWEAR = ("{c} leather boots", "white sneakers", "{c} sandals", "black lace-up shoes")
EXTRAS = (
    "a {c} belt",
    "a {c} silk scarf",
    "a small {c} handbag",
    "a {c} backpack",
    "a silver necklace",
    "a wristwatch",
)
BACKGROUNDS = (
    "in a park",
    "in front of a brick wall",
    "on a city street at dusk",
    "plain light background",
    "on a beach",
)
STYLES = ("natural light", "studio photograph", "sharp focus", "soft shadows")


def describe(seed: int) -> str:
    """One description of 30 to 70 words."""
    chance = random.Random(seed)  # noqa: S311 - words, not secrets
    dressed = chance.random() < 0.25
    parts = [SHOTS, PEOPLE, BODIES, FACES, HAIR]
    parts += [HEADWEAR] * (chance.random() < 0.3) + [EYEWEAR] * (chance.random() < 0.25)
    parts += [DRESSES] if dressed else [TOPS, BOTTOMS]
    parts += [OUTERWEAR] * (chance.random() < 0.5) + [LEGWEAR] * (chance.random() < 0.3)
    parts += [FOOTWEAR, EXTRAS, BACKGROUNDS, STYLES]
    return ", ".join(_filled(chance, choices) for choices in parts)


def _filled(chance: random.Random, choices: Sequence[str]) -> str:
    return chance.choice(choices).format(c=chance.choice(COLOURS), f=chance.choice(FABRICS), p=chance.choice(PATTERNS))
