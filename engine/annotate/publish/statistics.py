"""What a data set is made of, counted while it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.annotate.pool.origin import Origin
from engine.annotate.publish.annotated import Annotated
from engine.description.wording.caption import SLOTS


@dataclass(kw_only=True)
class Statistics:
    """Counts over the pictures of a data set.

    Attributes:
        pictures: How many there are.
        pixels: Sum of their widths and of their heights.
        said: Attributes said of all of them together.
        person_types: Pictures by framing.
        licences: Pictures by licence.
        sources: Pictures by source.
        parsers: Pictures by what made their label map.
        attributes: Pictures by body group and attribute, such as ``top color``.
        left_out: Pictures that are not in it, by reason.
    """

    pictures: int = 0
    pixels: tuple[int, int] = (0, 0)
    said: int = 0
    person_types: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    parsers: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, annotated: Annotated, origin: Origin) -> None:
        """Counts a picture."""
        picture = annotated.picture
        self.pictures += 1
        self.pixels = (self.pixels[0] + picture.width, self.pixels[1] + picture.height)
        self.person_types[annotated.person_type or "not told"] += 1
        self.licences[picture.licence] += 1
        self.sources[origin.source] += 1
        self.parsers[annotated.parser or "not told"] += 1
        for slot, told in zip(SLOTS, annotated.aa_text, strict=True):
            for key in told or ():
                self.attributes[f"{slot.group.value} {key}"] += 1
                self.said += 1
        for each in annotated.extra:
            self.attributes[f"{each['group']} (no slot)"] += 1
            self.said += 1

    @property
    def mean_size(self) -> tuple[float, float]:
        """Mean width and height in pixels."""
        count = max(1, self.pictures)
        return self.pixels[0] / count, self.pixels[1] / count

    @property
    def mean_said(self) -> float:
        """Attributes of a picture."""
        return self.said / max(1, self.pictures)

    def as_json(self) -> Mapping[str, object]:
        """Everything as JSON values."""
        counters = ("person_types", "licences", "sources", "parsers", "attributes", "left_out")
        width, height = self.mean_size
        return {
            "pictures": self.pictures,
            "mean_width": round(width, 1),
            "mean_height": round(height, 1),
            "attributes_per_picture": round(self.mean_said, 2),
            **{name: dict(getattr(self, name).most_common()) for name in counters},
        }
