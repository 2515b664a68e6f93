"""The comparison as a table: pictures and their size, published data sets and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.annotate.compare.plots import draw_comparison
from engine.annotate.compare.published import PUBLISHED, HumanDataset
from engine.annotate.compare.statistics import OwnStatistics
from engine.files.whole import whole_file, write_json

_TITLES = ("data set", "year", "pictures", "height x width", "attributes", "labels", "label maps", "text by", "source")


def comparison_table(own: OwnStatistics | None, published: Sequence[HumanDataset] = PUBLISHED) -> str:
    """Markdown: a row for each data set; a dash where the source gives no figure."""
    rows = [_published_row(each) for each in published] + ([_own_row(own)] if own is not None else [])
    lines = ["| " + " | ".join(_TITLES) + " |", "|" + "---|" * len(_TITLES)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _published_row(each: HumanDataset) -> tuple[str, ...]:
    size = "-" if each.size is None else f"{each.size[0]} x {each.size[1]}"
    return (
        each.name,
        str(each.year),
        _number(each.images),
        size,
        _number(each.attributes),
        _number(each.labels),
        "yes" if each.parsing else "no",
        each.text,
        each.source,
    )


def _own_row(own: OwnStatistics) -> tuple[str, ...]:
    height, width = own.mean_size
    size = f"{height:.0f} x {width:.0f}"
    return (
        own.name,
        "-",
        _number(own.images),
        size,
        _number(len(own.keys)),
        _number(own.labels),
        "yes",
        "-",
        "counted",
    )


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def own_table(own: OwnStatistics) -> str:
    """What the data set says, slot and key by how often, with the commonest values."""
    lines = ["| slot and key | said | commonest |", "|---|---|---|"]
    for key, count in sorted(own.keys.items(), key=lambda pair: -pair[1]):
        common = ", ".join(f"{value} ({number})" for value, number in own.values[key].most_common(4))
        lines.append(f"| {key} | {count} ({count / max(1, own.images):.0%}) | {common} |")
    framings = ", ".join(f"{name or 'none'} {count}" for name, count in own.framings.most_common())
    mean = own.labels / max(1, own.images)
    told = f"{own.images} pictures, {mean:.1f} attributes each: {framings}. {own.unreadable} rows cannot be read."
    return "\n".join([told, "", *lines])


def write_comparison(own: OwnStatistics | None, folder: Path) -> str:
    """Write `comparison.md`, `comparison.json` and `comparison.png`; the table is given back."""
    text = comparison_table(own)
    whole = text if own is None else f"{text}\n\n{own_table(own)}"
    with whole_file(folder / "comparison.md") as temporary:
        temporary.write_text(whole + "\n", encoding="utf-8")
    write_json(folder / "comparison.json", _tree(own))
    draw_comparison(own, folder / "comparison.png")
    return whole


def _tree(own: OwnStatistics | None) -> dict[str, object]:
    fields = HumanDataset.__dataclass_fields__
    tree: dict[str, object] = {"published": [{name: getattr(each, name) for name in fields} for each in PUBLISHED]}
    if own is not None:
        tree["own"] = {
            "name": own.name,
            "images": own.images,
            "unreadable": own.unreadable,
            "mean_height_and_width": own.mean_size,
            "labels": own.labels,
            "framings": dict(own.framings),
            "sizes": {f"{width} x {height}": count for (width, height), count in own.sizes.most_common()},
            "attributes_of_a_picture": {str(number): own.said[number] for number in sorted(own.said)},
            "values": {key: dict(values) for key, values in sorted(own.values.items())},
        }
    return tree
