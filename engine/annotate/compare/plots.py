"""The comparison as plots: data sets by pictures and size, and histograms of one's own.

matplotlib is imported when a plot is drawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine.annotate.compare.published import PUBLISHED
from engine.annotate.compare.statistics import OwnStatistics
from engine.files.whole import whole_file

_OWN, _OTHERS = "#f07e26", "#2c6cd6"
_MOST_KEYS = 30


def draw_comparison(own: OwnStatistics | None, path: Path) -> None:
    """One PNG: pictures against their size; and of one's own data set what is said, sizes, attributes and framings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.6 if own is None else 8), dpi=90, layout="constrained")
    if own is None:
        _data_sets(figure.subplots(), None)
    else:
        places = figure.subplot_mosaic([["sets", "keys"], ["sizes", "keys"], ["said", "framings"]])
        _data_sets(places["sets"], own)
        _keys(places["keys"], own)
        _sizes(places["sizes"], own)
        _bars(places["said"], {str(number): own.said[number] for number in range(max(own.said, default=0) + 1)})
        places["said"].set(xlabel="attributes of a picture", ylabel="pictures")
        _bars(places["framings"], {name or "none": count for name, count in own.framings.most_common()})
        places["framings"].set(xlabel="framing", ylabel="pictures")
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="png")


def _data_sets(axes: Any, own: OwnStatistics | None) -> None:
    """Both axes are logarithmic; what has no figure for one of them is left out."""
    points = [(each.name, each.images, each.size, _OTHERS) for each in PUBLISHED]
    if own is not None:
        height, width = own.mean_size
        points.append((own.name, own.images, (round(height), round(width)), _OWN))
    for name, images, size, colour in points:
        if images and size and size[0] * size[1]:
            axes.plot(images, size[0] * size[1] / 1e6, "o", color=colour)
            axes.annotate(name, (images, size[0] * size[1] / 1e6), (5, 5), textcoords="offset points", fontsize=8)
    axes.set(xscale="log", yscale="log", xlabel="pictures", ylabel="megapixels, mean")
    axes.margins(0.25)


def _keys(axes: Any, own: OwnStatistics) -> None:
    keys = sorted(own.keys, key=lambda key: own.keys[key])[-_MOST_KEYS:]
    axes.barh(keys, [100 * own.keys[key] / max(1, own.images) for key in keys], color=_OWN)
    axes.tick_params(axis="y", labelsize=7)
    axes.set(xlabel=f"pictures of {own.name} that say it, % (slot and key)")


def _sizes(axes: Any, own: OwnStatistics) -> None:
    """A histogram of the square roots of areas: a picture's side, were it a square."""
    sides = [float(np.sqrt(width * height)) for width, height in own.sizes]
    axes.hist(sides, bins=20, weights=list(own.sizes.values()), color=_OWN)
    axes.set(xlabel="square root of width x height, pixels", ylabel="pictures")


def _bars(axes: Any, counts: dict[str, int]) -> None:
    axes.bar(list(counts), list(counts.values()), color=_OWN)
    axes.tick_params(axis="x", labelsize=8)
