"""How atomic questions are worded: a thing, an attribute, a part, as an English question to be answered yes or no.

It knows English and what each body group is called; it does not know descriptions, or what depends on what.
"""

from __future__ import annotations

import re

from engine.description import Group
from engine.description.lexicon.modifiers import COLOURS, MATERIALS, PATTERNS
from engine.description.wording.caption import SHOTS
from engine.train.questions.table import BY_KEY

_LOWER = {"bottom": "lower garment", "outerwear": "outer garment"}  # groups whose name is no word for a thing


def words_of(table: str) -> frozenset[str]:
    """The entries of a lexicon's table, a string with commas between them."""
    return frozenset(" ".join(entry.split()) for entry in table.split(","))


_MADE_OF = words_of(MATERIALS) - words_of(PATTERNS) - words_of(COLOURS)


def about_key(key: str, value: str, noun: str | None) -> str:
    """Whether an attribute of the figures' table, such as "top color", has a value; `noun` is the garment's own."""
    name, _, what = key.partition(" ")
    group = Group(name) if name in Group.__members__.values() else None
    match key:
        case "framing":
            return f"Is this {SHOTS[value]}?"
        case "gender" | "age" | "pose" | "expression":
            return f"Is the person {value}?" if value != "hands on hips" else "Does the person have hands on hips?"
        case "skin":
            return f"Does the person have {value} skin?"
        case "facial hair":
            return f"Does the person have {with_article(value)}?"
        case "background":
            return f"Is the background {value if value in BY_KEY['top color'].values else with_article(value)}?"
    if value == "bald":
        return "Is the person bald?"
    if name == "hair":
        return f"Is the hair {'tied in a ' if value in ('ponytail', 'bun') else ''}{value}?"
    if what == "type":
        assert group is not None
        return about_thing(group, value)
    return about_attribute(noun or _LOWER.get(name, name), value)


def about_thing(group: Group, noun: str) -> str:
    """Whether a thing of a body group is there: "Is the person wearing a shirt?"."""
    match group:
        case Group.PERSON:
            return f"Is the person {noun if noun in ('female', 'male') else with_article(noun)}?"
        case Group.HAIR:
            return f"Does the person have {noun if noun == 'hair' else with_article(noun)}?"
        case Group.BAG:
            return f"Is the person carrying {with_article(noun)}?"
        case Group.ACCESSORY:
            return f"Is there {with_article(noun)} in the picture?"
    return f"Is the person wearing {with_article(noun)}?"


def about_attribute(noun: str, words: str) -> str:
    """Whether a thing is as the words say: "Is the shirt red?", "Do the trousers have ...", "Is it made of cotton?"."""
    bare = words.removesuffix("d") if words.endswith("-sleeved") else words
    if bare.endswith(("sleeve", "sleeves")) and bare not in ("sleeves",):
        return about_part(noun, re.sub(r"[- ]sleeves?$", " sleeves", bare))
    if bare.endswith((" collar", "-neck", " neck")):
        return about_part(noun, with_article(bare))
    if words in _MADE_OF:
        return f"{_be(noun)} the {noun} made of {words}?"
    return about_state(noun, words)


def about_part(noun: str, words: str) -> str:
    """Whether a thing has a part: "Does the shirt have long sleeves?"."""
    return f"{'Do' if _plural(noun) else 'Does'} the {noun} have {words}?"


def about_state(noun: str, words: str) -> str:
    """Whether a thing is as the words say, as they stand: "Is the hair in a ponytail?"."""
    return f"{_be(noun)} the {noun} {words}?"


def _plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us"))


def _be(noun: str) -> str:
    return "Are" if _plural(noun) else "Is"


def with_article(text: str) -> str:
    """A noun phrase with "a" or "an" where English wants one."""
    mass = text in ("hair", "make-up", "makeup", "stubble", "jewellery", "jewelry", "jewels")
    if _plural(text) or mass or text.startswith(("a ", "an ", "the ")):
        return text
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text
