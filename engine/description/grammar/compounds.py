"""Whether a second noun opens a phrase of its own or decides the first: "woman beach", but "hat rack", "dress shoes".

It sees the two nouns alone.
"""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.lexicon import Entry

WORN = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
        Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY,
    )
)  # fmt: skip
_FEATURES = frozenset((Group.HAIR, Group.FACE))
_CLOTHING = frozenset((Group.TOP, Group.OUTERWEAR, Group.BOTTOM, Group.FOOTWEAR, Group.HEADWEAR, Group.LEGWEAR))
_THINGS = WORN | _FEATURES
GARMENTS = WORN - {Group.ACCESSORY, Group.BAG}
_ORNAMENTS = frozenset(
    ("necklace", "bracelet", "watch", "choker", "pendant", "umbrella", "wristwatch", "earring", "scarf")
)
#: What is never named after a place of the body, in words without commas: "a split lip towel round his neck".
_BESIDE_PLACES = frozenset(("sweat", "towel", "tears", "mud", "rain", "dust", "hair", "soot"))
#: Things in the hand that never say what a garment is like.
_IN_HAND = frozenset(
    (
        "cigarette",
        "cigar",
        "phone",
        "book",
        "newspaper",
        "mug",
        "cup",
        "pram",
        "dog",
        "cat",
        "skateboard",
        "sandwich",
        "balloon",
        "drink",
        "lantern",
        "candle",
        "sword",
        "microphone",
        "bouquet",
        "letter",
        "torch",
        "broom",
    )
)
#: Heads that take any noun before them: "hat brand style", "dress shot".
_OF_ANYTHING = frozenset((Group.STYLE, Group.SHOT, Group.OTHER, Group.BODY))
#: Places and furniture that are named after the things they hold: "hat rack", "shoe shop".
_KEEPS_THINGS = frozenset(
    ("rack", "racks", "stand", "stands", "shop", "shops", "store", "stores", "stall", "stalls", "shelf", "shelves",
     "shelving", "factory", "workshop", "market", "display", "window", "counter", "cupboard", "wardrobe", "cabinet",
     "salon", "case", "museum", "machine", "boutique", "department", "tree", "trees", "bush", "bushes", "bed", "beds",
     "light", "lights", "print", "seller", "festival", "bar", "booth", "box", "lamp", "rail", "design", "poster",
     "posters", "sign", "signs")
)  # fmt: skip
#: Garments that seldom say what another is like, as "dress" does in "dress shoes".
WHOLE = frozenset(
    ("beanie", "beret", "fedora", "trilby", "bonnet", "turban", "hijab", "headscarf", "headband", "hat", "coat",
     "overcoat", "jacket", "blazer", "parka", "anorak", "raincoat", "windbreaker", "skirt", "miniskirt", "blouse",
     "waistcoat", "gilet", "poncho", "jumpsuit", "gown", "sundress", "sweatshirt", "hoodie", "cardigan", "pullover",
     "camisole", "necktie", "cravat", "backpack", "handbag", "purse", "rucksack", "satchel", "cap", "kilt", "sari",
     "t-shirt", "tee", "dress", "jumper", "scarf", "bowtie", "tie")
)  # fmt: skip
_SHAPES = frozenset(("dress", "hat", "scarf", "cap", "jumper", "tie", "t-shirt", "coat", "tee"))
#: Words of how a garment is cut at a part of it that is named like a part of the body.
SEWN = frozenset(
    ("soft", "natural", "strong", "roped", "dropped", "drop", "padded", "elasticated", "elastic", "funnel", "ribbed",
     "nipped", "nipped-in", "tie", "drawstring", "puffed", "puff", "ruched", "cinched", "gathered", "split", "v",
     "crew", "scoop", "mock", "roll", "rolled", "boat", "cowl", "halter", "square", "squared", "pointed", "almond",
     "structured", "smocked", "shirred", "paperbag", "high", "low", "open", "wide", "flared", "tapered", "cuffed",
     "frayed", "quilted", "reinforced", "contrast", "cutout", "cut-out", "cold", "off-the-shoulder", "one-shoulder",
     "peplum", "empire", "fitted", "banded", "zipped", "laced", "lace-up", "buttoned", "racer", "sheer", "mesh",
     "stand-up", "ruffled", "knotted", "twisted", "wrap", "shaped", "asymmetric", "asymmetrical", "plunging",
     "sweetheart", "round", "turtle", "polo", "saddle", "raglan", "self-tie", "drawcord", "tie-front", "cinch",
     "deep", "raw", "faded", "kick", "lantern", "bishop", "balloon", "bell", "flutter", "cap", "epauletted", "belted",
     "adjustable", "stretch", "stretchy", "relaxed", "dipped", "ripped", "distressed", "bagged", "patched", "worn")
)  # fmt: skip


def splits(head: Entry, head_word: str, entry: Entry, word: str) -> bool:
    """Whether a second noun opens a phrase of its own: "woman beach", "corduroy trousers brogues" in terse tags."""
    group, other = head.group, entry.group
    if group is Group.HAIR and word == "back":
        return True
    if head.kind is Kind.PERSON:
        return entry.kind is not Kind.PERSON and other is not Group.PERSON
    if head.kind is Kind.PLACE:
        if word in _BESIDE_PLACES or head_word.endswith("s") and other in GARMENTS and not entry.soft:
            return True
    elif entry.kind is Kind.PLACE and group in GARMENTS and head_word.endswith("s") and head_word not in SEWN:
        return True
    if other is Group.BODY and " " in word and group in WORN:
        return True  # "a tracksuit hands in pockets"
    if head.soft or group is other or other in _OF_ANYTHING or group not in _THINGS or entry.kind is Kind.PART:
        return False
    if entry.kind is Kind.PLACE:
        return group in WORN and head_word not in SEWN
    if group is Group.ACCESSORY and head_word in _IN_HAND and other in _CLOTHING:
        return True
    thing = group is Group.ACCESSORY and head_word not in _ORNAMENTS
    if other is Group.BACKGROUND:
        return not thing and word not in _KEEPS_THINGS and not word.endswith("room")
    if head_word.endswith("s") and not head_word.endswith("ss") or head_word.endswith("teeth"):
        return True
    if other is Group.PERSON:
        return entry.kind is Kind.PERSON and not thing
    if group in _FEATURES:
        return other in _FEATURES or other in GARMENTS and head_word != "fringe"  # "a suede fringe jacket"
    if other in _FEATURES:
        return not thing
    last = head_word.rpartition(" ")[2]
    whole = (last in WHOLE or last != head_word) and (head_word not in _SHAPES or " " in word)
    return whole and group in GARMENTS and other in WORN and other is not Group.DRESS
