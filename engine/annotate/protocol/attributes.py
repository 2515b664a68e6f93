"""The questions: 18 regions, 3 to 8 attributes each, 70 in all, every answer from a closed list.

What nobody can see is not asked: the published slot `country` has no question here. It knows regions, words and
slots; it does not know pictures, masks or who answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.description.groups import FOREGROUND, Group

NONE = "none"  # of a type: there is no such thing
UNSURE = "cannot tell"  # of anything: the picture does not show it; not written, not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the picture.

    Attributes:
        name: As in the names of its attributes.
        group: The body group whose words are about it.
        labels: ATR-18 labels of its pixels.
        items: Item classes of its pixels, where a map of items is at hand (`engine.regions.items`).
        least_share: The share of the picture from which it counts as present.
        slots: Slots of `aa_text` for each answer to its type; "" stands for any other one. Empty: `extra`.
    """

    name: str
    group: Group
    labels: tuple[int, ...]
    items: tuple[str, ...]
    least_share: float
    slots: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One question.

    Attributes:
        name: Region and key, such as `top color`, or the key alone where that is plain.
        region: Name of the region it is about.
        question: As a person or a language model is asked.
        values: All answers, besides `UNSURE`; `NONE` first where there may be nothing.
        key: In the slot's dictionary of `aa_text`; "" where it is told in `extra`, or is `person_type`.
        parent: The attribute that must not be answered `NONE` for this one to be asked, or "".
        slot: Of `aa_text`, where the region's own does not fit.
    """

    name: str
    region: str
    question: str
    values: tuple[str, ...]
    key: str = ""
    parent: str = ""
    slot: int | None = None


_PERSON = ("skin", "hair", "headwear", "eyewear", "top", "outerwear", "dress", "bottom", "legwear", "footwear", "belt",
           "neckwear", "bag")  # fmt: skip


def _region(
    name: str, group: Group, labels: tuple[int, ...], items: tuple[str, ...] = (), least: float = 0.003, **slots: int
) -> Region:
    told = {key.replace("_", " "): slot for key, slot in slots.items() if key != "other"}
    told |= {"": slots["other"]} if "other" in slots else {}
    return Region(
        name=name, group=group, labels=labels, items=items or (name,), least_share=least, slots=MappingProxyType(told)
    )


REGIONS: tuple[Region, ...] = (
    _region("picture", Group.SHOT, FOREGROUND, _PERSON, other=14),
    _region("person", Group.PERSON, FOREGROUND, _PERSON, other=0),
    _region("body", Group.BODY, FOREGROUND, _PERSON),
    _region("face", Group.FACE, (11,), ("skin",)),
    _region("hair", Group.HAIR, (2,), other=3),
    _region("headwear", Group.HEADWEAR, (1,), other=11, headband=15, headscarf=16, veil=17),
    _region("eyewear", Group.EYEWEAR, (3,), least=0.0006),
    _region("top", Group.TOP, (4,), least=0.01, other=6),
    _region("outerwear", Group.OUTERWEAR, (4,), least=0.01, other=7),
    _region("dress", Group.DRESS, (7,), least=0.01, other=5, suit=4, uniform=4, costume=4, robe=4, kimono=4),
    _region("bottom", Group.BOTTOM, (5, 6), least=0.01, other=8),
    _region("legwear", Group.LEGWEAR, (12, 13), other=18),
    _region("footwear", Group.FOOTWEAR, (9, 10), other=9),
    _region("belt", Group.BELT, (8,), least=0.0015, other=12),
    _region("neckwear", Group.NECKWEAR, (17,), least=0.0015, other=13, tie=19, bow_tie=19),
    _region("bag", Group.BAG, (16,), other=10),
    _region("accessory", Group.ACCESSORY, (14, 15), ("skin",)),
    _region("background", Group.BACKGROUND, (0,), least=0.02, other=2),
)

COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "beige",
           "multicolored")  # fmt: skip
_HAIR = ("black", "brown", "blonde", "red", "grey", "white", "pink", "blue")
_PATTERNS = ("plain", "striped", "plaid", "floral", "dotted", "animal print", "camouflage")
_CLOTHS = ("cotton", "denim", "leather", "wool", "knit", "silk", "lace", "fur", "linen", "synthetic")
_SLEEVES = ("sleeveless", "short sleeve", "long sleeve")
_LENGTHS = ("short", "knee-length", "long")
_COLLARS = ("crew neck", "V-neck", "shirt collar", "turtleneck", "off-shoulder", "hood")
_SCENES = ("park", "beach", "city street", "brick wall", "forest", "mountains", "library", "night sky", "room",
           "office", "shop", "studio")  # fmt: skip


def _one(name: str, question: str, *values: str, key: str = "", region: str = "", slot: int | None = None) -> Attribute:
    return Attribute(name=name, region=region or name.split()[0], question=question, values=values, key=key, slot=slot)


def _type(region: str, question: str, *values: str) -> Attribute:
    return Attribute(name=f"{region} type", region=region, question=question, values=(NONE, *values), key="type")


def _of(region: str, key: str, question: str, values: tuple[str, ...], name: str = "") -> Attribute:
    called = f"{region} {name or key}"
    return Attribute(name=called, region=region, question=question, values=values, key=key, parent=f"{region} type")


ATTRIBUTES: tuple[Attribute, ...] = (
    _one("framing", "How much of the person does the picture show?", "full_body", "nearly_full_body", "upper_body",
         "portrait", "headshot", region="picture"),
    _one("view", "From which side is the person seen?", "front", "side", "back", region="picture"),
    _one("overall style", "What is the style of the clothes as a whole?", "casual", "business", "formal", "sporty",
         "traditional", "street", key="overall-style", region="picture"),
    _one("gender", "Does the person look female or male?", "female", "male", key="gender", region="person"),
    _one("age", "How old does the person look?", "child", "young", "middle-aged", "elderly", key="age",
         region="person"),
    _one("body shape", "What is the person's build?", "slim", "average", "muscular", "plus-size", key="body shape",
         region="person", slot=1),
    _one("skin", "Which skin colour is seen?", "fair", "tanned", "brown", "dark", region="body"),
    _one("pose", "What is the person doing with the body?", "standing", "hands on hips", "waving", "walking",
         "sitting", "arms crossed", region="body"),
    _one("tattoo", "Is a tattoo seen?", NONE, "tattooed", region="body"),
    _one("expression", "What is the expression of the face?", "smiling", "serious", "laughing", "sad", region="face"),
    _one("facial hair", "Which facial hair is seen?", NONE, "beard", "moustache", region="face"),
    _one("make-up", "Is make-up seen on the face?", NONE, "light make-up", "heavy make-up", region="face"),
    _one("hair color", "Which colour has the hair?", *_HAIR, key="hair color"),
    _one("hair style", "How is the hair worn?", "straight", "wavy", "curly", "ponytail", "bun", "braided",
         key="hair style"),
    _one("hair length", "How long is the hair?", "short", "shoulder-length", "long", key="hair length"),
    _type("headwear", "What is worn on the head?", "cap", "beanie", "wide-brim hat", "fedora", "headband",
          "headscarf", "veil", "helmet"),
    _of("headwear", "color", "Which colour has the headwear?", COLOURS),
    _of("headwear", "material", "What is the headwear made of?", (*_CLOTHS, "straw", "felt")),
    _type("eyewear", "What is worn over the eyes?", "glasses", "sunglasses", "goggles"),
    _of("eyewear", "shape", "Which shape has the eyewear?", ("round", "square", "aviator")),
    _of("eyewear", "color", "Which colour has its frame?", COLOURS),
    _type("top", "What is worn on the upper body, under a coat or jacket?", "t-shirt", "shirt", "sweater", "hoodie",
          "tank top", "blouse", "vest"),
    _of("top", "color", "Which colour has the top?", COLOURS),
    _of("top", "pattern", "Which pattern has the top?", _PATTERNS),
    _of("top", "sleeve length", "How long are the top's sleeves?", _SLEEVES),
    _of("top", "material", "What is the top made of?", _CLOTHS),
    _of("top", "top length", "How long is the top?", ("cropped", "waist-length", "hip-length"), "length"),
    _of("top", "collar shape", "Which collar has the top?", _COLLARS, "collar"),
    _of("top", "graphic", "What is printed on the top?", (NONE, "letters", "picture", "logo")),
    _type("outerwear", "What is worn over the top?", "coat", "jacket", "blazer", "cardigan", "cape"),
    _of("outerwear", "color", "Which colour has it?", COLOURS),
    _of("outerwear", "pattern", "Which pattern has it?", _PATTERNS),
    _of("outerwear", "material", "What is it made of?", _CLOTHS),
    _of("outerwear", "coat length", "How long is it?", ("short", "hip-length", "long"), "length"),
    _type("dress", "Which garment covers upper and lower body at once?", "dress", "jumpsuit", "suit", "uniform",
          "costume", "robe", "kimono"),
    _of("dress", "color", "Which colour has the dress?", COLOURS),
    _of("dress", "pattern", "Which pattern has the dress?", _PATTERNS),
    _of("dress", "sleeve length", "How long are the dress's sleeves?", _SLEEVES),
    _of("dress", "length", "How long is the dress?", _LENGTHS),
    _of("dress", "material", "What is the dress made of?", _CLOTHS),
    _of("dress", "collar shape", "Which collar has the dress?", _COLLARS, "collar"),
    _type("bottom", "What is worn on the lower body?", "trousers", "jeans", "shorts", "skirt", "leggings"),
    _of("bottom", "color", "Which colour has it?", COLOURS),
    _of("bottom", "pattern", "Which pattern has it?", _PATTERNS),
    _of("bottom", "length", "How long is it?", _LENGTHS),
    _of("bottom", "material", "What is it made of?", _CLOTHS),
    _of("bottom", "bottom shape", "Which shape has it?", ("tight", "straight", "wide", "pleated"), "shape"),
    _type("legwear", "What is worn on the legs, besides shoes and trousers?", "socks", "tights", "stockings"),
    _of("legwear", "color", "Which colour has it?", COLOURS),
    _of("legwear", "pattern", "Which pattern has it?", _PATTERNS),
    _type("footwear", "What is worn on the feet?", "shoes", "sneakers", "boots", "sandals", "high heels"),
    _of("footwear", "color", "Which colour has it?", COLOURS),
    _of("footwear", "material", "What is it made of?", ("leather", "canvas", "suede", "rubber", "synthetic")),
    _of("footwear", "boots length", "How high does it reach?", ("low", "ankle", "knee-high"), "length"),
    _type("belt", "What is worn around the waist?", "belt", "sash"),
    _of("belt", "color", "Which colour has the belt?", COLOURS),
    _of("belt", "material", "What is the belt made of?", ("leather", "fabric", "metal")),
    _type("neckwear", "What is worn around the neck?", "scarf", "tie", "bow tie"),
    _of("neckwear", "color", "Which colour has it?", COLOURS),
    _of("neckwear", "pattern", "Which pattern has it?", _PATTERNS),
    _of("neckwear", "material", "What is it made of?", _CLOTHS),
    _type("bag", "Which bag is carried?", "handbag", "shoulder bag", "backpack", "briefcase"),
    _of("bag", "color", "Which colour has the bag?", COLOURS),
    _of("bag", "material", "What is the bag made of?", ("leather", "canvas", "synthetic", "straw")),
    _one("jewellery", "Which jewellery is seen?", NONE, "necklace", "earrings", "bracelet", region="accessory"),
    _one("watch", "Is a watch worn?", NONE, "watch", region="accessory"),
    _one("gloves", "Are gloves worn?", NONE, "gloves", region="accessory"),
    _one("background", "What is behind the person? A colour where it is nothing else.", *_SCENES, *COLOURS[:-1],
         key="background", region="background"),
    _one("setting", "Where was the picture taken?", "indoors", "outdoors", region="background"),
    _one("light", "What light is there?", "daylight", "night", "artificial light", region="background"),
)  # fmt: skip

REGION: Mapping[str, Region] = MappingProxyType({region.name: region for region in REGIONS})
BY_NAME: Mapping[str, Attribute] = MappingProxyType({attribute.name: attribute for attribute in ATTRIBUTES})


def of_region(region: str) -> tuple[Attribute, ...]:
    """The attributes of a region, its type first."""
    return tuple(attribute for attribute in ATTRIBUTES if attribute.region == region)


def checked(attribute: str, value: str) -> str:
    """The value, where it is one that the attribute may have.

    Raises:
        ValueError: There is no such attribute, or no such answer to it; the message says what there is.
    """
    if attribute not in BY_NAME:
        raise ValueError(f"attribute must be one of the protocol's {len(ATTRIBUTES)}; got {attribute[:60]!r}")
    allowed = BY_NAME[attribute].values
    if value != UNSURE and value not in allowed:
        raise ValueError(f"{attribute} must be one of {', '.join(allowed)}; got {value[:60]!r}")
    return value
