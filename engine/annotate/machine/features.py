"""What a region of a picture looks like, in numbers: its colours, its texture, its outline, where it lies, a thumbnail.

Nothing here is learnt, so few answers go a long way. It knows pixels and masks; it does not know questions.

Letters: H W sides in pixels, P places of a thumbnail, F features.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.machine.annotator import Pixels, Shown
from engine.annotate.protocol.attributes import REGIONS
from engine.annotate.protocol.gates import Mask

Vector = NDArray[np.float32]  # [F]

SIDE = 16  # of thumbnail and outline
_PATCH = 32  # pixels of the side whose spectrum tells stripes from dots
_STEPS = (1, 2, 4)  # pixels between which light is compared
_BINS = 4  # of each colour channel
_COLOURS = _BINS**3 + 9
_TEXTURE = 2 * len(_STEPS) + 1 + 64
_PLACE = 10 + len(REGIONS)
#: Numbers that are as they are; those after them are a thumbnail's, to be made fewer.
PLAIN_PARTS = (_COLOURS, _TEXTURE, _PLACE)
NUM_PLAIN = sum(PLAIN_PARTS)
NUM_FEATURES = NUM_PLAIN + 4 * SIDE * SIDE


def features(picture: Shown) -> dict[str, Vector]:
    """The features [F] of every region that is present."""
    shares = np.array([_share(picture.masks, region.name) for region in REGIONS], np.float32)
    person = picture.masks.get("person")
    weights = np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255)
    light: NDArray[np.float32] = picture.pixels.astype(np.float32) @ weights
    found: dict[str, Vector] = {}
    for name, mask in picture.masks.items():
        same = next((other for other in found if np.array_equal(picture.masks[other], mask)), None)
        found[name] = found[same] if same else _region(picture.pixels, light, mask, person, shares)
    return found


class KeptFeatures:
    """The same, kept for the pictures that were asked for last; it stands in the place of `features`."""

    def __init__(self, most: int = 4096) -> None:
        """Keep the features of `most` pictures, 50 kB each."""
        self.most = most
        self._kept: OrderedDict[str, dict[str, Vector]] = OrderedDict()

    def __call__(self, picture: Shown) -> dict[str, Vector]:
        """The features of a picture; two pictures of one id are one."""
        if picture.id not in self._kept:
            self._kept[picture.id] = features(picture)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return self._kept[picture.id]


def _share(masks: Mapping[str, Mask], name: str) -> float:
    return float(masks[name].mean()) if name in masks else 0.0


def _region(
    pixels: Pixels, light: NDArray[np.float32], mask: Mask, person: Mask | None, shares: NDArray[np.float32]
) -> Vector:
    box = _box(mask)
    found = [_colours(pixels[mask]), _texture(light, mask, box), _place(mask, box, person), shares]
    found += [_thumbnail(pixels, mask, box)]
    vector = np.concatenate(found).astype(np.float32)
    assert vector.shape == (NUM_FEATURES,)
    return vector


def _box(mask: Mask) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of a mask's pixels; bottom and right are the first without."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0, mask.shape[0], 0, mask.shape[1]
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _colours(inside: Pixels) -> Vector:
    """A histogram over all colours, and the quarters of each channel; nothing where nothing is inside."""
    if not len(inside):
        return np.zeros(_COLOURS, np.float32)
    bins = inside.astype(np.int64) * _BINS // 256
    counts = np.bincount(bins @ np.array([_BINS * _BINS, _BINS, 1]), minlength=_BINS**3) / len(inside)
    places = [len(inside) // 4, len(inside) // 2, 3 * len(inside) // 4]
    quarters = np.partition(inside, places, axis=0)[places] / 255
    return np.concatenate([np.sqrt(counts), quarters.ravel()])


def _texture(light: NDArray[np.float32], mask: Mask, box: tuple[int, int, int, int]) -> Vector:
    """How light changes over short ways inside the mask, and the spectrum of a patch at its middle."""
    top, bottom, left, right = box
    light, mask = light[top:bottom, left:right], mask[top:bottom, left:right]
    found: list[float] = []
    for step in _STEPS:
        for one, other, inside in (
            (light[step:], light[:-step], mask[step:] & mask[:-step]),
            (light[:, step:], light[:, :-step], mask[:, step:] & mask[:, :-step]),
        ):
            found.append(float(np.abs(one - other)[inside].mean()) if inside.any() else 0.0)
    inside_light = light[mask]
    found.append(float(inside_light.std()) if len(inside_light) else 0.0)
    middle = float(np.median(inside_light)) if len(inside_light) else 0.0
    patch = np.where(mask, light - middle, 0)
    down, across = max(0, (patch.shape[0] - _PATCH) // 2), max(0, (patch.shape[1] - _PATCH) // 2)
    patch = patch[down : down + _PATCH, across : across + _PATCH]
    spectrum = np.abs(np.fft.rfft2(patch, (_PATCH, _PATCH)))[: _PATCH // 2, : _PATCH // 2]
    pooled = np.log1p(spectrum.reshape(8, 2, 8, 2).mean((1, 3))).ravel()
    return np.concatenate([np.array(found, np.float32), pooled.astype(np.float32)])


def _place(mask: Mask, box: tuple[int, int, int, int], person: Mask | None) -> Vector:
    """Where the mask lies in the picture and on the person, how much of its box it fills, how high the box is."""
    height, width = mask.shape
    top, bottom, left, right = box
    in_picture = [top / height, bottom / height, left / width, right / width]
    p_top, p_bottom, p_left, p_right = _box(person) if person is not None else (0, height, 0, width)
    tall, wide = max(1, p_bottom - p_top), max(1, p_right - p_left)
    on_person = [(top - p_top) / tall, (bottom - p_top) / tall, (left - p_left) / wide, (right - p_left) / wide]
    filled = float(mask[top:bottom, left:right].mean())
    return np.array([*in_picture, *on_person, filled, (bottom - top) / max(1, right - left) / 4], np.float32)


def _thumbnail(pixels: Pixels, mask: Mask, box: tuple[int, int, int, int]) -> Vector:
    """The box in a few pixels, red, green, blue and mask: [4 P]."""
    top, bottom, left, right = box
    four = np.dstack([pixels[top:bottom, left:right], (mask[top:bottom, left:right] * 255).astype(np.uint8)])
    small = Image.fromarray(np.ascontiguousarray(four), "RGBA").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels_of_box: Vector = np.asarray(small, np.float32).transpose(2, 0, 1).ravel() / np.float32(255)
    return pixels_of_box
