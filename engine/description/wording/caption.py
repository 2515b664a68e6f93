"""The parser's inverse: composes a description from attributes, and remembers which characters say which phrase.

Styles are the comma-separated list that the published data set trains on, prose, and what people type every day.
Spans are recorded while the text is assembled, never searched for, so that a phrase which occurs twice keeps both its
places.
"""

import random
from collections.abc import Sequence
from typing import Literal

from engine.description.groups import Group
from engine.description.wording.everyday import compose_everyday
from engine.description.wording.phrases import FIRST_MINOR_SLOT, SHOTS, SLOTS, Phrase, row_phrases
from engine.description.wording.prose import compose_prose
from engine.description.wording.writer import (
    PEOPLE,
    SYNONYMS_SHARE,
    Caption,
    CaptionSpan,
    Writer,
    modifiers,
    with_article,
)

__all__ = ["FIRST_MINOR_SLOT", "SHOTS", "SLOTS", "Caption", "CaptionSpan", "Phrase", "Style", "compose", "row_phrases"]

Style = Literal["list", "prose", "everyday"]


def compose(
    phrases: Sequence[Phrase], style: Style, rng: random.Random, *, synonyms: float = SYNONYMS_SHARE
) -> Caption:
    """Writes a description that says every phrase once.

    Args:
        phrases: what to say; order matters only in the list style (framing, person, body, background first).
        style: ``list`` (comma-separated, as CosmicMan-HQ trains), ``prose``, or ``everyday`` (as people type; leaves
            framing, build and skin out of half of the captions).
        rng: decides shuffles, synonyms and templates.
        synonyms: how often a value that has other words is said by one of them. They are true of drawn figures; of a
            photograph they may be false ("young" is not always "teenage"). 0 says the phrases' own words, and all.
    """
    _skip_draws(phrases, rng)
    writer = Writer(phrases, rng, synonyms)
    if style == "list":
        _compose_list(writer)
    elif style == "prose":
        compose_prose(writer)
    elif style == "everyday":
        compose_everyday(writer)
    else:
        raise ValueError(f"style: expected 'list', 'prose' or 'everyday', got {style!r}")
    return writer.caption()


def _skip_draws(phrases: Sequence[Phrase], rng: random.Random) -> None:
    """Take the numbers that once decided which phrases to leave out: a seed's caption stays what it was.

    Figures are evaluated on the captions of their seeds, and published results name these seeds.
    """
    for phrase in phrases:
        rng.random()
        if phrase.slot is not None and phrase.slot >= FIRST_MINOR_SLOT:
            rng.random()


def _compose_list(writer: Writer) -> None:
    phrases, rng = writer.phrases, writer.rng
    leading = [
        i
        for i, phrase in enumerate(phrases)
        if phrase.group is Group.SHOT or (phrase.slot is not None and phrase.slot in (0, 1, 2))
    ]
    rest = [i for i in range(len(phrases)) if i not in leading]
    rng.shuffle(rest)
    writer.sentence_start = False
    for position, index in enumerate(leading + rest):
        writer.text += ", " if position else ""
        writer.phrase(index, _list_text(writer, phrases[index]))


def _list_text(writer: Writer, phrase: Phrase) -> str:
    before, after = modifiers(writer, phrase, keep_plain=0.5, move=0.0)
    noun = writer.word(phrase.noun)
    if phrase.slot == 0:
        if not writer.own_words and writer.rng.random() < 0.4:
            noun = writer.rng.choice(PEOPLE.get(noun, (noun,)))
        return with_article(" ".join([*before, noun]))
    return " ".join([*before, noun, *after]).strip()
