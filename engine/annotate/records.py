"""What the parts of the flywheel hand each other: a picture of the pool, and one answer about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class PoolPicture:
    """A picture of the pool. `id` is the SHA-256 of its bytes, in hexadecimal digits; `path` its file in the store."""

    id: str
    path: Path
    width: int
    height: int
    source: str
    licence: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one annotator (a machine with its version, or a person) says of one attribute of one picture.

    `attribute` and `value` are names of the protocol; `confidence` lies in 0 to 1, and is None where none is known.
    """

    picture: str
    attribute: str
    value: str
    annotator: str
    confidence: float | None = None
