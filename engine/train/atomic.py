"""Atomic yes/no questions about any description, each with the one it depends on (DSG: Cho et al., arXiv 2310.18235).

"a woman in a red plaid shirt" asks: is the person a woman; is the person wearing a shirt; is the shirt red; is the
shirt plaid. The last two make no sense where there is no shirt: they are its children, and are not asked where it was
answered no. It knows words and phrases; it does not know pictures or who answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.description import Group, parse
from engine.description.caption import SHOTS, Phrase
from engine.description.lexicon_modifiers import COLOURS, MATERIALS, PATTERNS, SHAPES
from engine.train.questions import BY_KEY, QUESTIONS, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomicQuestion:
    """One thing to find in a picture.

    Attributes:
        text: The question, to be answered yes or no.
        kind: Which of the accuracies it counts to.
        group: The body group it is about.
        parent: Place in the list of the question that must be answered yes before this one is asked, or None.
        key: The attribute of the figures' table that it asks for, or "" where it is none.
        value: What the attribute must be for a yes.
    """

    text: str
    kind: Kind
    group: str
    parent: int | None = None
    key: str = ""
    value: str = ""


_ARTICLE = re.compile(r"^(?:a|an|the|her|his|their|some|one|a pair of|pair of)\s+", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?=(?:with|in|on|of|without|and|that|worn|tied|over|under)\s)")
_WORN = (Group.HEADWEAR, Group.EYEWEAR, Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR,
         Group.FOOTWEAR, Group.BELT, Group.NECKWEAR)  # fmt: skip
_KIND_OF_KEY = {"color": Kind.TEXTURE, "hair color": Kind.TEXTURE, "pattern": Kind.TEXTURE, "material": Kind.TEXTURE,
                "graphic": Kind.TEXTURE}  # fmt: skip
_LOWER = {"bottom": "lower garment", "outerwear": "outer garment"}  # groups whose name is no word for a thing
_PARTS = frozenset(("sleeve", "sleeves", "collar", "neckline", "hem", "cuffs", "pockets", "buttons", "laces", "heels",
                    "soles", "brim", "straps", "hood", "pattern", "stripes", "dots"))  # fmt: skip
_VERBS = frozenset(("carrying", "holding", "wearing", "dressed"))  # what they are about is asked by itself
_PLACED = re.compile(r"^(?:on|in|at|against|near|by|beside|before|behind|inside|outside)\s+", re.IGNORECASE)
_SILENT = (Group.OTHER, Group.NEGATED)  # nothing to look for, or something that must not be seen


def _words(table: str) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for entry in table.split(","))


_TEXTURES = _words(COLOURS) | _words(PATTERNS) | _words(MATERIALS)
_SHAPES = _words(SHAPES)
_MADE_OF = _words(MATERIALS) - _words(PATTERNS) - _words(COLOURS)
_HAIR = frozenset(("straight", "wavy", "curly", "braided", "shoulder-length", "short", "long", "bald", "tied"))
_HAIR_COLOURS = frozenset(("blonde", "blond", "auburn", "ginger", "brunette", "dyed"))


def questions_of_text(description: str) -> list[AtomicQuestion]:
    """The questions of a description in plain words, by the phrases that our parser finds.

    Absences ("no hat") and words about nothing in the picture ("best quality") ask nothing.
    """
    parsed = parse(" ".join(description.split()))
    found: list[AtomicQuestion] = []
    for span in parsed.spans:
        words = parsed.text[span.start : span.end]
        if span.group in _SILENT or words.lower() in _VERBS:
            continue
        part = _of_part(found, span.group, words.lower())
        if part is None:
            _join(found, list(_of_words(span.group, words)))
        else:
            found.append(part)
    return found


def questions_of_phrases(phrases: Sequence[Phrase]) -> list[AtomicQuestion]:
    """The questions of a CosmicMan-HQ row's phrases, whose attributes have keys."""
    found: list[AtomicQuestion] = []
    for phrase in phrases:
        keyless = len(phrase.attributes) == 1 and phrase.attributes[0][0] == phrase.group.value and not phrase.noun
        if phrase.group in _SILENT:
            continue
        if keyless:
            _join(found, list(_of_words(phrase.group, phrase.attributes[0][1])))
        else:
            told = [(value, _KIND_OF_KEY.get(key, Kind.SHAPE)) for key, value in phrase.attributes]
            _join(found, list(_of_parts(phrase.group, told, phrase.noun)))
    return found


