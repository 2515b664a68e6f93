"""Atomic yes/no questions about any description, each with the one it depends on (DSG: Cho et al., arXiv 2310.18235).

"a woman in a red plaid shirt" asks: is the person a woman; is the person wearing a shirt; is the shirt red; is the
shirt plaid. The last two make no sense where there is no shirt: they are its children, and are not asked where it was
answered no. It knows words and phrases; it does not know pictures or who answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.description import Group, drawn_phrases, parse
from engine.description.lexicon.modifiers import COLOURS, MATERIALS, PATTERNS, SHAPES
from engine.description.wording.caption import Phrase
from engine.train.questions.table import QUESTIONS, Kind
from engine.train.questions.wording import (
    about_attribute,
    about_key,
    about_part,
    about_state,
    about_thing,
    with_article,
    words_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomicQuestion:
    """One thing to find in a picture.

    Attributes:
        text: The question, to be answered yes or no.
        kind: Which of the accuracies it counts to.
        group: The body group it is about.
        parent: Place in the list of the question that must be answered yes before this one is asked, or None.
        key: The attribute of the figures' table that it asks for, or "" where it is none.
    """

    text: str
    kind: Kind
    group: str
    parent: int | None = None
    key: str = ""


_ARTICLE = re.compile(r"^(?:a|an|the|her|his|their|some|one|a pair of|pair of)\s+", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?=(?:with|in|on|of|without|and|that|worn|tied|over|under)\s)")
_WORN = (Group.HEADWEAR, Group.EYEWEAR, Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR,
         Group.FOOTWEAR, Group.BELT, Group.NECKWEAR)  # fmt: skip
_KIND_OF_KEY = {"color": Kind.TEXTURE, "hair color": Kind.TEXTURE, "pattern": Kind.TEXTURE, "material": Kind.TEXTURE,
                "graphic": Kind.TEXTURE}  # fmt: skip
_PARTS = frozenset(("sleeve", "sleeves", "collar", "neckline", "hem", "cuffs", "pockets", "buttons", "laces", "heels",
                    "soles", "brim", "straps", "hood", "pattern", "stripes", "dots"))  # fmt: skip
_VERBS = frozenset(("carrying", "holding", "wearing", "dressed"))  # what they are about is asked by itself
_PLACED = re.compile(r"^(?:on|in|at|against|near|by|beside|before|behind|inside|outside)\s+", re.IGNORECASE)
_SILENT = (Group.OTHER, Group.NEGATED)  # nothing to look for, or something that must not be seen
_TEXTURES = words_of(COLOURS) | words_of(PATTERNS) | words_of(MATERIALS)
_SHAPES = words_of(SHAPES)
_HAIR = frozenset(("straight", "wavy", "curly", "braided", "shoulder-length", "short", "long", "bald", "tied"))
_HAIR_COLOURS = frozenset(("blonde", "blond", "auburn", "ginger", "brunette", "dyed"))


def questions_of_text(description: str) -> list[AtomicQuestion]:
    """The questions of a description in plain words, by the phrases that our parser finds.

    Absences ("no hat") and words about nothing in the picture ("best quality") ask nothing.
    """
    parsed = parse(" ".join(description.split()))
    found: list[AtomicQuestion] = []
    for group, words in drawn_phrases(parsed):
        if group in _SILENT or words.lower() in _VERBS:
            continue
        part = _of_part(found, group, words.lower())
        if part is None:
            _join(found, list(_of_words(group, words)))
        else:
            found.append(part)
    return found


def questions_of_phrases(phrases: Sequence[Phrase]) -> list[AtomicQuestion]:
    """The questions of a CosmicMan-HQ row's phrases, whose attributes have keys."""
    found: list[AtomicQuestion] = []
    for phrase in phrases:
        whole = phrase.group.value in dict(phrase.attributes) and not phrase.noun
        if phrase.group in _SILENT:
            continue
        if whole:
            _join(found, list(_of_words(phrase.group, " ".join(phrase.words))))
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
                    text=about_key(question.key, value, asked.get(f"{name} type")),
                    kind=question.kind,
                    group=name,
                    parent=places.get(question.parent),
                    key=question.key,
                )
            )
    return found


def _of_part(found: Sequence[AtomicQuestion], group: Group, words: str) -> AtomicQuestion | None:
    """The question of a part that a phrase of its own names, "(a shirt with) long sleeves", as the garment's child."""
    garments = [place for place, one in enumerate(found) if one.group == group.value and one.kind is Kind.OBJECT]
    if words.rpartition(" ")[2] not in _PARTS or not garments:
        return None
    noun = found[garments[-1]].text.removesuffix("?").rpartition(" ")[2]
    kind = Kind.TEXTURE if any(word in _TEXTURES for word in words.split()) else Kind.SHAPE
    asked = about_part(noun, with_article(words))
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
    yield AtomicQuestion(text=about_thing(group, noun), kind=Kind.OBJECT, group=name)
    owner = "person" if group is Group.PERSON else noun
    for words, kind in told:
        yield AtomicQuestion(text=about_attribute(owner, words), kind=kind, group=name, parent=0)
    for words in after:
        link, _, rest = words.partition(" ")
        if link in ("with", "without", "in", "tied", "on") and rest:
            kind = Kind.TEXTURE if any(word in _TEXTURES for word in rest.split()) else Kind.SHAPE
            asked = about_part(noun, rest) if link == "with" else about_state(noun, words)
            yield AtomicQuestion(text=asked, kind=kind, group=name, parent=0)


def _whole(group: Group, text: str) -> Iterator[AtomicQuestion]:
    """Phrases that are one thing as they stand."""
    ending = text.rpartition(" ")[2]
    match group:
        case Group.SHOT:
            asked, kind = f"Is this {with_article(text)}?", Kind.SHAPE
        case Group.BACKGROUND:
            plain = _PLACED.sub("", text.removesuffix(" background"))
            colour = plain in _TEXTURES
            asked, kind = f"Is the background {plain if colour else with_article(plain)}?", Kind.OBJECT
        case Group.STYLE:
            asked, kind = f"Is the style {text.removesuffix(' style')}?", Kind.SHAPE
        case Group.BODY if ending == "skin":
            asked, kind = f"Does the person have {text}?", Kind.TEXTURE
        case Group.BODY if text.startswith("hands"):
            asked, kind = f"Does the person have {text}?", Kind.SHAPE
        case Group.BODY if text == "average":
            asked, kind = "Is the person of average build?", Kind.SHAPE
        case Group.FACE if not text.endswith("ing") and text not in ("serious", "bearded", "freckled", "happy", "sad"):
            asked, kind = f"Does the person have {with_article(text)}?", Kind.OBJECT
        case _:
            asked, kind = f"Is the person {text}?", Kind.SHAPE
    yield AtomicQuestion(text=asked, kind=kind, group=group.value)
