"""Phrases to one caption and back to tokens: the data discretisation of Daring.

It knows the paper's dropouts and which tokens belong to which phrase; it does not know pixels. Spans are recorded
while the caption is assembled, so two equal phrases keep their own supervision.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tokenizers import Encoding

from engine.description.caption import FIRST_MINOR_SLOT, Phrase, Style, compose
from engine.train.config import CaptionConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSpan:
    """Tokens [start, end) of the encoded caption say what `phrase` says."""

    start: int
    end: int
    phrase: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Discretised:
    """One caption as the model sees it."""

    text: str
    ids: tuple[int, ...]  # padded to the tokenizer's length
    end: int  # position of the end mark
    spans: tuple[TokenSpan, ...]


class Encoder(Protocol):
    """The part of `tokenizers.Tokenizer` that is needed here."""

    def encode(self, sequence: str) -> Encoding:
        """Ids with start and end marks, and the characters each token came from."""
        ...


def thin(phrases: Sequence[Phrase], config: CaptionConfig, rng: random.Random) -> tuple[Phrase, ...]:
    """Leave phrases out at random, never all of them; order and shuffles inside are the composer's."""
    least = config.short_dropout if rng.random() < config.short_fraction else 0.0
    kept = tuple(phrase for phrase in phrases if rng.random() >= max(least, _dropout(phrase, config)))
    return kept or tuple(phrases[:1])


def discretise(
    phrases: Sequence[Phrase],
    tokenizer: Encoder,
    config: CaptionConfig,
    rng: random.Random,
    *,
    max_length: int,
    pad: int,
) -> Discretised:
    """Compose and encode one caption; whole phrases are left out until it fits `max_length` tokens."""
    if not phrases or rng.random() < config.caption_dropout:
        return _encode("", (), (), tokenizer, max_length, pad)
    chosen = list(thin(phrases, config, rng))
    style: Style = "list" if rng.random() < config.list_fraction else "prose"
    seed = rng.getrandbits(64)
    while chosen:
        caption = compose(tuple(chosen), style, random.Random(seed))
        spans = tuple((span.start, span.end, span.phrase) for span in caption.spans)
        try:
            return _encode(caption.text, spans, chosen, tokenizer, max_length, pad)
        except _TooLongError:
            chosen.pop(rng.randrange(len(chosen)))
    raise ValueError(f"no phrase of this row fits {max_length} tokens: {phrases[0]!r}")


class _TooLongError(Exception):
    pass


def _encode(
    text: str,
    spans: Sequence[tuple[int, int, int]],
    phrases: Sequence[Phrase],
    tokenizer: Encoder,
    max_length: int,
    pad: int,
) -> Discretised:
    encoding = tokenizer.encode(text)
    if len(encoding.ids) > max_length:
        raise _TooLongError
    count = sum(encoding.attention_mask)  # whoever used this tokenizer before may have left padding on
    offsets = encoding.offsets[1 : count - 1]  # the two marks have none
    found = []
    for start, end, index in spans:
        inside = [place + 1 for place, (left, right) in enumerate(offsets) if left < end and right > start]
        if inside:
            found.append(TokenSpan(start=inside[0], end=inside[-1] + 1, phrase=phrases[index]))
    ids = (*encoding.ids[:count], *(pad for _ in range(max_length - count)))
    return Discretised(text=text, ids=ids, end=count - 1, spans=tuple(found))


def _dropout(phrase: Phrase, config: CaptionConfig) -> float:
    late = phrase.slot is not None and phrase.slot >= FIRST_MINOR_SLOT
    return max(config.late_slot_dropout, config.phrase_dropout) if late else config.phrase_dropout
