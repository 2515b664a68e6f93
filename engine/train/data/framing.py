"""How a picture of any size becomes one of a training size: nearest bucket, one scale, a centred crop, a mirror.

It knows widths and heights, and that a mirrored person has left and right exchanged; it does not know files or models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.description.wording.caption import Phrase

Size = tuple[int, int]  # width, height

_AT_ONCE = 65536
_EQUAL = 1e-12  # distances of logarithms that differ by rounding alone
_SIDES = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_OTHER = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "LEFT": "RIGHT", "RIGHT": "LEFT"}
_MIRRORED = np.arange(256, dtype=np.uint8)
for _left, _right in ((9, 10), (12, 13), (14, 15)):  # shoes, legs, arms
    _MIRRORED[_left], _MIRRORED[_right] = _right, _left


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture's way into its bucket; all an SDXL UNet is told about it (Podell et al. 2023, section 2.2)."""

    original: Size  # as the picture lies on disk
    scaled: Size  # after scaling, at least the bucket
    left: int  # columns cropped away
    top: int  # rows cropped away
    size: Size  # the bucket

    def conditioning(self, *, mirrored: bool) -> tuple[int, ...]:
        """Six numbers SDXL is told: original height and width, rows and columns cropped away, height and width.

        Columns are counted from the left of the picture as it is seen: in a mirror that is the other side.
        """
        left = self.scaled[0] - self.size[0] - self.left if mirrored else self.left
        return (self.original[1], self.original[0], self.top, left, self.size[1], self.size[0])

    def pixels(self, image: Image.Image) -> Image.Image:
        """The picture in its bucket, resampled with Lanczos."""
        return self._crop(image, Image.Resampling.LANCZOS)

    def labels(self, image: Image.Image) -> Image.Image:
        """The label map in its bucket: nearest, since a mean of two labels is a third one."""
        return self._crop(image, Image.Resampling.NEAREST)

    def _crop(self, image: Image.Image, resampling: Image.Resampling) -> Image.Image:
        scaled = image if image.size == self.scaled else image.resize(self.scaled, resampling)
        box = (self.left, self.top, self.left + self.size[0], self.top + self.size[1])
        return scaled if scaled.size == self.size else scaled.crop(box)


def frame(original: Size, buckets: Sequence[Size]) -> Frame:
    """The bucket nearest in aspect ratio, filled whole, cropped at the centre."""
    ordered = sorted(buckets)
    size = ordered[int(nearest_buckets(np.array([original[0]]), np.array([original[1]]), ordered)[0])]
    scale = max(size[0] / original[0], size[1] / original[1])
    scaled = (max(size[0], round(original[0] * scale)), max(size[1], round(original[1] * scale)))
    left, top = (scaled[0] - size[0]) // 2, (scaled[1] - size[1]) // 2
    return Frame(original=original, scaled=scaled, left=left, top=top, size=size)


def nearest_buckets(widths: NDArray[np.int64], heights: NDArray[np.int64], buckets: Sequence[Size]) -> NDArray[np.intp]:
    """Which of `buckets` (ascending) is nearest in aspect ratio to each picture [N]; the first of equally near ones."""
    ratios = np.log(np.array([width / height for width, height in buckets]))
    nearest = np.empty(len(widths), np.intp)
    for start in range(0, len(widths), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        distances = np.abs(ratios - np.log(widths[some] / heights[some])[:, None])
        nearest[some] = (distances <= distances.min(1, keepdims=True) + _EQUAL).argmax(1)
    return nearest


def mirrored_labels(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A label map [H, W] seen in a mirror: columns reversed, left and right limbs exchanged."""
    return _MIRRORED[labels[:, ::-1]]


def mirrored_phrase(phrase: Phrase) -> Phrase:
    """The phrase about the mirrored picture: the words left and right, and left and right labels, exchanged."""
    attributes = tuple((key, _swap(value)) for key, value in phrase.attributes)
    regions = tuple(int(_MIRRORED[label]) for label in phrase.regions)
    return replace(phrase, attributes=attributes, noun=_swap(phrase.noun), regions=regions)


def _swap(words: str) -> str:
    return _SIDES.sub(lambda match: _OTHER.get(match.group(), _OTHER[match.group().lower()]), words)