def questions_of_table(asked: Mapping[str, str]) -> list[AtomicQuestion]:
    """The questions of a figure's attributes, such as ``{"top type": "shirt", "top color": "red"}``."""
    found: list[AtomicQuestion] = []
    places: dict[str, int] = {}
    for question in QUESTIONS:
        if question.key in asked:
            value = asked[question.key]
            places[question.key] = len(found)
            name = question.key.split()[0]
            found.append(
                AtomicQuestion(
                    text=_table_text(question.key, value, asked.get(f"{name} type", _LOWER.get(name, name))),
                    kind=question.kind,
                    group=name,
                    parent=places.get(question.parent),
                    key=question.key,
                    value=value,
                )
            )
    return found


def _table_text(key: str, value: str, noun: str) -> str:
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
            return f"Does the person have {_with_article(value)}?"
        case "background":
            return f"Is the background {value if value in BY_KEY['top color'].values else _with_article(value)}?"
    if value == "bald":
        return "Is the person bald?"
    if name == "hair":
        return f"Is the hair {'tied in a ' if value in ('ponytail', 'bun') else ''}{value}?"
    if what == "type":
        assert group is not None
        return _object_text(group, value)
    return _about(noun, value)


def _of_part(found: Sequence[AtomicQuestion], group: Group, words: str) -> AtomicQuestion | None:
    """The question of a part that a phrase of its own names, "(a shirt with) long sleeves", as the garment's child."""
    garments = [place for place, one in enumerate(found) if one.group == group.value and one.kind is Kind.OBJECT]
    if words.rpartition(" ")[2] not in _PARTS or not garments:
        return None
    noun = found[garments[-1]].text.removesuffix("?").rpartition(" ")[2]
    kind = Kind.TEXTURE if any(word in _TEXTURES for word in words.split()) else Kind.SHAPE
    asked = f"{'Do' if _plural(noun) else 'Does'} the {noun} have {_with_article(words)}?"
    return AtomicQuestion(text=asked, kind=kind, group=group.value, parent=garments[-1])


def _join(found: list[AtomicQuestion], more: Sequence[AtomicQuestion]) -> None:
    """Append the questions of one phrase; a question that was asked before is not asked again."""
    places: dict[int, int] = {}
    texts = {question.text.lower(): place for place, question in enumerate(found)}
    for number, question in enumerate(more):
        if question.text.lower() in texts:
            places[number] = texts[question.text.lower()]
            continue
        places[number] = len(found)
        parent = None if question.parent is None else places[question.parent]
        found.append(replace(question, parent=parent))


def _of_words(group: Group, text: str) -> Iterator[AtomicQuestion]:
    text = _ARTICLE.sub("", re.sub(r"\b(?:is|are)\s+", "", text.strip().lower()))
    if group in (*_WORN, Group.BAG, Group.ACCESSORY, Group.HAIR):
        head, *after = _AFTER.split(text)
        told, noun = _modifiers(head, group)
        yield from _of_parts(group, told, noun, after)
    elif group is Group.PERSON:
        *told_words, noun = text.split()
        yield from _of_parts(group, [(word, Kind.SHAPE) for word in told_words if word not in ("and", ",")], noun)
    else:
        yield from _whole(group, text)


def _modifiers(head: str, group: Group) -> tuple[list[tuple[str, Kind]], str]:
    """Leading adjectives with their kinds, longest first, and the noun that is left."""
    words, told = head.replace(",", " ").split(), []
    while len(words) > 1:
        for length in range(min(3, len(words) - 1), 0, -1):
            some = " ".join(words[:length])
            kind = _kind(some, group)
            if kind is not None:
                told.append((some, kind))
                words = words[length:]
                break
        else:
            if words[0] != "and":
                break
            words = words[1:]
    return told, " ".join(words)


def _kind(words: str, group: Group) -> Kind | None:
    if group is Group.HAIR and words in _HAIR_COLOURS:
        return Kind.TEXTURE
    if words in _SHAPES or (group is Group.HAIR and words in _HAIR):
        return Kind.SHAPE
    return Kind.TEXTURE if words in _TEXTURES else None


