"""Figures: illustrated people with known attributes, exact label maps and CosmicMan-HQ rows.

The training data of the bundled model: everything in a picture is decided by one integer seed, so a data set is a
range of seeds and its truth is known. Knows nothing of models or training.
"""

from engine.train.figures.attributes import (
    COLOURS,
    HAIR_COLOURS,
    SCENES,
    SIZES,
    Figure,
    Garment,
    Hair,
    sample_figure,
)
from engine.train.figures.draw import Drawing, draw_figure
from engine.train.figures.looks import LOOKS
from engine.train.figures.rows import figure_row, write_figures

__all__ = [
    "COLOURS",
    "HAIR_COLOURS",
    "LOOKS",
    "SCENES",
    "SIZES",
    "Drawing",
    "Figure",
    "Garment",
    "Hair",
    "draw_figure",
    "figure_row",
    "sample_figure",
    "write_figures",
]
