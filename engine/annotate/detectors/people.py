"""People in a photograph: their heads, found by two networks of which each sees some that the other misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.annotate.detectors.boxes import Box, anchors, decode
from engine.annotate.detectors.lite_model import LiteModel, Pixels, squared
from engine.annotate.detectors.weights import BODIES, FACES, Weights

LEAST_FACE = 0.6
LEAST_BODY = 0.5
_FACE_LAYERS = ((4, 1),)
_BODY_LAYERS = ((8, 2), (16, 2), (32, 6))


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody: the head's box, and by which networks it was found."""

    head: Box
    found_by: tuple[str, ...]


class PeopleDetector(Protocol):
    """Finds people."""

    def people(self, picture: Pixels) -> list[Person]:
        """Everybody in [H, W, 3], the largest head first."""


class LitePeople:
    """Finds people by faces and by bodies; somebody who is found by both is one person."""

    def __init__(self, weights: Weights) -> None:
        """Loads both networks; raises ValueError where one is missing."""
        self._faces, self._bodies = LiteModel(weights(FACES)), LiteModel(weights(BODIES))
        self._face_centres = anchors(self._faces.side, _FACE_LAYERS)
        self._body_centres = anchors(self._bodies.side, _BODY_LAYERS)

    def people(self, picture: Pixels) -> list[Person]:
        """See `PeopleDetector`."""
        faces, bodies = self.faces(picture), self.bodies(picture)
        taken: set[int] = set()
        found = []
        for face in faces:
            same = [place for place, body in enumerate(bodies) if _same(face, body)]
            taken |= set(same)
            found.append(Person(head=face, found_by=("face", "body") if same else ("face",)))
        found += [Person(head=body, found_by=("body",)) for place, body in enumerate(bodies) if place not in taken]
        return sorted(found, key=lambda person: -person.head.height)

    def faces(self, picture: Pixels) -> list[Box]:
        """Faces, each with right eye, left eye, nose, mouth, right and left ear."""
        square = squared(picture, self._faces.side)
        numbers, scores = _split(self._faces.run(square.pixels * 2 - 1))
        return decode(square, numbers, scores, self._face_centres, LEAST_FACE)

    def bodies(self, picture: Pixels) -> list[Box]:
        """Heads of bodies, each with middle of the hips, a point as far from it as the body reaches, and two more."""
        square = squared(picture, self._bodies.side)
        numbers, scores = _split(self._bodies.run(square.pixels * 2 - 1))
        return decode(square, numbers, scores, self._body_centres, LEAST_BODY)


def _split(outputs: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]):  # type: ignore[no-untyped-def]
    """The numbers [A, ...] and the scores [A]."""
    numbers, scores = sorted((each[0] for each in outputs), key=lambda each: -each.shape[-1])
    return numbers, scores[..., 0]


def _same(face: Box, body: Box) -> bool:
    middle = np.array(((face.edges[0] + face.edges[2]) / 2, (face.edges[1] + face.edges[3]) / 2), np.float32)
    return face.overlap(body) > 0.1 or body.holds(middle)
