"""What a session is, and what makes sessions for the graphs of one bundle."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.generic]


class Session(Protocol):
    """One loaded graph; `run` may be called from any thread."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        ...

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the graph once and returns its first output.

        Raises:
            OutOfMemoryError: The run did not fit; the session can be used again.
            GenerationError: The graph failed.
        """
        ...


class SessionFactory(Protocol):
    """Makes the sessions of one bundle, all on the same provider."""

    @property
    def provider(self) -> str:
        """Name of what runs the graphs, as in `SessionSettings.provider`; known once the first graph is loaded."""
        ...

    @property
    def compiles_shapes(self) -> bool:
        """Whether the first run with a new shape is slow, so that every number of rows wants a warm-up of its own."""
        ...

    def load(self, file: str) -> Session:
        """Loads a graph by its file name in the bundle.

        Raises:
            BundleError: The file is no graph that can be run.
            ProviderError: The provider does not start on this machine.
        """
        ...
