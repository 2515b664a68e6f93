"""What a parser finds in pictures: held against the layout of their figures, and against what their words name.

Of the figures themselves it is the parser's own accuracy. It knows pictures and a parser; it does not know who painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.bundle.manifest import load_bundle
from engine.errors import BundleError
from engine.regions.regions import Regions, load_regions
from engine.settings import EngineSettings
from engine.train.evaluation.sources import Pixels
from engine.train.figures import draw_figure, sample_figure
from engine.train.parser.overlap import Overlap
from engine.train.parser.presence import Presence, Said


@dataclass(frozen=True, kw_only=True)
class LayoutReport:
    """Label maps of ``pictures`` pictures against those of their figures, and against what was said of them."""

    overlap: Overlap
    pictures: int
    presence: Presence | None = None

    def text(self) -> str:
        """The table as a person reads it."""
        shares = self.overlap.by_class()
        lines = [f"{'layout':20} {'overlap':>8}", *(f"{name:20} {share:8.1%}" for name, share in shares.items())]
        lines += [f"{'mean of the above':20} {self.overlap.mean():8.1%}", f"{'person':20} {self.overlap.person():8.1%}"]
        lines += [f"{'pixels right':20} {self.overlap.pixels():8.1%}"]
        lines += [f"(intersection over union of {self.pictures} pictures with their figures)"]
        return "\n".join([*lines, *(["", self.presence.text()] if self.presence else [])])

    def as_json(self) -> dict[str, object]:
        """The same, fit for a file."""
        presence = {"presence": self.presence.facts()} if self.presence else {}
        return {"pictures": self.pictures, **self.overlap.facts(), **presence}


def open_parser(bundle: Path) -> Regions:
    """The parser of a bundle.

    Raises:
        ValueError: The bundle is damaged, or has none.
    """
    try:
        regions = load_regions(load_bundle(bundle), EngineSettings())
    except BundleError as error:
        raise ValueError(str(error)) from error
    if regions is None:
        raise ValueError(f"--layout needs a parser, and the bundle {bundle} has none")
    return regions


def measure_layout(
    regions: Regions, seeds: Sequence[int], pictures: Sequence[Pixels], said: Sequence[Said] = ()
) -> LayoutReport:
    """Find the label map of each picture and hold it against that of its figure.

    Args:
        regions: The parser.
        seeds: Of the figures.
        pictures: One of each, [H, W, 3].
        said: What was said of each; nothing is held against words where it is empty.

    Raises:
        ValueError: A picture is not of its figure's size.
    """
    overlap, presence = Overlap(), Presence()
    for number, (seed, picture) in enumerate(zip(seeds, pictures, strict=True)):
        labels = regions.label_map(picture)
        overlap.add(labels, draw_figure(sample_figure(seed)).items)
        if said:
            presence.add(labels, said[number])
    return LayoutReport(overlap=overlap, pictures=len(pictures), presence=presence if said else None)
