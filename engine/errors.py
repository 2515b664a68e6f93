"""Every error the engine raises on purpose.

::

    EngineError
    ├── RequestError (also ValueError)   the caller's mistakes; ``field`` names the parameter, ``mistakes`` lists all
    ├── BundleError                      a damaged, missing or newer bundle; one line naming the file
    ├── ProviderError (also ValueError)  what shall run the graphs is not here; one line naming what is
    ├── BusyError                        the waiting line is full; ``retry_after_seconds`` says when to come back
    │   └── CallerBusyError              one caller's share of it is
    ├── DeadlineError                    the request's own deadline came, or cannot be met
    ├── GenerationError                  this one request failed in compute
    │   ├── OutOfMemoryError             a graph's run did not fit; a smaller one may
    │   ├── NotFiniteError               NaN or infinity in text states, latents or a picture
    │   └── DeviceLostError              the GPU answers nothing any more; the one that ends the engine's health
    ├── EngineStoppedError               the engine is closed, or died
    └── WireError                        a message between two processes that one of them cannot read

Any other RequestError, BusyError, DeadlineError or GenerationError concerns one request and never the engine's health.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Self


class EngineError(Exception):
    """Base of all errors the engine raises on purpose."""


class RequestError(EngineError, ValueError):
    """A request asks for something the model cannot do; raised before any compute.

    Attributes:
        field: Name of the parameter at fault, as in `GenerationRequest`; of several the first.
        several: What `mistakes` gives, where there is more than one; else empty.
    """

    several: Mapping[str, Sequence[str]] = MappingProxyType({})

    def __init__(self, field: str, message: str) -> None:
        """Keeps the field's name beside a message that says what was expected and what came."""
        super().__init__(message)
        self.field = field

    @classmethod
    def of(cls, mistakes: Mapping[str, Sequence[str]]) -> Self:
        """One error for all mistakes: messages by the name of their parameter, the first one first."""
        messages = [message for each in mistakes.values() for message in each]
        error = cls(next(iter(mistakes)), "; ".join(messages))
        if len(messages) > 1:
            error.several = {field: list(each) for field, each in mistakes.items()}
        return error

    @property
    def mistakes(self) -> Mapping[str, Sequence[str]]:
        """Every mistake: messages by the name of their parameter."""
        return self.several or {self.field: [str(self)]}


class BundleError(EngineError):
    """A bundle cannot be loaded; the message is one line that names the file."""


class ProviderError(EngineError, ValueError):
    """What shall run the graphs is not installed, or does not start on this machine; one line says what does."""


class BusyError(EngineError):
    """The waiting line is full.

    Attributes:
        retry_after_seconds: Estimate of when a place will be free.
    """

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        """Keeps the estimate beside the message."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class CallerBusyError(BusyError):
    """One caller has as much of the waiting line as it may; there is room for others."""


class DeadlineError(EngineError):
    """A request was not finished within its own `deadline_seconds`, in line or running, or cannot be."""


class GenerationError(EngineError):
    """One request failed in compute; others are not affected."""


class OutOfMemoryError(GenerationError):
    """A graph's run did not fit into the machine's or the device's memory; nothing else was harmed by it.

    A run of several pictures may fit with fewer of them.
    """


class NotFiniteError(GenerationError):
    """Text states, latents or a picture hold NaN or infinity; the message says which, and where."""


class DeviceLostError(GenerationError):
    """The GPU, or this process's context on it, is gone; only a new process can use it again."""


class EngineStoppedError(EngineError):
    """The engine is not running: never started, closed, or dead."""


class WireError(EngineError):
    """A message from or to an engine in another process cannot be read, or cannot be written."""
