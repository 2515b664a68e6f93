"""What is asked about a picture of a person: one table of questions, their classes, and when a picture can answer.

It knows attributes and words; it does not know who answers or who drew the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.description import Group
from engine.description.wording.caption import SHOTS, Caption, Phrase
from engine.train.figures.attributes import (
    COLOURS,
    FRAMINGS,
    HAIR_COLOURS,
    PATTERNS,
    SCENES,
    SKINS,
    SLEEVES,
)

ABSENT = "not visible"  # class 0 of every question


class Kind(StrEnum):
    """The three families of DSG-style questions (Cho et al., arXiv 2310.18235) as CosmicMan reports them."""

    OBJECT = "obj"
    TEXTURE = "tex"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One attribute: what may be answered, whose child it is, and what makes it unanswerable.

    Attributes:
        key: As in a figure's ``attributes``, e.g. ``top color``.
        kind: Which of the accuracies it counts to.
        values: The classes besides ``ABSENT``.
        parent: The question that must not be answered ``ABSENT`` for this one to make sense, or "".
        hidden: Pairs of another attribute and the values of it that hide this one; no values means any.
    """

    key: str
    kind: Kind
    values: tuple[str, ...]
    parent: str = ""
    hidden: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """``ABSENT``, then the values."""
        return (ABSENT, *self.values)


_COLOURS = tuple(COLOURS)
_SLEEVES = ("sleeveless", "short sleeve", "long sleeve")
_LENGTHS = ("short", "knee-length", "long")
_UNDER_A_COAT = (("outerwear type", ()),)
_HEM_OUTSIDE = (("framing", ("upper_body", "portrait", "headshot")),)


