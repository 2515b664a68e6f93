"""From a description to windows of tokens: nothing is dropped and no phrase is cut.

A text encoder reads windows of 77 tokens (75 and two marks). A longer description takes several windows, whose hidden
states are laid end to end as one context. A window ends between phrases, so that a phrase is read as a whole.
A phrase that says something is absent goes to the negative prompt. Nothing here runs a graph: the engine does.

Letters: K windows, L tokens of a window (77), D width of the hidden state.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from engine.description import Description, Group, Span
from engine.description.absence import absent_words
from engine.prompt.windows import TokenArray, TokenWindows, Window

FloatArray: TypeAlias = npt.NDArray[np.float32]

# "(red dress:1.2)" and "((red dress))": the marks are how a weight is written and not words of the description.
# Every repetition is bounded, so that no text makes the search slow.
_WEIGHT_MARKS = re.compile(
    r"[(\[]{1,8}(?P<inside>[^()\[\]]*?)(?P<end>\s{0,3}:\s{0,3}[+-]?\d{0,9}\.?\d{1,9}\s{0,3}[)\]]{1,8}|[)\]]{1,8})"
)
# What is left hanging where an absence is taken out: "a man with no hat, smiling" -> "a man, smiling".
_HANGING = re.compile(r"(?:[\s,;]*\b(?:with|and|but|or|wearing|has|having)\b)?[\s,;]*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class SpanTokens:
    """Where a span's tokens are in the context.

    Attributes:
        span: The span of the description.
        positions: Indexes along the K * L tokens of the context.
    """

    span: Span
    positions: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PromptPlan:
    """What the text encoder is to read for one description.

    Attributes:
        text: The words that go into the picture.
        negative_text: The words that must not.
        windows: Token ids of `text`, [K, L].
        negative_windows: Token ids of `negative_text`, padded with empty windows to the same K, [K, L].
        empty_window: Token ids of the empty text, [1, L].
        weights: Weight of each token of `windows`, [K, L].
        spans: The tokens of every span that went into the picture.
        negatives: The phrases that say something is absent.
        negative_is_longer: Whether K is the negative text's.
    """

    text: str
    negative_text: str
    windows: TokenArray
    negative_windows: TokenArray
    empty_window: TokenArray
    weights: FloatArray
    spans: tuple[SpanTokens, ...]
    negatives: tuple[str, ...]
    negative_is_longer: bool

    @property
    def num_windows(self) -> int:
        """K."""
        return len(self.windows)


class PromptPlanner:
    """Plans prompts for one tokenizer."""

    def __init__(
        self, tokenizer: Tokenizer, *, window_length: int, start_token: int, end_token: int, padding_token: int
    ) -> None:
        """Takes the tokenizer without its own truncation, padding and marks.

        Args:
            tokenizer: A CLIP-format byte-pair tokenizer.
            window_length: L.
            start_token: Id of the start mark.
            end_token: Id of the end mark.
            padding_token: Id after the end mark.
        """
        self._windows = TokenWindows(
            tokenizer,
            window_length=window_length,
            start_token=start_token,
            end_token=end_token,
            padding_token=padding_token,
        )

    def plan(self, description: Description, negative_description: str = "", *, guided: bool = True) -> PromptPlan:
        """Plans the windows of a description and of what must not be in the picture.

        Args:
            description: The words with their groups.
            negative_description: What must not be in the picture besides the phrases that say so themselves.
            guided: Whether the negative text is read at all; where it is not, it takes no windows.
        """
        kept, negatives = _keep_characters(description)
        text = "".join(description.text[index] for index in kept)
        negative_parts = (negative_description.strip(), *negatives) if guided else ()
        negative_text = ", ".join(part for part in negative_parts if part)
        owners = _span_of_character(description)
        windows = self._windows.split(text, [owners[index] for index in kept])
        negative = self._windows.split(negative_text, [None] * len(negative_text))
        num_windows = max(len(windows), len(negative))
        spans, positions = description.spans, self._windows.positions(windows)
        return PromptPlan(
            text=text,
            negative_text=negative_text,
            windows=self._windows.ids(windows, num_windows),
            negative_windows=self._windows.ids(negative, num_windows),
            empty_window=self._windows.ids([], 1),
            weights=self._weights(windows, num_windows, spans),
            spans=tuple(
                SpanTokens(span=span, positions=tuple(positions.get(index, ())))
                for index, span in enumerate(spans)
                if span.group is not Group.NEGATED
            ),
            negatives=negatives,
            negative_is_longer=len(negative) > len(windows),
        )

    def _weights(self, windows: Sequence[Window], num_windows: int, spans: Sequence[Span]) -> FloatArray:
        weights = np.ones((num_windows, self._windows.window_length), np.float32)
        for row, window in zip(weights, windows, strict=False):
            row[1 : len(window) + 1] = [1.0 if token.span is None else spans[token.span].weight for token in window]
        return weights


def apply_weights(context: FloatArray, empty: FloatArray, weights: FloatArray) -> FloatArray:
    """Moves each token's hidden state away from, or towards, what the empty text has at its place.

    Weight 0 is as if nothing were said there, 1 changes nothing. The alternative, multiplying and restoring the mean,
    also stretches the few large coordinates every CLIP state shares, which carry no meaning.

    Args:
        context: Hidden states of the windows, [K, L, D].
        empty: Hidden state of the empty text, [1, L, D].
        weights: Weight of each token, [K, L].

    Returns:
        [K, L, D]; `context` itself where every weight is 1.
    """
    if (weights == 1.0).all():
        return context
    return empty + weights[..., None] * (context - empty)


def _span_of_character(description: Description) -> list[int | None]:
    owners: list[int | None] = [None] * len(description.text)
    for index, span in enumerate(description.spans):
        if span.group is not Group.NEGATED:
            owners[span.start : span.end] = [index] * (span.end - span.start)
    return owners


def _keep_characters(description: Description) -> tuple[list[int], tuple[str, ...]]:
    """Indexes of the characters that go into the picture, and the phrases that go to the negative text."""
    text = description.text
    kept = [True] * len(text)
    weighted = [span for span in description.spans if span.weight != 1.0]
    if weighted:
        for match in _WEIGHT_MARKS.finditer(text):
            if any(match.start() <= span.start and span.end <= match.end() for span in weighted):
                _drop(kept, match.start(), match.start("inside"))
                _drop(kept, match.start("end"), match.end())
    negatives = []
    for span in description.spans:
        if span.group is Group.NEGATED:
            phrase = "".join(text[index] for index in range(span.start, span.end) if kept[index])
            negatives.append(absent_words(phrase))
            _drop(kept, span.start, span.end)
            _drop_hanging(text, kept, span, description.spans)
    return [index for index, keep in enumerate(kept) if keep], tuple(phrase for phrase in negatives if phrase)


def _drop(kept: list[bool], start: int, end: int) -> None:
    kept[start:end] = [False] * (end - start)


def _drop_hanging(text: str, kept: list[bool], absence: Span, spans: Sequence[Span]) -> None:
    """Drops a connective before an absence that nothing follows in its clause, and a comma that then joins nothing."""
    after = text[absence.end : absence.end + 40].lstrip()
    if not after or not after[0].isalnum():
        floor = max((span.end for span in spans if span.end <= absence.start), default=0)
        floor = max(floor, absence.start - 40)
        match = _HANGING.search(text[floor : absence.start])
        if match is not None:
            _drop(kept, floor + match.start(), absence.start)
    before = next((text[index] for index in range(absence.start - 1, -1, -1) if kept[index]), ".")
    if before in ".,;" and after[:1] in (".", ",", ";"):
        _drop(kept, absence.end, text.index(after[0], absence.end) + 1)
