"""How phrases become captions, and the vocabulary that captions are read with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.train.recipe.limits import check_fraction, check_positive


@dataclass(frozen=True, kw_only=True)
class CaptionConfig:
    """How phrases become one caption: the paper's data discretisation."""

    list_fraction: float = 0.5  # the rest is prose
    everyday_fraction: float = 0.0  # of all captions, in place of list and prose: loose sentences and tags in any order
    phrase_dropout: float = 0.1
    late_slot_dropout: float = 0.0  # of slots 14-19, in place of phrase_dropout where it is greater
    framing_dropout: float | None = None  # of the framing ("a full-body shot"), in place of phrase_dropout
    attribute_dropout: float = 0.0  # of what a phrase says besides its noun: "a blue dress" of a long plain one
    caption_dropout: float = 0.1  # whole caption replaced by the empty string
    short_fraction: float = 0.0  # captions thinned by short_dropout instead: "woman in a red dress on a beach"
    short_dropout: float = 0.6
    synonyms: float = 0.3  # of the values that have other words; 0 = the rows' own words alone, as photographs need
    windows: int = 1  # most windows of the text encoder a caption may take; phrases beyond are left out
    variants: int = 0  # fixed captions of each sample, whose text states are cached; 0 = composed anew at every step

    def __post_init__(self) -> None:
        check_positive(self, "windows")
        if self.variants < 0:
            raise ValueError(f"variants must be at least 0, got {self.variants}")
        check_fraction(self, "list_fraction", "everyday_fraction", "phrase_dropout", "late_slot_dropout")
        if self.everyday_fraction and not self.synonyms:
            raise ValueError(
                f"everyday_fraction must be 0 with synonyms 0, got {self.everyday_fraction}: "
                "everyday captions say things in other words"
            )
        if self.framing_dropout is not None:
            check_fraction(self, "framing_dropout")
        check_fraction(self, "synonyms", "attribute_dropout", "caption_dropout", "short_fraction", "short_dropout")


@dataclass(frozen=True, kw_only=True)
class TokenizerConfig:
    """The CLIP-format byte-pair vocabulary."""

    vocab_size: int = 3000
    num_captions: int = 20000  # composed to learn merges from
    max_length: int = 77
    initial: Path | None = None  # a tokenizer folder to take as it is

    def __post_init__(self) -> None:
        if self.vocab_size < 514:
            least = "514 (bytes, their word ends, two marks)"
            raise ValueError(f"vocab_size must be at least {least}, got {self.vocab_size}")