def _of_parts(
    group: Group, told: Sequence[tuple[str, Kind]], noun: str, after: Sequence[str] = ()
) -> Iterator[AtomicQuestion]:
    """The object's question, then its children."""
    name = group.value
    if not noun or (group in (Group.BODY, Group.FACE, Group.SHOT, Group.BACKGROUND, Group.STYLE)):
        for words, _ in told:
            yield from _whole(group, words)
        return
    yield AtomicQuestion(text=_object_text(group, noun), kind=Kind.OBJECT, group=name)
    owner = "person" if group is Group.PERSON else noun
    for words, kind in told:
        yield AtomicQuestion(text=_about(owner, words), kind=kind, group=name, parent=0)
    for words in after:
        link, _, rest = words.partition(" ")
        if link in ("with", "without", "in", "tied", "on") and rest:
            kind = Kind.TEXTURE if any(word in _TEXTURES for word in rest.split()) else Kind.SHAPE
            verb = "Does" if not _plural(noun) else "Do"
            asked = f"{verb} the {noun} have {rest}?" if link == "with" else f"{_be(noun)} the {noun} {words}?"
            yield AtomicQuestion(text=asked, kind=kind, group=name, parent=0)


def _whole(group: Group, text: str) -> Iterator[AtomicQuestion]:
    """Phrases that are one thing as they stand."""
    ending = text.rpartition(" ")[2]
    match group:
        case Group.SHOT:
            asked, kind = f"Is this {_with_article(text)}?", Kind.SHAPE
        case Group.BACKGROUND:
            plain = _PLACED.sub("", text.removesuffix(" background"))
            colour = plain in _TEXTURES
            asked, kind = f"Is the background {plain if colour else _with_article(plain)}?", Kind.OBJECT
        case Group.STYLE:
            asked, kind = f"Is the style {text.removesuffix(' style')}?", Kind.SHAPE
        case Group.BODY if ending == "skin":
            asked, kind = f"Does the person have {text}?", Kind.TEXTURE
        case Group.BODY if text.startswith("hands"):
            asked, kind = f"Does the person have {text}?", Kind.SHAPE
        case Group.BODY if text == "average":
            asked, kind = "Is the person of average build?", Kind.SHAPE
        case Group.FACE if not text.endswith("ing") and text not in ("serious", "bearded", "freckled", "happy", "sad"):
            asked, kind = f"Does the person have {_with_article(text)}?", Kind.OBJECT
        case _:
            asked, kind = f"Is the person {text}?", Kind.SHAPE
    yield AtomicQuestion(text=asked, kind=kind, group=group.value)


def _object_text(group: Group, noun: str) -> str:
    match group:
        case Group.PERSON:
            return f"Is the person {noun if noun in ('female', 'male') else _with_article(noun)}?"
        case Group.HAIR:
            return f"Does the person have {noun if noun == 'hair' else _with_article(noun)}?"
        case Group.BAG:
            return f"Is the person carrying {_with_article(noun)}?"
        case Group.ACCESSORY:
            return f"Is there {_with_article(noun)} in the picture?"
    return f"Is the person wearing {_with_article(noun)}?"


def _about(noun: str, words: str) -> str:
    """Whether a thing is as the words say: "Is the shirt red?", "Do the trousers have ...", "Is it made of cotton?"."""
    bare = words.removesuffix("d") if words.endswith("-sleeved") else words
    if bare.endswith(("sleeve", "sleeves")) and bare not in ("sleeves",):
        return f"Does the {noun} have {bare.removesuffix('s')}s?".replace("-sleeves", " sleeves")
    if bare.endswith((" collar", "-neck", " neck")):
        return f"Does the {noun} have {_with_article(bare)}?"
    if words in _MADE_OF:
        return f"{_be(noun)} the {noun} made of {words}?"
    return f"{_be(noun)} the {noun} {words}?"


def _plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us"))


def _be(noun: str) -> str:
    return "Are" if _plural(noun) else "Is"


def _with_article(text: str) -> str:
    mass = text in ("hair", "make-up", "makeup", "stubble", "jewellery", "jewelry", "jewels")
    if _plural(text) or mass or text.startswith(("a ", "an ", "the ")):
        return text
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text
