"""What one attempt at a job has to write down, in order; while the store is away it is kept here.

It knows the store's fence: who lost the lease writes nothing more.
"""

import asyncio
import json
import time
from contextlib import suppress

from server.http import problems
from server.http.problems import ProblemError, placed
from server.jobs.record import Lease, Picture, State, Update
from server.jobs.store import JobStore, StorageFullError, StoreDownError
from server.schemas.base import Answer
from server.schemas.problem import Problem

#: Steps that follow each other faster are written together.
PAUSE_SECONDS = 0.1
RETRY_SECONDS = 0.5
#: How often a full disk is tried before the result is given up for a word on why.
FULL_TRIES = 3


class LeaseLostError(Exception):
    """Another runs the job by now, or it is gone."""


class Outbox:
    def __init__(self, store: JobStore, lease: Lease, root_path: str) -> None:
        self._store = store
        self._root_path = root_path
        self._lease = lease
        self._sending: Update | None = None
        self._next = Update(number=1)
        self._sent_at = 0.0
        self._urgent = False
        self._writing: asyncio.Task[None] | None = None

    def event(self, name: str, message: Answer) -> None:
        self._next.events.append((name, message.model_dump_json(exclude_none=True)))

    def note(self, **notes: object) -> None:
        self._next.notes |= {name: json.dumps(value) for name, value in notes.items()}

    def picture(self, picture: Picture) -> None:
        self._next.pictures.append(picture)

    def flush(self, *, soon: bool = False) -> None:
        """Has what there is written, beside the drawing, which waits for no store; `soon` may leave it for later."""
        if soon and time.monotonic() - self._sent_at < PAUSE_SECONDS:
            return
        self._urgent = self._urgent or not soon
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """A store that cannot take it is asked again later; of a lease that was lost the heartbeat tells."""
        with suppress(StoreDownError, StorageFullError, LeaseLostError):
            while True:
                self._urgent = False
                await self._send()
                if not self._urgent:
                    return
        self._sent_at = time.monotonic()

    async def close(self) -> None:
        """Writes nothing more beside the drawing."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def end(self, state: State, problem: Problem | None = None) -> State:
        """Writes the end, as long as it takes; on a full disk a job ends as failed, without its pictures.

        Returns what it ended in.

        Raises:
            LeaseLostError: Another ends it.
            StorageFullError: Not even that could be written.
        """
        await self.close()
        self._end(state, problem)
        tries = 0
        while True:
            try:
                while self._sending is not None or self._next.state is not None:
                    await self._send()
                return state
            except StoreDownError:
                pass
            except StorageFullError:
                tries += 1
                if tries == FULL_TRIES:
                    state = "failed"
                    self._drop()
                    self._end(state, placed(no_room(), self._lease.job.id, self._root_path))
                elif tries > 2 * FULL_TRIES:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    def drop_unsent(self) -> None:
        """Forgets what is not on its way yet: the job was cancelled."""
        self._next = Update(number=self._next.number)

    def _end(self, state: State, problem: Problem | None) -> None:
        if problem is not None:
            self.event("error", problem)
            self._next.notes["problem"] = problem.model_dump_json(exclude_none=True)
        self._next.state = state

    def _drop(self) -> None:
        """A full store wrote nothing, so its number is free."""
        number = self._sending.number if self._sending is not None else self._next.number
        self._sending, self._next = None, Update(number=number)
        self.note(pictures=[])

    async def _send(self) -> None:
        if self._sending is None:
            self._sending, self._next = self._next, Update(number=self._next.number + 1)
        # An update on its way stays as it is until the store has it: it may be there already.
        written = await self._store.write(self._lease.job.id, self._lease.token, self._sending)
        if not written:
            raise LeaseLostError
        self._sending = None
        self._sent_at = time.monotonic()


def no_room() -> ProblemError:
    return ProblemError(problems.STORAGE_FULL, "The pictures were made, but there was no room to keep them.")
