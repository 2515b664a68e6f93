"""Human data sets as they were published: how many pictures, how large, annotated how; each figure with its source.

A figure that its source does not give is None: nothing here is guessed. Looked up on 30 November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanDataset:
    """One row.

    Attributes:
        name: As its authors call it.
        year: Of its publication.
        images: How many there are; None where the source gives no number.
        size: Mean or only size in pixels, height first; CosmicMan-HQ as it is printed, which does not say.
        attributes: Kinds of attributes that are annotated.
        labels: Attributes of all pictures together.
        parsing: Whether label maps come with it.
        text: Who wrote the text: people, machines with people, machines, web pages, or nobody.
        licence: In a word.
        source: Where the figures are from.
    """

    name: str
    year: int
    images: int | None
    size: tuple[int, int] | None
    attributes: int | None = None
    labels: int | None = None
    parsing: bool
    text: str
    licence: str
    source: str


PUBLISHED: tuple[HumanDataset, ...] = (
    HumanDataset(
        name="DeepFashion",
        year=2016,
        images=800_000,
        size=None,
        attributes=1000,
        parsing=False,
        text="nobody",
        licence="non-commercial",
        source="Liu et al., CVPR 2016, abstract: over 800,000 images, 1,000 attributes",
    ),
    HumanDataset(
        name="SHHQ-1.0",
        year=2022,
        images=40_000,
        size=(1024, 512),
        parsing=True,
        text="nobody",
        licence="non-commercial",
        source="github.com/stylegan-human/StyleGAN-Human, docs/Dataset.md (230,000 in the paper, 40,000 released)",
    ),
    HumanDataset(
        name="DeepFashion-MultiModal",
        year=2022,
        images=44_096,
        size=(1101, 750),
        parsing=True,
        text="people",
        licence="non-commercial",
        source="github.com/yumingj/DeepFashion-MultiModal, README (label maps for 12,701 of them)",
    ),
    HumanDataset(
        name="LAION-Human (HumanSD)",
        year=2023,
        images=1_000_000,
        size=None,
        parsing=False,
        text="web pages",
        licence="links only",
        source="as CosmicMan's comparison names it (Li et al., CVPR 2024); by a summary of the paper",
    ),
    HumanDataset(
        name="CosmicMan-HQ 1.0",
        year=2024,
        images=6_000_000,
        size=(1488, 1255),
        attributes=70,
        labels=115_000_000,
        parsing=True,
        text="machines with people",
        licence="non-commercial, links only",
        source="Li et al., CVPR 2024, abstract (5,463,500 on the data set's card)",
    ),
)
