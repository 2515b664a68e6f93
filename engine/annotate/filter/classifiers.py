"""Classifiers that a user brings, as ONNX graphs with a file that says what their answers mean.

This is how a detector of generated people, or of what is not safe for work, becomes a stage; none is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.annotate.filter.graph_input import GraphFile
from engine.annotate.filter.stage import Looked, Pixels
from engine.annotate.refusal import Refused
from engine.sessions import Session
from engine.sessions.onnx import OnnxSession

_OUTPUTS = ("softmax", "sigmoid", "chances")


@dataclass(frozen=True, kw_only=True)
class ClassifierFile(GraphFile):
    """Of a graph that gives [1, number of labels].

    Attributes:
        labels: Of the answer's columns.
        refuse: From which chance of a label on a picture is left out.
        output: What the graph gives: logits for softmax or sigmoid, or chances.
    """

    labels: tuple[str, ...]
    refuse: Mapping[str, float]
    output: str = "softmax"

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [label for label in self.refuse if label not in self.labels]
        if unknown:
            raise ValueError(f"refuse names {unknown[0]!r}; labels are {', '.join(self.labels)}")
        if self.output not in _OUTPUTS:
            raise ValueError(f"output must be of {', '.join(_OUTPUTS)}, got {self.output!r}")


class Classifier:
    """A stage that leaves out what a graph is sure enough of."""

    def __init__(self, file: ClassifierFile, session: Session) -> None:
        """Takes what the file says, and what runs its graph."""
        self._file, self._session = file, session
        (self._input,) = session.input_names

    @classmethod
    def load(cls, path: Path) -> Self:
        """A classifier by its JSON file.

        Raises:
            ValueError: The file is wrong.
            BundleError: The graph cannot be run.
        """
        file = ClassifierFile.read(path)
        return cls(file, OnnxSession(path.parent / file.graph, num_threads=1))

    @property
    def name(self) -> str:
        """See `Stage`."""
        return self._file.name

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{self._file.graph}, {', '.join(f'{label} {most:g}' for label, most in self._file.refuse.items())}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        chances = self.chances(looked.pixels)
        looked.found[self.name] = {label: round(chance, 4) for label, chance in chances.items()}
        for label, least in self._file.refuse.items():
            if chances[label] >= least:
                message = f"a chance of {label} under {least:g} expected, got {chances[label]:.2f}"
                raise Refused(f"{self.name}_{label}", message)

    def chances(self, pixels: Pixels) -> dict[str, float]:
        """How likely each label is.

        Raises:
            GenerationError: The graph failed.
            ValueError: Its answer is of another shape.
        """
        answer = self._session.run({self._input: self._file.image(pixels)})
        if answer.shape != (1, len(self._file.labels)):
            raise ValueError(f"{self.name} must answer [1, {len(self._file.labels)}], it gave {answer.shape}")
        return dict(zip(self._file.labels, _chances(answer[0], self._file.output).tolist(), strict=True))


def _chances(answer: NDArray[np.float32], output: str) -> NDArray[np.float32]:
    if output == "chances":
        return answer
    if output == "sigmoid":
        sure: NDArray[np.float32] = np.float32(1) / (np.float32(1) + np.exp(-answer))
        return sure
    powers = np.exp(answer - answer.max())
    chances: NDArray[np.float32] = powers / powers.sum()
    return chances
