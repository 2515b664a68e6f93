"""How much of a person a picture shows, in CosmicMan-HQ's five words, by its label map alone.

It measures in faces: how far below the face the person goes on, and whether the feet are there.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.annotate.parse.parser import Labels

PERSON_TYPES = ("full_body", "nearly_full_body", "upper_body", "portrait", "headshot")

_FACE, _SHOES, _LOWER = 11, (9, 10), (5, 6, 12, 13)
_WIDE = 0.8  # of the face's width: rows that are no neck and no forehead
_LEAST = 0.0005  # share of the picture, for a part to be there


@dataclass(frozen=True, kw_only=True)
class Proportions:
    """How far below the middle of the face each framing ends, in widths of the face; what goes further shows legs.

    Attributes:
        headshot: The shoulders.
        portrait: The chest.
        upper_body: The hips.
    """

    headshot: float
    portrait: float
    upper_body: float


#: Grown people, as drawing books have them: a face two thirds of a head wide, hips three heads below the chin.
PEOPLE = Proportions(headshot=1.7, portrait=3.0, upper_body=5.3)
#: The figures that this project draws, which have large heads: by figures 900 to 987.
FIGURES = Proportions(headshot=1.23, portrait=1.81, upper_body=2.52)


def person_type(labels: Labels, proportions: Proportions = PEOPLE) -> str | None:
    """One of PERSON_TYPES for a label map [H, W]; None where it shows no face, by which all else is measured."""
    least = _LEAST * labels.size
    face = (labels == _FACE).sum(1)
    if face.sum() < max(1.0, least):
        return None
    shoes = np.isin(labels, _SHOES)
    if shoes.sum() >= least and not shoes[-1].any():  # boots alone may run out of the picture
        return "full_body"
    wide = np.flatnonzero(face >= _WIDE * face.max())
    lowest = int(np.flatnonzero((labels > 0).any(1))[-1])
    reach = (lowest - (wide[0] + wide[-1]) / 2) / face.max()
    for name in ("headshot", "portrait", "upper_body"):
        if reach < getattr(proportions, name):
            return name
    ends = lowest < 0.98 * (labels.shape[0] - 1)
    return "full_body" if ends and np.isin(labels, _LOWER).sum() >= least else "nearly_full_body"
