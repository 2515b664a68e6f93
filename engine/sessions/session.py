"""What a session is, and what makes sessions for the graphs of one bundle."""

from collections.abc import Mapping
from typing import Protocol, TypeAlias, runtime_checkable

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


@runtime_checkable
class TellsMore(Protocol):
    """A session of a graph with a second output; `run` neither computes it nor needs the input that is for it alone."""

    def run_both(self, inputs: Mapping[str, Array]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Runs the graph once and returns both outputs; the first has the bits that `run` gives it.

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


@runtime_checkable
class Prepares(Protocol):
    """A session that compiles, and can do so before a run waits for it."""

    def prepare(self, tails: Mapping[str, tuple[int, ...]]) -> None:
        """Compiles what rows of these shapes need, by input, without the rows themselves.

        Raises:
            GenerationError: The graph does not take such shapes.
        """
        ...


@runtime_checkable
class Compiles(Protocol):
    """A factory whose sessions hold compiled shapes."""

    @property
    def compiled_shapes(self) -> int:
        """How many, of all graphs."""
        ...

    @property
    def compiled_bytes(self) -> int:
        """Memory that they take, about."""
        ...
