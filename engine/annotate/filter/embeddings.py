"""Near copies by a picture encoder that a user brings, such as CLIP's: what is shown twice though no pixel agrees.

Letters: D numbers of an embedding, N pictures kept.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.annotate.filter.graph_input import GraphFile
from engine.annotate.filter.stage import Looked
from engine.annotate.refusal import Refused
from engine.sessions import Session
from engine.sessions.onnx import OnnxSession

_HALF = np.dtype("<f2")


@dataclass(frozen=True, kw_only=True)
class EmbedderFile(GraphFile):
    """Of a graph that gives [1, D].

    Attributes:
        same: From which cosine on two pictures show the same.
    """

    same: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.same <= 1:
            raise ValueError(f"same must be a cosine above 0 and up to 1, got {self.same}")


class Embedding:
    """A stage that notes a picture's embedding. It refuses nothing: what came first is for `NearEmbeddings`."""

    def __init__(self, file: EmbedderFile, session: Session) -> None:
        """Takes what the file says, and what runs its graph."""
        self.file, self._session = file, session
        (self._input,) = session.input_names

    @classmethod
    def load(cls, path: Path) -> Self:
        """An encoder by its JSON file; raises as `Classifier.load` does."""
        file = EmbedderFile.read(path)
        return cls(file, OnnxSession(path.parent / file.graph, num_threads=1))

    @property
    def name(self) -> str:
        """See `Stage`."""
        return self.file.name

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{self.file.graph}, {self.file.same:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        answer = self._session.run({self._input: self.file.image(looked.pixels)})
        if answer.ndim != 2 or answer.shape[0] != 1:
            raise ValueError(f"{self.name} must answer [1, D], it gave {answer.shape}")
        unit = answer[0] / max(float(np.linalg.norm(answer[0])), 1e-12)
        looked.found[self.name] = base64.b64encode(unit.astype(_HALF).tobytes()).decode("ascii")


class NearEmbeddings:
    """Leaves out pictures whose embedding is near to that of one which was kept before."""

    def __init__(self, file: EmbedderFile) -> None:
        """Takes the encoder's file; nothing is kept yet."""
        self._name, self._same = file.name, file.same
        self._kept: NDArray[np.float32] | None = None  # [capacity, D]
        self._ids: list[str] = []

    def check(self, found: Mapping[str, object]) -> None:
        """Raises Refused where one that was kept is near."""
        if self._kept is None:
            return
        cosines = self._kept[: len(self._ids)] @ _read(found, self._name)
        nearest = int(cosines.argmax())
        if cosines[nearest] >= self._same:
            message = f"a cosine under {self._same:g} expected, got {cosines[nearest]:.3f} to {self._ids[nearest]}"
            raise Refused("near_duplicate", message)

    def keep(self, found: Mapping[str, object], id: str) -> None:
        """Takes in a picture that passed every stage."""
        values, count = _read(found, self._name), len(self._ids)
        if self._kept is None:
            self._kept = np.zeros((1024, len(values)), np.float32)
        if count == len(self._kept):
            self._kept = np.concatenate((self._kept, np.zeros_like(self._kept)))
        self._kept[count] = values
        self._ids.append(id)


def _read(found: Mapping[str, object], name: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(str(found[name])), _HALF).astype(np.float32)
