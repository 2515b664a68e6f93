"""The data card: what is in a data set, where it comes from, what was left out and why, and how one is taken out of it.

Its sections follow Gebru et al. 2018 (Datasheets for Datasets, arXiv 1803.09010) as far as a program can answer them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from engine.annotate.publish.statistics import Statistics

_MOST_ROWS = 80


@dataclass(frozen=True, kw_only=True)
class CardText:
    """What only people know of a data set.

    Attributes:
        name: Of the data set.
        contact: Whom to ask for a takedown.
        annotators: Who or what said what is said, with versions.
        licence: Of the annotations.
    """

    name: str
    contact: str = ""
    annotators: tuple[str, ...] = ()
    licence: str = ""


def data_card(text: CardText, statistics: Statistics) -> str:
    """A README.md, with the header that hubs for data sets read."""
    width, height = statistics.mean_size
    contact = text.contact or "nobody is named yet: fill this in before you pass the data set on"
    sections = [
        _header(text, statistics),
        f"# {text.name}",
        f"{statistics.pictures} pictures of one person each, {width:.0f} x {height:.0f} pixels in the mean, with "
        f"{statistics.mean_said:.1f} attributes in the mean, ATR-18 label maps, and CosmicMan-HQ's columns.",
        "## Files\n\n"
        "- `label/*.parquet`: a row a picture. `aa_text` and `aa_ids` are JSON of 20 slots. `licence`, `author`, "
        "`source`, `url` and `page` say where a picture comes from.\n"
        "- `images/`, `parsing/`: pictures and label maps, named by the SHA-256 of the picture as it was found. "
        "Pictures carry no EXIF and no other metadata.\n"
        "- `shards/*.tar`: the same as WebDataset shards, where they were asked for.\n"
        "- `statistics.json`: the numbers of this card.",
        "## Licences\n\nEach picture has its own licence and author; name them where the licence wants it. Copyright "
        "is not consent: the people shown may still object.\n\n" + _table("licence", statistics.licences),
        "## Sources\n\n" + _table("source", statistics.sources),
        f"## Takedown\n\nContact: {contact}. What is taken down (`cosmicman annotate takedown`, by id, file, address "
        "or look) is deleted from the pool and left out of every later publication.",
        "## Annotation\n\n"
        f"Label maps: {', '.join(statistics.parsers)}. Attributes: {', '.join(text.annotators) or 'not told'}. "
        "Attributes are what somebody or something saw; apparent age and gender are no facts about a person.",
        "## Framing\n\n" + _table("person_type", statistics.person_types),
        "## Attributes\n\n" + _table("attribute", statistics.attributes),
        "## Left out\n\n" + _table("reason", statistics.left_out),
    ]
    return "\n\n".join(sections) + "\n"


def _header(text: CardText, statistics: Statistics) -> str:
    sizes = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"))
    size = next((name for most, name in sizes if statistics.pictures < most), "n>10M")
    name = json.dumps(text.name, ensure_ascii=False)
    lines = [f"pretty_name: {name}", "license: other", f"license_name: {json.dumps(text.licence or 'see card')}"]
    return "\n".join(["---", *lines, "task_categories: [text-to-image]", f"size_categories: ['{size}']", "---"])


def _table(head: str, counts: Counter[str]) -> str:
    if not counts:
        return "None."
    rows = [f"| {name.replace('|', '/')} | {count} |" for name, count in counts.most_common(_MOST_ROWS)]
    rest = len(counts) - _MOST_ROWS
    more = f"\n\n{rest} more are in `statistics.json`." if rest > 0 else ""
    return "\n".join([f"| {head} | pictures |", "|---|---|", *rows]) + more
