"""Phrases to one caption and back to tokens: the data discretisation of Daring.

It knows the paper's dropouts and which tokens belong to which phrase; it does not know pixels. Spans are recorded
while the caption is assembled, so two equal phrases keep their own supervision.
K windows of L tokens.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.description import Group
from engine.description.wording.caption import FIRST_MINOR_SLOT, Caption, Phrase, Style, compose
from engine.prompt.windows import TokenWindows
from engine.train.recipe.caption import CaptionConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSpan:
    """Tokens [start, end) of the encoded caption say what `phrase` says; they lie in one window."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Discretised:
    """One caption as the model sees it."""

    text: str
    ids: tuple[int, ...]  # K * L, each window with its marks and padding
    end: int  # position of the first window's end mark
    spans: tuple[TokenSpan, ...]


def thin(phrases: Sequence[Phrase], config: CaptionConfig, rng: random.Random) -> tuple[Phrase, ...]:
    """Leave phrases out at random, never all of them, and words of phrases; order and shuffles are the composer's."""
    least = config.short_dropout if rng.random() < config.short_fraction else 0.0
    kept = tuple(phrase for phrase in phrases if rng.random() >= max(least, _dropout(phrase, config)))
    kept = kept or tuple(phrases[:1])
    return tuple(_shortened(phrase, config, rng) for phrase in kept) if config.attribute_dropout else kept


def choose_style(config: CaptionConfig, rng: random.Random) -> Style:
    """The style of the next caption."""
    if config.everyday_fraction and rng.random() < config.everyday_fraction:
        return "everyday"
    return "list" if rng.random() < config.list_fraction else "prose"


def discretise(
    phrases: Sequence[Phrase], windows: TokenWindows, config: CaptionConfig, rng: random.Random
) -> Discretised:
    """Compose and encode one caption; whole phrases are left out until it fits `config.windows` windows.

    Raises:
        ValueError: No phrase is short enough for a window.
    """
    if not phrases or rng.random() < config.caption_dropout:
        return _encode(Caption(text="", spans=()), (), windows)
    chosen = list(thin(phrases, config, rng))
    style = choose_style(config, rng)
    seed = rng.getrandbits(64)
    for candidate in _shorter_and_shorter(chosen, phrases, rng):
        caption = compose(tuple(candidate), style, random.Random(seed), synonyms=config.synonyms)
        encoded = _encode(caption, candidate, windows)
        if _fits(encoded, windows, config):
            return encoded
    raise ValueError(f"no phrase of this row fits {windows.window_length} tokens: {phrases[0]!r}")


def _shorter_and_shorter(
    chosen: list[Phrase], phrases: Sequence[Phrase], rng: random.Random
) -> Iterator[Sequence[Phrase]]:
    """The chosen phrases, then ever fewer of them, then any one: those dropped may be the only ones that fit."""
    while chosen:
        yield chosen
        chosen.pop(rng.randrange(len(chosen)))
    yield from ((phrase,) for phrase in phrases)


def _fits(encoded: Discretised, windows: TokenWindows, config: CaptionConfig) -> bool:
    length = windows.window_length
    whole = all(span.start // length == (span.end - 1) // length for span in encoded.spans)
    return whole and len(encoded.ids) <= config.windows * length


def _encode(caption: Caption, phrases: Sequence[Phrase], windows: TokenWindows) -> Discretised:
    owners: list[int | None] = [None] * len(caption.text)
    for number, span in enumerate(caption.spans):
        owners[span.start : span.end] = [number] * (span.end - span.start)
    split = windows.split(caption.text, owners)
    positions = windows.positions(split)
    found = [
        TokenSpan(start=places[0], end=places[-1] + 1, phrase=phrases[span.phrase])
        for number, span in enumerate(caption.spans)
        if (places := positions.get(number))
    ]
    ids = tuple(windows.ids(split, len(split)).ravel().tolist())
    return Discretised(text=caption.text, ids=ids, end=len(split[0]) + 1, spans=tuple(found))


def _shortened(phrase: Phrase, config: CaptionConfig, rng: random.Random) -> Phrase:
    """The phrase with fewer attributes; with none of them where its noun says something by itself, unlike "hair"."""
    shorter = phrase.without([pair for pair in phrase.modifiers if rng.random() < config.attribute_dropout])
    is_empty = not shorter.attributes and (not phrase.noun or phrase.group is Group.HAIR)
    return phrase if is_empty else shorter


def _dropout(phrase: Phrase, config: CaptionConfig) -> float:
    if phrase.group is Group.SHOT and config.framing_dropout is not None:
        return config.framing_dropout
    late = phrase.slot is not None and phrase.slot >= FIRST_MINOR_SLOT
    return max(config.late_slot_dropout, config.phrase_dropout) if late else config.phrase_dropout
