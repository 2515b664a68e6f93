"""How a picture goes into an ONNX graph that a user brings: its side, its mean and its spread.

Letters: S side.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.filter.stage import Pixels


@dataclass(frozen=True, kw_only=True)
class GraphFile:
    """A JSON object beside a graph that takes one picture, [1, 3, S, S].

    Attributes:
        name: Of the stage, and what its refusals begin with.
        graph: The .onnx file, from the JSON file's folder.
        side: S; the picture is stretched to it.
        mean: Of each channel of 0..1, taken away.
        std: What is left is divided by it.
    """

    name: str
    graph: str
    side: int
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        if self.side < 1 or len(self.mean) != 3 or len(self.std) != 3 or 0 in self.std:
            raise ValueError("side must be positive, mean and std three numbers, std without 0")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The file.

        Raises:
            ValueError: It is not as above.
        """
        try:
            told: dict[str, Any] = json.loads(path.read_text("utf-8"))
            unknown = told.keys() - {field.name for field in fields(cls)}
            if unknown:
                raise ValueError(f"unknown {', '.join(sorted(unknown))}")
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
            }
            return cls(**values)
        except (OSError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{path} describes no graph for pictures: {error}") from error

    def image(self, pixels: Pixels) -> NDArray[np.float32]:
        """A picture [H, W, 3] as the graph takes it."""
        small = Image.fromarray(pixels).resize((self.side, self.side), Image.Resampling.BILINEAR)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        values = (np.asarray(small, np.float32) / np.float32(255) - mean) / std
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)