def _object(key: str, *values: str, hidden: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Question:
    return Question(key=key, kind=Kind.OBJECT, values=values, hidden=hidden)


def _about(
    kind: Kind, key: str, values: Sequence[str], hidden: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> Question:
    return Question(key=key, kind=kind, values=tuple(values), parent=f"{key.split()[0]} type", hidden=hidden)


QUESTIONS: tuple[Question, ...] = (
    Question(key="framing", kind=Kind.SHAPE, values=FRAMINGS),
    _object("gender", "female", "male"),
    Question(key="age", kind=Kind.SHAPE, values=("young", "middle-aged", "elderly")),
    Question(key="skin", kind=Kind.TEXTURE, values=tuple(SKINS)),
    Question(key="pose", kind=Kind.SHAPE, values=("hands on hips", "waving", "walking"),
             hidden=(("framing", ("portrait", "headshot")),)),
    Question(key="expression", kind=Kind.SHAPE, values=("smiling", "serious", "laughing")),
    _object("facial hair", "beard", "moustache"),
    Question(key="hair length", kind=Kind.SHAPE, values=("bald", "short", "shoulder-length", "long"),
             hidden=(("framing", ("headshot",)),)),
    Question(key="hair color", kind=Kind.TEXTURE, values=(*HAIR_COLOURS, "bald"), parent="hair length"),
    Question(key="hair style", kind=Kind.SHAPE, values=("straight", "wavy", "curly", "ponytail", "bun"),
             parent="hair length"),
    _object("headwear type", "cap", "beanie", "wide-brim hat", "fedora", "headscarf"),
    _about(Kind.TEXTURE, "headwear color", _COLOURS),
    _object("eyewear type", "glasses", "sunglasses"),
    _object("top type", *SLEEVES, hidden=_UNDER_A_COAT),
    _about(Kind.TEXTURE, "top color", _COLOURS),
    _about(Kind.TEXTURE, "top pattern", PATTERNS),
    _about(Kind.SHAPE, "top sleeve length", _SLEEVES, _UNDER_A_COAT),
    _object("dress type", "dress"),
    _about(Kind.TEXTURE, "dress color", _COLOURS),
    _about(Kind.TEXTURE, "dress pattern", PATTERNS),
    _about(Kind.SHAPE, "dress sleeve length", _SLEEVES, _UNDER_A_COAT),
    _about(Kind.SHAPE, "dress length", _LENGTHS, _HEM_OUTSIDE),
    _object("outerwear type", "coat", "jacket", "blazer", "cardigan"),
    _about(Kind.TEXTURE, "outerwear color", _COLOURS),
    _object("bottom type", "trousers", "jeans", "shorts", "skirt", hidden=_HEM_OUTSIDE),
    _about(Kind.TEXTURE, "bottom color", _COLOURS),
    _about(Kind.TEXTURE, "bottom pattern", PATTERNS),
    _about(Kind.SHAPE, "bottom length", _LENGTHS, _HEM_OUTSIDE),
    _object("legwear type", "socks", "tights"),
    _about(Kind.TEXTURE, "legwear color", _COLOURS),
    _object("footwear type", "shoes", "sneakers", "boots", "sandals"),
    _about(Kind.TEXTURE, "footwear color", _COLOURS),
    _object("belt type", "belt"),
    _about(Kind.TEXTURE, "belt color", _COLOURS),
    _object("neckwear type", "scarf", "tie", "bow tie"),
    _about(Kind.TEXTURE, "neckwear color", _COLOURS),
    _object("bag type", "handbag", "shoulder bag", "backpack"),
    _about(Kind.TEXTURE, "bag color", _COLOURS),
    _object("background", *COLOURS, *SCENES),
)  # fmt: skip
BY_KEY: Mapping[str, Question] = {question.key: question for question in QUESTIONS}

_CLOSE = ("portrait", "headshot")
_TOP_OF_DRESS = {f"dress {name}": f"top {name}" for name in ("color", "pattern", "sleeve length")}
_FRAMING_OF = {words: framing for framing, words in SHOTS.items()}
# Phrases without a key of their own: the attribute is told by the word.
_KEY_OF_WORD = {
    (group, value): key
    for group, key in ((Group.BODY, "pose"), (Group.FACE, "facial hair"), (Group.FACE, "expression"))
    for value in BY_KEY[key].values
}


def as_seen(said: Mapping[str, str], framing: str | None) -> dict[str, str]:
    """The same attributes as a viewer names them: in a close picture nobody can tell a dress from a top."""
    if framing not in _CLOSE:
        return dict(said)
    renamed = {_TOP_OF_DRESS.get(key, key): value for key, value in said.items()}
    return {key: value for key, value in renamed.items() if not key.startswith("dress ")}


def right_answer(question: Question, truth: Mapping[str, str]) -> str | None:
    """What a perfect viewer says about a picture with these true attributes; None where the picture cannot tell."""
    if question.key == "top type" and "dress type" in truth and truth.get("framing") in _CLOSE:
        return None
    truth = as_seen(truth, truth.get("framing"))
    for key, values in question.hidden:
        if key in truth and (not values or truth[key] in values):
            return None
    if question.key == "hair color" and truth.get("hair length") == "bald":
        return "bald"
    return truth.get(question.key, ABSENT)


def stated(phrases: Sequence[Phrase], caption: Caption) -> dict[str, str]:
    """What a composed description says, by question: ``{"top color": "red", ...}``.

    A garment that is plain counts only where the text says the word.
    """
    said: dict[str, str] = {}
    for span in caption.spans:
        words = caption.text[span.start : span.end]
        for key, value in _pairs(phrases[span.phrase]):
            if key in BY_KEY and value in BY_KEY[key].values and (value != "plain" or "plain" in words):
                said[key] = value
    return said


def _pairs(phrase: Phrase) -> list[tuple[str, str]]:
    name = phrase.group.value
    pairs = [(key if key.startswith(name) else f"{name} {key}", value) for key, value in phrase.attributes]
    match phrase.group:
        case Group.SHOT:
            return [("framing", _FRAMING_OF.get(value, value)) for _, value in phrase.attributes]
        case Group.PERSON:
            return [*phrase.attributes, ("gender", phrase.noun)]
        case Group.BACKGROUND:
            return [(name, value.removesuffix(" background")) for _, value in phrase.attributes]
        case Group.BODY | Group.FACE:
            return [_of_word(phrase.group, value) for _, value in phrase.attributes]
        case Group.HAIR:
            return [("hair length", "bald") if value == "bald head" else (key, value) for key, value in pairs]
        case Group.EYEWEAR:
            return [("eyewear type", value) for _, value in phrase.attributes]
    return [*pairs, (f"{name} type", phrase.noun)]


def _of_word(group: Group, value: str) -> tuple[str, str]:
    if value.endswith(" skin"):
        return "skin", value.removesuffix(" skin")
    return _KEY_OF_WORD.get((group, value), ""), value


def asked(truth: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """The questions that are fair: named by the description, visible by the truth, decidable in this framing."""
    told = as_seen(said, truth.get("framing"))
    return {key: value for key, value in told.items() if right_answer(BY_KEY[key], truth) == value}
