"""The caption a sample is shown with: composed anew, or one of a few that stay the same.

It knows which caption is drawn when; it does not know what a text encoder makes of it.
B captions, K windows of L tokens.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.prompt.windows import TokenWindows
from engine.train.captions.discretise import Discretised, discretise
from engine.train.data.samples import Sample, Samples
from engine.train.recipe.caption import CaptionConfig
from engine.train.recipe.reading import as_tree

_FORMAT = 1
_AROUND = 7  # tokens of a window that a phrase cannot have: two marks, and room for an article or a synonym


class Captions:
    """Captions of samples, by their number."""

    def __init__(self, samples: Sequence[Sample], windows: TokenWindows, config: CaptionConfig, seed: int) -> None:
        """Compose for `windows`; with `config.variants` a sample has only so many captions.

        Raises:
            ValueError: A sample has no phrase that fits a window; the message names its file and row.
        """
        self.samples, self.windows, self.config, self.seed = samples, windows, config, seed
        self._composed = replace(config, caption_dropout=0.0)
        room = windows.window_length - _AROUND
        long = samples.with_phrases_of(room) if isinstance(samples, Samples) else samples
        for sample in long:
            _check_fits(sample, windows)

    def draw(self, index: int, rng: random.Random) -> Discretised:
        """A caption of one step."""
        if not self.config.variants:
            return discretise(self.samples[index].phrases, self.windows, self.config, rng)
        if rng.random() < self.config.caption_dropout:
            return discretise((), self.windows, self.config, rng)
        return self.variant(index, rng.randrange(self.config.variants))

    def variant(self, index: int, number: int) -> Discretised:
        """Caption `number` of a sample: the same every time."""
        rng = random.Random(f"{self.seed} variant {index} {number}")
        return discretise(self.samples[index].phrases, self.windows, self._composed, rng)

    def whole(self, index: int, number: int) -> Discretised:
        """A caption to look at: all phrases, a list or prose by turns."""
        if self.config.variants:
            return self.variant(index, 0)
        style = replace(
            self.config,
            phrase_dropout=0.0,
            late_slot_dropout=0.0,
            framing_dropout=None,
            attribute_dropout=0.0,
            caption_dropout=0.0,
            short_fraction=0.0,
            everyday_fraction=0.0,
            list_fraction=float(number % 2),
        )
        rng = random.Random(f"{self.seed} whole {index} {number}")
        return discretise(self.samples[index].phrases, self.windows, style, rng)

    def variants(self) -> Iterator[Discretised]:
        """Every caption that `draw` can give, the empty one first."""
        yield discretise((), self.windows, self.config, random.Random(0))
        for index in range(len(self.samples)):
            yield from (self.variant(index, number) for number in range(self.config.variants))

    @property
    def fingerprint(self) -> str:
        """Changes with anything that `variants` depends on."""
        settings = {name: value for name, value in as_tree(self.config).items() if name != "caption_dropout"}
        digest = hashlib.sha256(f"{_FORMAT} {self.seed} {json.dumps(settings)}".encode())
        for sample in self.samples:
            digest.update(repr(sample.phrases).encode())
        return digest.hexdigest()

    def ids(self, captions: Sequence[Discretised]) -> Tensor:
        """Token ids of captions, filled up with empty windows to the longest of them, [B, K, L]."""
        return token_ids(captions, self.windows)


def token_ids(captions: Sequence[Discretised], windows: TokenWindows) -> Tensor:
    """Token ids of captions, filled up with empty windows to the longest of them, [B, K, L]."""
    length = windows.window_length
    most = max(len(caption.ids) for caption in captions)
    empty = tuple(windows.ids([], 1).ravel().tolist())
    rows = [caption.ids + empty * ((most - len(caption.ids)) // length) for caption in captions]
    return torch.tensor(rows).view(len(captions), -1, length)


def _check_fits(sample: Sample, windows: TokenWindows) -> None:
    """A token is at least one byte, so that most phrases need no counting."""
    room = windows.window_length - _AROUND
    texts = [" ".join([*phrase.words, phrase.noun]) for phrase in sample.phrases]
    if any(len(text.encode()) < room for text in texts):
        return
    fewest = min(sum(map(len, windows.split(text, [0] * len(text)))) for text in texts)
    if fewest > room:
        raise ValueError(f"{sample.where}: no phrase fits {windows.window_length} tokens; the shortest has {fewest}")
