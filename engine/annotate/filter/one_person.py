"""Exactly one person, large enough: by heads that detectors find, and by the pixels that are of somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.annotate.detectors.people import PeopleDetector, Person
from engine.annotate.detectors.person_mask import Masker
from engine.annotate.filter.stage import Looked
from engine.annotate.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class OnePerson:
    """What the one person must be.

    Attributes:
        detector: Finds people.
        least_head: Height of the head, as a share of the picture's height; a whole body's is about an eighth of it.
        bystander: A head of less than this share of the largest one's height is nobody's who counts.
    """

    detector: PeopleDetector
    least_head: float = 0.04
    bystander: float = 0.4
    name: str = "one_person"

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{type(self.detector).__name__}, {self.least_head:g}, {self.bystander:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        people = self.detector.people(looked.pixels)
        looked.found["heads"] = [[round(edge) for edge in person.head.edges] for person in people]
        if not people:
            raise Refused("no_person", "one person expected, nobody was found")
        share = people[0].head.height / looked.pixels.shape[0]
        count = len(self._counting(people))
        if count > 1:
            raise Refused("several_people", f"one person expected, {count} were found")
        if share < self.least_head:
            raise Refused("person_too_small", f"a head of at least {self.least_head:.0%} expected, got {share:.0%}")

    def _counting(self, people: list[Person]) -> list[Person]:
        return [person for person in people if person.head.height >= self.bystander * people[0].head.height]


@dataclass(frozen=True, kw_only=True)
class PersonPixels:
    """How much of a picture its person must fill, and that they are of one piece.

    Attributes:
        masker: Finds people's pixels.
        least: Share of the picture.
        one_piece: Share of these pixels that must hang together.
    """

    masker: Masker
    least: float = 0.06
    one_piece: float = 0.8
    name: str = "person_pixels"

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{type(self.masker).__name__}, {self.least:g}, {self.one_piece:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        mask = self.masker.mask(looked.pixels)
        share, whole = float(mask.mean()), largest_share(mask)
        looked.found |= {"person_share": round(share, 4), "person_whole": round(whole, 4)}
        if share < self.least:
            raise Refused("person_too_small", f"a person on {self.least:.0%} of the picture expected, got {share:.1%}")
        if whole < self.one_piece:
            raise Refused("several_pieces", f"{self.one_piece:.0%} of a person in one piece expected, got {whole:.0%}")


def largest_share(mask: NDArray[np.bool_]) -> float:
    """Which share of a mask's pixels is of its largest piece, 0 where there are none."""
    from scipy import ndimage

    pieces, count = ndimage.label(mask)
    if not count:
        return 0.0
    sizes = np.bincount(pieces.ravel())[1:]
    return float(sizes.max() / sizes.sum())
