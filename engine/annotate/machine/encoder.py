"""From features to what a classifier reads: standardised, thumbnails made few, several regions side by side.

It learns from pictures without answers. It knows features and regions; it does not know answers.

Letters: N pictures, F features of a region, E numbers that are left of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.annotate.machine.features import NUM_FEATURES, NUM_PLAIN, PLAIN_PARTS, Vector
from engine.annotate.protocol.attributes import REGIONS

#: What is looked at for a region's questions besides the region: sleeves show on the arms, age on face and hair.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "person": ("face", "hair"),
    "body": ("face", "accessory"),
    "face": ("hair",),
    "hair": ("face", "headwear"),
    "headwear": ("hair",),
    "top": ("accessory",),
    "dress": ("accessory",),
    "outerwear": ("top",),
    "bottom": ("accessory",),
    "legwear": ("accessory",),
    "footwear": ("accessory",),
}
COMPONENTS = 48  # of a thumbnail
_ENOUGH = 250  # pictures for a thumbnail's directions
_LEAST = 8  # pictures to learn a region's looks from
_MOST = 6.0  # deviations from the mean; farther ones are cut off


@dataclass(frozen=True, kw_only=True)
class Looks:
    """How one region's features are made few: mean and spread of the plain ones, main directions of the thumbnail."""

    mean: NDArray[np.float32]  # [F]
    spread: NDArray[np.float32]  # [F plain]
    directions: NDArray[np.float32]  # [F thumbnail, COMPONENTS], unit spread

    def encode(self, vector: Vector) -> Vector:
        """Features [F] -> [E]."""
        centred = vector - self.mean
        plain, thumbnail = centred[:NUM_PLAIN] / self.spread, centred[NUM_PLAIN:] @ self.directions
        encoded: Vector = np.clip(np.concatenate([plain, thumbnail]), -_MOST, _MOST).astype(np.float32)
        return encoded


NUM_ENCODED = NUM_PLAIN + COMPONENTS
#: Numbers of a region's parts: colours, texture, place, thumbnail.
PARTS = (*PLAIN_PARTS, COMPONENTS)


class Encoder:
    """The looks of all regions."""

    def __init__(self, looks: Mapping[str, Looks]) -> None:
        """Takes what was learnt of each region."""
        self.looks = dict(looks)

    @classmethod
    def learn(cls, pictures: Sequence[Mapping[str, Vector]]) -> Encoder:
        """From the features of pictures, with or without answers; regions that hardly occur are left out."""
        found = {}
        for region in REGIONS:
            rows = [each[region.name] for each in pictures if region.name in each]
            if len(rows) >= _LEAST:
                found[region.name] = _learn(np.stack(rows).astype(np.float32))
        return cls(found)

    def read(self, picture: Mapping[str, Vector], region: str) -> Vector | None:
        """What a classifier is told of a region and those beside it; None where the region is not there."""
        if region not in picture or region not in self.looks:
            return None
        parts = [self.looks[region].encode(picture[region])]
        for name in BESIDE.get(region, ()):
            there = name in picture and name in self.looks
            encoded = self.looks[name].encode(picture[name]) if there else np.zeros(NUM_ENCODED, np.float32)
            parts += [encoded, np.array([float(there)], np.float32)]
        return np.concatenate(parts)


def _learn(rows: NDArray[np.float32]) -> Looks:
    assert rows.shape[1] == NUM_FEATURES
    mean = rows.mean(0)
    centred = rows - mean
    spread = np.maximum(centred[:, :NUM_PLAIN].std(0), 0.02)
    thumbnails = centred[:, NUM_PLAIN:]
    values, vectors = _main_directions(thumbnails)
    directions = vectors / np.sqrt(np.maximum(values, 1e-3))
    return Looks(mean=mean, spread=spread.astype(np.float32), directions=directions.astype(np.float32))


def _main_directions(rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Variances [C] and directions [D, C] of centred rows [N, D], the largest first; C is `COMPONENTS`.

    They come of the rows' products with each other, of which there are fewer than of columns.
    """
    some = rows[:: max(1, len(rows) // _ENOUGH)].astype(np.float64)
    values, vectors = np.linalg.eigh(some @ some.T / len(some))
    values, vectors = np.maximum(values[::-1], 1e-9)[:COMPONENTS], vectors[:, ::-1][:, :COMPONENTS]
    directions = some.T @ vectors / np.sqrt(values * len(some))
    missing = COMPONENTS - len(values)
    return np.pad(values, (0, missing)), np.pad(directions, ((0, 0), (0, missing)))
