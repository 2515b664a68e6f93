"""Fréchet distances, CLIP score and preference score of pictures, as far as they are asked for.

It knows which were asked for and what they need; it does not know how they are computed, and loads none of them before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.train.data.rows import PICTURES
from engine.train.evaluation.sources import Pixels, read_pixels
from engine.train.intervals import mean_over_pictures

if TYPE_CHECKING:
    from engine.train.evaluation.distances import Clip, Features

Distance = dict[str, Any]  # name, value, number of pictures; where known its interval and each picture's own


class Comparisons:
    """The networks that were asked for."""

    def __init__(
        self,
        *,
        of_figures: bool,
        reference: Path | None = None,
        features: str | None = None,
        inception: Path | None = None,
        clip: str | None = None,
        preference: str | None = None,
    ) -> None:
        """Load them; descriptions `of_figures` or of rows bring the real pictures, unless `reference` is their folder.

        Raises:
            ValueError: A network cannot be loaded, or there is nothing to compare with, or nothing that compares.
        """
        self._networks: list[Features] = []
        self._clip: Clip | None = None
        self._preference: Clip | None = None
        self._reference: Iterator[Pixels] | None = None
        if reference is not None:
            if not (features or inception):
                raise ValueError("--reference is what --features or --inception compare with: name one of them")
            self._reference = _folder(reference)
        if not (features or inception or clip or preference):
            return
        from engine.train.evaluation import distances

        if features:
            self._networks.append(distances.transformers_features(features))
        if inception:
            self._networks.append(distances.inception_features(inception))
        if self._networks and self._reference is None and not of_figures:
            raise ValueError("a Frechet distance compares with real pictures: name their folder, --reference DIR")
        self._clip = distances.load_clip(clip) if clip else None
        self._preference = distances.load_clip(preference) if preference else None

    def of(self, pictures: Iterable[Pixels], captions: Sequence[str], figures: Iterable[Pixels] = ()) -> list[Distance]:
        """All of them, of pictures and what they were to show; `figures` are the real ones where there is no folder."""
        if not (self._networks or self._clip or self._preference):
            return []
        made = list(pictures)
        real = list(self._reference or figures) if self._networks else []
        return [*self._frechet(real, made), *self._scores(made, captions)]

    def _frechet(self, real: Sequence[Pixels], made: Sequence[Pixels]) -> Iterator[Distance]:
        from engine.train.evaluation.distances import frechet_distance

        for network in self._networks:
            value = frechet_distance(real, made, network)
            yield {"name": network.distance_name, "value": value, "pictures": len(made), "reference": len(real)}

    def _scores(self, made: Sequence[Pixels], captions: Sequence[str]) -> Iterator[Distance]:
        from engine.train.evaluation.distances import clip_score, preference_scores

        if self._clip:
            value = clip_score(made, captions, self._clip)
            yield {"name": f"CLIP score ({self._clip.source})", "value": value, "pictures": len(made)}
        if self._preference:
            scores = preference_scores(made, captions, self._preference)
            mean = mean_over_pictures(scores, [1] * len(scores))
            told = {"value": mean.mean, "interval_over_pictures": [mean.low, mean.high], "pictures": len(made)}
            yield {"name": f"preference score ({self._preference.source})", **told, "scores": scores}


def show_distance(distance: Distance) -> str:
    """One of them in a line."""
    ends = distance.get("interval_over_pictures")
    interval = f" ({ends[0]:.2f} .. {ends[1]:.2f})" if ends else ""
    real = f" and {distance['reference']} of the reference" if "reference" in distance else ""
    return f"{distance['name']}: {distance['value']:.2f}{interval} over {distance['pictures']} pictures{real}"


def _folder(folder: Path) -> Iterator[Pixels]:
    """Every picture in a folder of any depth, in the order of their names; raises ValueError where there is none."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES)
    if not files:
        raise ValueError(f"{folder} holds no picture ({', '.join(PICTURES)})")
    return (read_pixels(file) for file in files)
