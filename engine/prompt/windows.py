"""Windows of tokens: how a text longer than a text encoder reads at once is divided, and no phrase cut.

A text encoder reads windows of 77 tokens (75 and two marks); the hidden states of several are laid end to end as one
context. Serving and training divide a text alike here, so that a model meets windows as it has learnt them. Nothing
here knows what a phrase says.

Letters: K windows, L tokens of a window (77).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

TokenArray: TypeAlias = npt.NDArray[np.int64]


class Token(NamedTuple):
    """One token of a text; a tuple, since training makes dozens for every sample.

    Attributes:
        id: Its id.
        span: The phrase it belongs to, or None.
        unit: Tokens of one unit stay in one window: a phrase, a word, and the mark that closes either.
    """

    id: int
    span: int | None
    unit: int


Window: TypeAlias = list[Token]


class TokenWindows:
    """Divides texts for one tokenizer."""

    def __init__(
        self, tokenizer: Tokenizer, *, window_length: int, start_token: int, end_token: int, padding_token: int
    ) -> None:
        """Takes the tokenizer without its own truncation, padding and marks.

        Args:
            tokenizer: A CLIP-format byte-pair tokenizer; it is changed.
            window_length: L.
            start_token: Id of the start mark.
            end_token: Id of the end mark.
            padding_token: Id after the end mark.
        """
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # A mark written into a description is words like any other: it must not end a window.
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self.window_length = window_length
        self.end_token = end_token
        self._start_token = start_token
        self._padding_token = padding_token

    def split(self, text: str, owners: Sequence[int | None], continued: Collection[int] = frozenset()) -> list[Window]:
        """Windows of a text, at least one; a unit longer than a window is cut where the window ends.

        Args:
            text: The words.
            owners: The phrase that each character belongs to, or None.
            continued: Phrases that stay together with the one before them.
        """
        room = self.window_length - 2
        windows: list[Window] = [[]]
        for unit in _units(self._tokenize(text, owners, continued)):
            if len(windows[-1]) + len(unit) > room and windows[-1]:
                windows.append([])
            while len(unit) > room:
                windows[-1].extend(unit[:room])
                windows.append([])
                unit = unit[room:]
            windows[-1].extend(unit)
        if not windows[-1] and len(windows) > 1:
            windows.pop()
        return windows

    def ids(self, windows: Sequence[Window], num_windows: int) -> TokenArray:
        """Token ids with marks and padding, filled up with empty windows, [num_windows, L]."""
        ids = np.full((num_windows, self.window_length), self._padding_token, np.int64)
        ids[:, 0] = self._start_token
        ids[:, 1] = self.end_token
        for row, window in zip(ids, windows, strict=False):
            row[1 : len(window) + 1] = [token.id for token in window]
            row[len(window) + 1] = self.end_token
        return ids

    def positions(self, windows: Sequence[Window]) -> dict[int, list[int]]:
        """Where each phrase's tokens are along the K * L tokens of the context; one without tokens is left out."""
        found: dict[int, list[int]] = {}
        for number, window in enumerate(windows):
            for place, token in enumerate(window, number * self.window_length + 1):
                if token.span is not None:
                    found.setdefault(token.span, []).append(place)
        return found

    def _tokenize(self, text: str, owners: Sequence[int | None], continued: Collection[int]) -> list[Token]:
        """Tokens with the span each belongs to and the unit it must stay with."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        tokens: list[Token] = []
        previous_word: int | None = None
        for token, (start, end), word in zip(encoding.ids, encoding.offsets, encoding.word_ids, strict=True):
            span = owners[start] if start < end else None
            if span is None:
                span = next((owner for owner in owners[start:end] if owner is not None), None)
            unit = 0
            if tokens:
                last = tokens[-1]
                same_word = word is not None and word == previous_word
                follows = _closes(text[start:end]) if span is None else span == last.span or span in continued
                unit = last.unit + (not (same_word or follows))
            tokens.append(Token(token, span, unit))
            previous_word = word
        return tokens


def end_positions(windows: TokenArray, *, end_token: int) -> npt.NDArray[np.intp]:
    """Place of the end mark in each window, [K, L] to [K]."""
    places: npt.NDArray[np.intp] = np.argmax(windows == end_token, axis=1)
    return places


def with_padding(windows: TokenArray, *, end_token: int, padding_token: int) -> TokenArray:
    """The same windows, filled with another token after the end mark, [K, L].

    SDXL's two text encoders read the same tokens, but the second is used to zeros where the first has end marks.
    """
    after_end = np.arange(windows.shape[1]) > end_positions(windows, end_token=end_token)[:, None]
    return np.where(after_end, np.int64(padding_token), windows)


def _closes(text: str) -> bool:
    """Whether this is a mark, or nothing, and no word."""
    return not any(map(str.isalnum, text))


def _units(tokens: Sequence[Token]) -> Iterator[Window]:
    unit: Window = []
    for token in tokens:
        if unit and token.unit != unit[-1].unit:
            yield unit
            unit = []
        unit.append(token)
    if unit:
        yield unit
