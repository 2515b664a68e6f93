"""One picture of a data set: what its label map shows and what annotators said of it, in CosmicMan-HQ's columns.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.description.wording.caption import SHOTS, SLOTS, row_phrases

Json = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Annotated:
    """A picture with everything that is published of it.

    Attributes:
        picture: In the pool.
        labels: ATR-18, [H, W] of the picture as it is seen.
        person_type: One of CosmicMan-HQ's five framings; empty where it is not known.
        aa_text: Twenty entries, an object of attributes or None.
        aa_ids: Twenty entries, ATR-18 labels or None.
        extra: What has no slot: objects of group, text and ids.
        parser: What made the label map.
    """

    picture: PoolPicture
    labels: NDArray[np.uint8]
    person_type: str
    aa_text: Sequence[Json | None]
    aa_ids: Sequence[Sequence[int] | None]
    extra: Sequence[Json] = ()
    parser: str = ""

    def __post_init__(self) -> None:
        """Raises Refused where training could not read it."""
        if self.labels.ndim != 2 or self.labels.dtype != np.uint8 or int(self.labels.max(initial=0)) > 17:
            raise Refused("labels", "a label map of uint8 [H, W] with labels 0 to 17 expected")
        if self.person_type and self.person_type not in SHOTS:
            raise Refused("person_type", f"one of {', '.join(SHOTS)} expected, got {self.person_type[:40]!r}")
        try:
            phrases = row_phrases(self.row())
        except (ValueError, TypeError, KeyError) as error:
            raise Refused("annotation", f"{len(SLOTS)} slots expected: {error}") from error
        if not phrases:
            raise Refused("nothing_said", "person_type, aa_text and extra name no phrase")

    def row(self) -> dict[str, object]:
        """What is said, in the published columns."""
        return {
            "person_type": self.person_type,
            "aa_text": [None if said is None else dict(said) for said in self.aa_text],
            "aa_ids": [None if ids is None else list(ids) for ids in self.aa_ids],
            "extra": [dict(each) for each in self.extra],
        }
