"""The comparison as a table and a plot: pictures and their size, published data sets and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    told = f"{own.images} pictures: {framings}. {own.unreadable} rows cannot be read."
    return "\n".join([told, "", *lines])


def write_comparison(own: OwnStatistics | None, folder: Path) -> str:
    """Write `comparison.md`, `comparison.json` and `comparison.png`; the table is given back."""
    text = comparison_table(own)
    whole = text if own is None else f"{text}\n\n{own_table(own)}"
    with whole_file(folder / "comparison.md") as temporary:
        temporary.write_text(whole + "\n", encoding="utf-8")
    write_json(folder / "comparison.json", _tree(own))
    _draw(own, folder / "comparison.png")
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
            "values": {key: dict(values) for key, values in sorted(own.values.items())},
        }
    return tree


def _draw(own: OwnStatistics | None, path: Path) -> None:
    """Pictures against their size, both on logarithmic axes; bars of one's own slots beside it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.6), dpi=90, layout="constrained")
    left, right = figure.subplots(1, 2)
    points = [(each.name, each.images, each.size) for each in PUBLISHED]
    if own is not None:
        height, width = own.mean_size
        points.append((own.name, own.images, (round(height), round(width))))
    for at, (name, images, size) in enumerate(points):
        if images and size and size[0] * size[1]:
            mine = own is not None and at == len(points) - 1
            left.plot(images, size[0] * size[1] / 1e6, "o", color="#f07e26" if mine else "#2c6cd6")
            left.annotate(name, (images, size[0] * size[1] / 1e6), (5, 5), textcoords="offset points", fontsize=8)
    left.set(xscale="log", yscale="log", xlabel="pictures", ylabel="megapixels, mean")
    left.margins(0.25)
    if own is not None:
        keys = sorted(own.keys, key=lambda key: own.keys[key])[-24:]
        right.barh(keys, [100 * own.keys[key] / max(1, own.images) for key in keys], color="#f07e26")
        right.tick_params(axis="y", labelsize=7)
        right.set(xlabel=f"pictures of {own.name} that say it, % (slot and key)")
    else:
        right.set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="png")
