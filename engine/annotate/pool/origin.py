"""Where a picture comes from and what may be done with it; and what a source of pictures is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from engine.annotate.refusal import Refused

#: The licence of a picture whose source names none: it is kept in the pool, and published only where that is asked for.
UNKNOWN = "unknown"
#: The licence of pictures that this project draws.
OWN = "own"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """One way by which a picture came.

    Attributes:
        source: Which source, such as ``flickr``.
        key: The source's own id of it.
        licence: Its name or address, as the source gives it.
        url: Where its bytes were.
        page: Where people find it.
        author: Whom to name.
        text: What the source says of it, such as its alternative text.
    """

    source: str
    key: str
    licence: str = UNKNOWN
    url: str | None = None
    page: str | None = None
    author: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A picture that a source has: `read` gives its bytes, or raises OSError; without it the URL is fetched."""

    origin: Origin
    read: Callable[[], bytes] | None = None


class Source(Protocol):
    """A source of pictures."""

    @property
    def name(self) -> str:
        """What the origins of its pictures call it."""

    def offers(self) -> AsyncIterator[Offer | Refused]:
        """Its pictures, one after another; what names none rightly comes as the error that says what is wrong."""
