"""What is known of a job, and what becomes of it: plain data, the same whichever store keeps it.

It knows neither HTTP nor a store. Times are seconds since 1970, those of the store's clock.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["queued", "running", "finished", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "running", "finished", "failed", "cancelled")
#: What a job ends in; it stays in it.
ENDED: tuple[State, ...] = ("finished", "failed", "cancelled")


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job before a store has taken it.

    Attributes:
        id: Of `new_id`.
        owner: The caller it belongs to; nobody else is told that it exists.
        model: Name and version of the model that it was judged for; another leaves it alone.
        body: The request, as JSON text, with its seed, without its file.
        file: The picture that the request starts from.
        head_start: Seconds that it stands in line as if it had come earlier.
        key: The caller's Idempotency-Key; "" for none.
        digest: Of the body as it came: another body under the same key is refused.
        webhook: Whom to tell when it ends; "" for nobody.
    """

    id: str
    owner: str
    model: str
    body: str
    file: bytes | None = field(default=None, repr=False)
    head_start: float = 0.0
    key: str = ""
    digest: str = ""
    webhook: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as a store tells of it.

    Attributes:
        created: When it was accepted.
        started: When its latest attempt began.
        ended: When it ended.
        attempts: How often it was begun.
        cancel: Whether its owner wants it no more; who runs it sees that at its next heartbeat.
        notes: What running it brought, by name: JSON values as text.
    """

    id: str
    owner: str
    model: str
    state: State
    body: str = field(repr=False)
    created: float
    started: float | None = None
    ended: float | None = None
    attempts: int = 0
    cancel: bool = False
    webhook: str = ""
    notes: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to run a job until it is taken away; `token` proves it with every word written."""

    job: Job
    token: str
    file: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """One event of a job; numbers rise by one from 1, also over several attempts."""

    number: int
    name: str
    data: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    index: int
    media_type: str
    data: bytes = field(repr=False)


@dataclass(kw_only=True)
class Update:
    """What whoever runs a job has to write down, all of it at once or none.

    Attributes:
        number: Of the lease's updates, from 1; the store does none of them twice, so one may be sent again.
        events: Names and data, in order.
        notes: Those that changed.
        pictures: New ones; one with a known index takes its place.
        state: What the job ends in; None while it goes on.
    """

    number: int = 1
    events: list[tuple[str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    state: State | None = None


@dataclass(frozen=True, kw_only=True)
class Message:
    """An ended job whose receiver is to be told; `attempts` failed already."""

    job: Job
    attempts: int


_lock = threading.Lock()
_latest = 0


def new_id() -> str:
    """32 hexadecimal digits that nobody guesses; those of one process sort in the order they were made."""
    global _latest
    with _lock:
        _latest = max(_latest + 1, time.time_ns() >> 4)
        stamp = _latest
    return f"{stamp:016x}{secrets.token_hex(8)}"


def is_id(text: str) -> bool:
    return len(text) == 32 and all(letter in "0123456789abcdef" for letter in text)
