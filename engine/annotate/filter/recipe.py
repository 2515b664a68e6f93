"""Which stages a filter has, and with which limits: values that can go to another process, which builds them there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.annotate.filter.duplicates import Look
from engine.annotate.filter.resolution import Resolution
from engine.annotate.filter.sharpness import Sharpness
from engine.annotate.filter.stage import Stage
from engine.annotate.pool.looks import NEAR


@dataclass(frozen=True, kw_only=True)
class FilterRecipe:
    """A filter.

    Attributes:
        least_side: Of the shorter side, in pixels.
        most_ratio: Of the longer side to the shorter one.
        least_sharpness: See ``engine.annotate.filter.sharpness``; 0 takes every picture.
        near: Bits of 64 that may differ between two copies.
        people: Whether exactly one person is wanted, as LiteRT's models find people.
        person_models: Wheel or folder of these models; None takes the installed package.
        written_text: Whether pictures with much writing are left out.
        classifiers: JSON files of classifiers that a user brings.
        embedder: JSON file of a picture encoder that finds near copies; None leaves it to looks.
    """

    least_side: int = 512
    most_ratio: float = 3.0
    least_sharpness: float = 4.0
    near: int = NEAR
    people: bool = True
    person_models: Path | None = None
    written_text: bool = False
    classifiers: tuple[Path, ...] = ()
    embedder: Path | None = None

    def build(self) -> list[Stage]:
        """The stages, from the cheapest to the dearest.

        Raises:
            ModuleNotFoundError: A package of the extra ``annotate`` is missing.
            ValueError: A model is missing, or a classifier's file is wrong.
            BundleError: A classifier's graph cannot be run.
        """
        stages: list[Stage] = [
            Resolution(least_side=self.least_side, most_ratio=self.most_ratio),
            Sharpness(least=self.least_sharpness),
            Look(near=self.near),
        ]
        if self.embedder is not None:
            from engine.annotate.filter.embeddings import Embedding

            stages.append(Embedding.load(self.embedder))
        if self.people:
            stages += self._people()
        if self.written_text:
            from engine.annotate.filter.written_text import WrittenText

            stages.append(WrittenText())
        if self.classifiers:
            from engine.annotate.filter.classifiers import Classifier

            stages += [Classifier.load(path) for path in self.classifiers]
        return stages

    def _people(self) -> list[Stage]:
        from engine.annotate.detectors.people import LitePeople
        from engine.annotate.detectors.person_mask import LiteMask
        from engine.annotate.detectors.weights import find_weights
        from engine.annotate.filter.one_person import OnePerson, PersonPixels

        weights = find_weights(self.person_models)
        return [OnePerson(detector=LitePeople(weights)), PersonPixels(masker=LiteMask(weights))]
