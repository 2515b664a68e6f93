"""From a description to windows of tokens: nothing is dropped and no phrase is cut.

A text encoder reads windows of 77 tokens (75 and two marks). A longer description takes several windows, whose hidden
states are laid end to end as one context. A window ends between phrases, so that a phrase is read as a whole.
A phrase that says something is absent goes to the negative prompt. Nothing here runs a graph: the engine does.

Letters: K windows, L tokens of a window (77), D width of the hidden state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from engine.description import Description, DrawnText, Group, Span, encoder_texts
from engine.prompt.windows import TokenArray, TokenWindows, Window

FloatArray: TypeAlias = npt.NDArray[np.float32]


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
        negative_weights: Weight of each token of `negative_windows`, [K, L].
        spans: The tokens of every span that went into the picture.
        negatives: The phrases that say something is absent.
        negative_is_longer: Whether K is the negative text's.
        num_tokens: Of both texts, without marks and padding.
    """

    text: str
    negative_text: str
    windows: TokenArray
    negative_windows: TokenArray
    empty_window: TokenArray
    weights: FloatArray
    negative_weights: FloatArray
    spans: tuple[SpanTokens, ...]
    negatives: tuple[str, ...]
    negative_is_longer: bool
    num_tokens: int

    @property
    def num_windows(self) -> int:
        """K."""
        return len(self.windows)


# Of which every tokenizer makes about as many tokens as of other descriptions of its length.
_ORDINARY = (
    "A full-body shot of a middle-aged woman with shoulder-length wavy auburn hair, freckles and a gentle smile, "
    "wearing a cream cable-knit turtleneck sweater under an oversized olive trench coat, high-waisted plaid trousers, "
    "brown leather ankle boots, round tortoiseshell glasses and small gold hoop earrings, a burgundy crossbody bag "
    "over her shoulder, leaning against a weathered brick wall on a rainy cobblestone street at dusk."
)
# Part of the windows that is kept for words rarer than those, and for ends of windows too short for the next phrase.
_MARGIN = 0.4


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

    def ordinary_characters(self, num_windows: int) -> int:
        """How many characters of ordinary English surely fit `num_windows` windows, in whole hundreds if there are any.

        Rare words, other scripts and signs take more tokens: what fits is known by counting windows alone.
        """
        num_tokens = sum(map(len, self._windows.split(_ORDINARY, [None] * len(_ORDINARY))))
        room = num_windows * (self._windows.window_length - 2) * (1 - _MARGIN)
        characters = int(room * len(_ORDINARY) / num_tokens)
        return max(1, characters // 100 * 100 or characters)

    def plan(self, description: Description, negative_description: str = "", *, guided: bool = True) -> PromptPlan:
        """Plans the windows of a description and of what must not be in the picture.

        Args:
            description: The words with their groups.
            negative_description: What must not be in the picture besides the phrases that say so themselves.
            guided: Whether the negative text is read at all; where it is not, it takes no windows.
        """
        texts = encoder_texts(description, negative_description, guided=guided)
        drawn, negative = texts.drawn, texts.negative
        windows, negative_windows = self._split(drawn), self._split(negative)
        num_windows = max(len(windows), len(negative_windows))
        spans, positions = description.spans, self._windows.positions(windows)
        return PromptPlan(
            text=drawn.text,
            negative_text=negative.text,
            windows=self._windows.ids(windows, num_windows),
            negative_windows=self._windows.ids(negative_windows, num_windows),
            empty_window=self._windows.ids([], 1),
            weights=self._weights(windows, num_windows, spans),
            negative_weights=self._weights(negative_windows, num_windows, texts.said.spans),
            spans=tuple(
                SpanTokens(span=span, positions=tuple(positions.get(index, ())))
                for index, span in enumerate(spans)
                if span.group is not Group.NEGATED
            ),
            negatives=drawn.absences,
            negative_is_longer=len(negative_windows) > len(windows),
            num_tokens=sum(map(len, (*windows, *negative_windows))),
        )

    def _split(self, drawn: DrawnText) -> list[Window]:
        return self._windows.split(drawn.text, drawn.owners, drawn.continued)

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
