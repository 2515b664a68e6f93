"""What keeps jobs, whatever it is: the one interface that a store on disk and one in Redis share.

::

    StoreError
    ├── StoreDownError     it does not answer; later it may
    ├── StorageFullError   it has no room
    ├── LineFullError      as many jobs wait as may
    └── KeyUsedError       the Idempotency-Key came before, with another body

Every call is one transaction: it happened as a whole or not at all, or it raised StoreDownError and nobody knows. All
of them may be made again.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Protocol

from server.jobs.record import Job, Lease, Message, NewJob, Picture, State, StoredEvent, Update


class StoreError(Exception):
    """A store did not do what it was asked for; the message says why, without secrets."""


class StoreDownError(StoreError):
    """The store does not answer."""


class StorageFullError(StoreError):
    """Disk or memory is full."""


class LineFullError(StoreError):
    """As many jobs wait as may."""


class KeyUsedError(StoreError):
    """The key belongs to another body."""


class Hold(Enum):
    """What a heartbeat learns."""

    HELD = "held"
    CANCELLED = "cancelled"
    LOST = "lost"


class JobStore(Protocol):
    """Every method raises StoreDownError, those that write StorageFullError too.

    Methods with a `token` are for whoever holds the lease: with another token they change nothing and say so.
    """

    async def open(self) -> None:
        """Looks whether the store is there, and warns in the log of what it does not promise; raises nothing."""

    async def close(self) -> None: ...

    async def accept(self, job: NewJob, most: int) -> tuple[Job, bool]:
        """The job, safe against anything that may happen to this process; True if its key had brought it before.

        Raises:
            LineFullError: `most` jobs of its model wait.
            KeyUsedError: The key came with another digest.
        """

    async def find(self, job_id: str) -> Job | None: ...

    async def position(self, job: Job) -> int:
        """How many jobs of its model stand in line before a queued one."""

    async def newest(self, owner: str, before: str, state: State | None, most: int) -> Sequence[Job]:
        """An owner's jobs with ids under `before` ("" for all), newest first."""

    async def cancel(self, job_id: str) -> Job | None:
        """Ends a queued job; asks whoever runs it to end a running one; an ended one stays as it is."""

    async def take(self, model: str, lease_seconds: float, attempts: int, given_up: str, alone: bool) -> Lease | None:
        """A job of the model to run: one whose lease ran out, or the first in line.

        One that was begun `attempts` times and never let go fails with the problem `given_up`. One at its last attempt
        is given only to who runs nothing else (`alone`), so that it harms no other if it is what ends processes;
        until then there is nothing for anybody who does.
        """

    async def renew(self, job_id: str, token: str, lease_seconds: float) -> Hold: ...

    async def write(self, job_id: str, token: str, update: Update) -> bool:
        """False if the lease is another's by now, and nothing was written."""

    async def release(self, job_id: str, token: str, counted: bool) -> None:
        """Puts a job back to the head of the line; `counted` keeps the attempt."""

    async def events(self, job_id: str, after: int) -> Sequence[StoredEvent]:
        """Those with larger numbers, at most 256."""

    async def picture(self, job_id: str, index: int) -> Picture | None: ...

    async def counts(self) -> Mapping[str, int]:
        """How many jobs are in each state."""

    async def sweep(self, model: str, seconds: float, unserved: str) -> int:
        """Deletes what ended longer ago, and fails with the problem `unserved` what waited longer for another model.

        A job whose receiver is still to be told is kept. Returns how many were deleted.
        """

    async def message(self, lease_seconds: float) -> Message | None:
        """One that is due; nobody else gets it for so long."""

    async def told(self, job_id: str, outcome: str, again_seconds: float | None) -> None:
        """Notes how telling went; None ends it."""
