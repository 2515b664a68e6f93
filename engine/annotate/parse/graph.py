"""Parsers that a user brings as ONNX graphs: a SegFormer as optimum exports it, SCHP (arXiv 1910.09777), or any other.

A graph takes one picture [1, 3, S, S] and gives how likely each of its labels is, [1, C, h, w]; a JSON file beside it
says what its labels count as. None is shipped.

Letters: H W sides of the picture, S side that the graph takes, C its labels, h w sides of what it gives.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.filter.graph_input import GraphFile
from engine.annotate.parse.parser import ATR_LABELS, Labels, Pixels
from engine.annotate.parse.preparation import Preparation, check_atr, plain
from engine.sessions import Session
from engine.sessions.onnx import OnnxSession

_NUMBER = {plain(name): number for number, name in enumerate(ATR_LABELS)}
_CHANNELS, _FITS = ("rgb", "bgr"), ("stretch", "pad")


@dataclass(frozen=True, kw_only=True)
class ParserFile(GraphFile):
    """Of a graph that gives [1, C, h, w].

    Attributes:
        labels: For each of the C labels, the ATR-18 label that it counts as.
        channels: Order of the colours that the graph takes; mean and std are in it.
        fit: How a picture comes to a square: stretched, or whole in its middle with black beside it, as SCHP wants it.
        output: Name of the output that is meant, where it is not the first one.
    """

    labels: tuple[str, ...] = ATR_LABELS
    channels: str = "rgb"
    fit: str = "stretch"
    output: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [name for name in self.labels if plain(name) not in _NUMBER]
        if unknown:
            raise ValueError(f"labels must be of {', '.join(ATR_LABELS)}; got {unknown[0]!r}")
        for name, value, values in (("channels", self.channels, _CHANNELS), ("fit", self.fit, _FITS)):
            if value not in values:
                raise ValueError(f"{name} must be {' or '.join(values)}, got {value!r}")

    @classmethod
    def of_export(cls, folder: Path) -> Self:
        """A SegFormer's export: `model.onnx`, `config.json` and `preprocessor_config.json`.

        Raises:
            ValueError: The folder holds none, or its labels are not ATR-18's.
        """
        path = folder / "config.json"
        try:
            names = json.loads(path.read_text("utf-8"))["id2label"]
            check_atr(str(folder), names)
        except (OSError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} must name labels in id2label, as transformers writes it: {error!r}") from error
        how = Preparation.of(folder)
        return cls(name=folder.name, graph="model.onnx", side=how.side, mean=how.mean, std=how.std)


class GraphParser:
    """A graph as a parser."""

    def __init__(self, file: ParserFile, session: Session) -> None:
        """Takes what the file says, and what runs its graph."""
        self._file, self._session, self.name = file, session, f"{file.name} {file.graph}"
        (self._input,) = session.input_names
        self._labels = np.array([_NUMBER[plain(name)] for name in file.labels], np.uint8)

    @classmethod
    def load(cls, place: Path) -> Self:
        """A parser by its JSON file, or by the folder of a SegFormer's export.

        Raises:
            ValueError: The file is wrong.
            BundleError: The graph cannot be run.
        """
        file = ParserFile.of_export(place) if place.is_dir() else ParserFile.read(place)
        folder = place if place.is_dir() else place.parent
        return cls(file, OnnxSession(folder / file.graph, num_threads=1, output=file.output))

    def labels(self, pixels: Pixels) -> Labels:
        """See `Parser`; raises ValueError for an answer of another shape."""
        square, box = self._square(pixels)
        answer = self._session.run({self._input: self._file.image(square)})
        if answer.ndim != 4 or answer.shape[:2] != (1, len(self._labels)):
            raise ValueError(f"{self.name} must give [1, {len(self._labels)}, h, w], it gave {list(answer.shape)}")
        return self._labels[_likeliest(answer[0], box, (pixels.shape[1], pixels.shape[0]))]

    def _square(self, pixels: Pixels) -> tuple[Pixels, tuple[float, float, float, float]]:
        """The picture as the graph takes it, and where in it the picture is: left, top, right, bottom of 0..1."""
        if self._file.channels == "bgr":
            pixels = pixels[..., ::-1]
        height, width = pixels.shape[:2]
        if self._file.fit == "stretch":
            return pixels, (0.0, 0.0, 1.0, 1.0)
        side = max(height, width)
        left, top = (side - width) // 2, (side - height) // 2
        square = np.zeros((side, side, 3), np.uint8)
        square[top : top + height, left : left + width] = pixels
        return square, (left / side, top / side, (left + width) / side, (top + height) / side)


def _likeliest(
    answer: NDArray[np.float32], box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.intp]:
    """The place of the largest of [C, h, w] at every pixel of a part of it, brought to width and height of `size`."""
    best: NDArray[np.float32] | None = None
    found = np.zeros((size[1], size[0]), np.intp)
    left, top, right, bottom = box
    height, width = answer.shape[1:]
    part = (left * width, top * height, right * width, bottom * height)
    for place, plane in enumerate(answer):
        image = Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR, box=part)
        whole = np.asarray(image, np.float32)
        if best is None:
            best = whole.copy()
            continue
        more = whole > best
        best[more], found[more] = whole[more], place
    return found
