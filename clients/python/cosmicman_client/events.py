"""What a stream tells, in the order it happens: queued, started, step, preview, image, finished."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cosmicman_client.models import Image, NotThisError, Record, Settings, file_of


@dataclass(frozen=True, kw_only=True)
class Queued(Record):
    """In line; `position` requests are before it. Comes again whenever that changes."""

    id: str
    position: int


@dataclass(frozen=True, kw_only=True)
class Started(Record):
    """The request runs, with these settings."""

    settings: Settings

    @classmethod
    def read(cls, document: object) -> "Started":
        """The record in a `started` event."""
        return cls(settings=Settings.read(document))


@dataclass(frozen=True, kw_only=True)
class Step(Record):
    """Denoising steps done, of those of all pictures."""

    completed: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Preview(Record):
    """A small, rough picture of where the denoising is; only with `preview_every`."""

    data: bytes = field(repr=False)
    media_type: str
    index: int = 0
    completed: int = 0
    total: int = 0
    width: int = 0
    height: int = 0

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        return file_of(value) if name == "data" else value


@dataclass(frozen=True, kw_only=True)
class ImageReady(Record):
    """A finished picture."""

    image: Image

    @classmethod
    def read(cls, document: object) -> "ImageReady":
        """The record in an `image` event."""
        return cls(image=Image.read(document))


@dataclass(frozen=True, kw_only=True)
class Finished(Record):
    """All pictures were told."""

    id: str
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cancelled(Record):
    """The job was cancelled; the last event of its stream."""

    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """An event of a newer server."""

    name: str
    data: Any


Event: TypeAlias = Queued | Started | Step | Preview | ImageReady | Finished | Cancelled | Unknown

KINDS: Mapping[str, type[Record]] = {
    "queued": Queued,
    "started": Started,
    "step": Step,
    "preview": Preview,
    "image": ImageReady,
    "finished": Finished,
    "cancelled": Cancelled,
}
#: After these nothing comes.
LAST = ("finished", "cancelled", "error")


def event_of(name: str, document: object) -> Event:
    """The event with this name.

    Raises:
        NotThisError: Its data is not what the name says.
    """
    kind = KINDS.get(name)
    if kind is None:
        return Unknown(name=name, data=document)
    event = kind.read(document)
    if not isinstance(event, Queued | Started | Step | Preview | ImageReady | Finished | Cancelled):
        raise NotThisError(f"{name} is no event")
    return event
