"""A caption under construction: phrases become words, and the characters that say each of them are remembered.

It knows modifiers, articles and synonyms; in which order things are said is the styles' (caption.py, prose.py,
everyday.py).
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.description.groups import Group
from engine.description.wording.phrases import Phrase
from engine.description.wording.synonyms import BEARD_SYNONYMS, HAIR_SYNONYMS, SYNONYMS

SYNONYMS_SHARE = 0.3  # of the values that have other words
PEOPLE: Mapping[str, tuple[str, ...]] = {"female": ("woman", "lady"), "male": ("man", "gentleman")}
_GROWN = {Group.HAIR: HAIR_SYNONYMS, Group.FACE: BEARD_SYNONYMS}
_TIED = ("bun", "ponytail")
_AFTER_NOUN: Mapping[str, tuple[str, ...]] = {
    "short sleeve": ("with short sleeves",),
    "long sleeve": ("with long sleeves",),
    "sleeveless": ("without sleeves",),
    "striped": ("with stripes",),
    "floral": ("with a floral pattern", "with flowers on it"),
    "dotted": ("with polka dots",),
    "plaid": ("with a plaid pattern", "with checks"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSpan:
    """``text[start:end]`` says phrase number ``phrase`` (an index into the phrases given to :func:`compose`)."""

    start: int
    end: int
    phrase: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A composed description and where each phrase stands in it."""

    text: str
    spans: tuple[CaptionSpan, ...]


class Writer:
    """Text under construction, with the span of each phrase as it is written."""

    def __init__(self, phrases: Sequence[Phrase], rng: random.Random, synonyms: float = SYNONYMS_SHARE) -> None:
        """Say `phrases`, a value by another word with probability `synonyms`; at 0 in the phrases' own words alone."""
        self.phrases, self.rng, self.synonyms = phrases, rng, synonyms
        self.text = ""
        self.spans: list[CaptionSpan] = []
        self.sentence_start = True

    def say(self, text: str) -> None:
        """Adds words that say no phrase; the first of a sentence gets a capital (of a text, mostly)."""
        if self.sentence_start and text:
            text = text[0].upper() + text[1:] if self.text or self.rng.random() < 0.7 else text
            self.sentence_start = False
        self.text += text

    def phrase(self, index: int, text: str) -> None:
        """Adds the words that say phrase ``index``."""
        start = len(self.text)
        self.say(text)
        self.spans.append(CaptionSpan(start=start, end=len(self.text), phrase=index))

    def stop(self) -> None:
        """Ends the sentence."""
        if self.text and not self.text.endswith((". ", ".")):
            self.text += ". "
            self.sentence_start = True

    def word(self, value: str, group: Group = Group.OTHER) -> str:
        """The value itself or, now and then, a synonym (hair and beard have their own words for colours)."""
        choices = _GROWN.get(group, {}).get(value) or SYNONYMS.get(value, ())
        return self.rng.choice(choices) if choices and self.rng.random() < self.synonyms else value

    @property
    def own_words(self) -> bool:
        """Whether nothing may be said but what the phrases say, and all of it."""
        return not self.synonyms

    def caption(self) -> Caption:
        """What was written."""
        text = self.text.rstrip()
        spans = tuple(CaptionSpan(start=s.start, end=min(s.end, len(text)), phrase=s.phrase) for s in self.spans)
        return Caption(text=text, spans=spans)


def modifiers(writer: Writer, phrase: Phrase, *, keep_plain: float, move: float) -> tuple[list[str], list[str]]:
    """The words before the noun, shuffled, and those after it ("with long sleeves", "in a bun").

    What a group's own key names ("beard") is as good as a noun: it stays behind the modifiers. In the phrases' own
    words all stand before the noun, as in the published data set's captions, and "plain" is always said.
    """
    rng, reworded = writer.rng, not writer.own_words
    before: list[str] = []
    named: list[str] = []
    after: list[str] = []
    for key, value in phrase.attributes:
        if reworded and value == "plain" and rng.random() >= keep_plain:
            continue
        if reworded and key == "hair style" and value in _TIED:
            after.append(rng.choice((f"in a {value}", f"tied in a {value}")))
        elif reworded and key in ("sleeve length", "pattern") and value in _AFTER_NOUN and rng.random() < move:
            after.append(rng.choice(_AFTER_NOUN[value]))
        else:
            (named if phrase.is_noun(key) else before).append(writer.word(value, phrase.group))
    rng.shuffle(before)
    return [*before, *named], after


def noun_phrase(writer: Writer, phrase: Phrase) -> str:
    """Words like "a red striped shirt with long sleeves": modifiers before the noun, some of them after it."""
    before, after = modifiers(writer, phrase, keep_plain=0.3, move=0.3)
    noun = writer.word(phrase.noun)
    text = " ".join([*before, noun, *after]).strip()
    if phrase.group in (Group.HAIR, Group.BODY):
        return text
    return with_article(text, noun)


def joined(
    writer: Writer, indices: Sequence[int], opening: str, words: Callable[[Writer, Phrase], str] = noun_phrase
) -> None:
    """Writes phrases in these ``words`` as "a, b and c" after ``opening``; nothing where there is none."""
    for position, index in enumerate(indices):
        link = opening if position == 0 else " and " if position == len(indices) - 1 else ", "
        writer.say(link)
        writer.phrase(index, words(writer, writer.phrases[index]))


def with_article(text: str, noun: str = "") -> str:
    """The text after "a" or "an", unless its noun is plural or an article is there."""
    head = noun or text
    plural = head.endswith("s") and not head.endswith(("ss", "dress"))
    if plural or text.startswith(("a ", "an ", "the ")):
        return text
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text


def in_a_row(words: Sequence[str]) -> str:
    """Words as "a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
