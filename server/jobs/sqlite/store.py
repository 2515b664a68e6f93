"""The store of jobs on this machine's disk: a job answered 202 survives the process, and the power.

Several gateways of one machine may share the file.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from server.jobs.record import STATES, Job, Lease, Message, NewJob, Picture, State, StoredEvent, Update
from server.jobs.sqlite import line, upkeep
from server.jobs.sqlite.database import Database
from server.jobs.sqlite.rows import COLUMNS, add_event, end, find, job_of
from server.jobs.store import Hold, KeyUsedError, LineFullError

logger = logging.getLogger(__name__)


class SqliteJobs:
    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    async def open(self) -> None:
        """Nothing: the file is made when the first job comes."""

    async def close(self) -> None:
        await self._database.close()

    async def accept(self, job: NewJob, most: int) -> tuple[Job, bool]:
        return await self._database.make(partial(_accept, job=job, most=most))

    async def find(self, job_id: str) -> Job | None:
        return await self._database.run(lambda connection: find(connection, job_id), absent=None, quick=True)

    async def position(self, job: Job) -> int:
        return await self._database.run(partial(_position, job_id=job.id, model=job.model), absent=0, quick=True)

    async def newest(self, owner: str, before: str, state: State | None, most: int) -> Sequence[Job]:
        def work(connection: sqlite3.Connection) -> Sequence[Job]:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM jobs WHERE owner = ? AND id < ? AND (? IS NULL OR state = ?) "
                "ORDER BY id DESC LIMIT ?",
                (owner, before or "g", state, state, most),
            )
            return [job_of(row) for row in rows]

        return await self._database.run(work, absent=(), quick=True)

    async def cancel(self, job_id: str) -> Job | None:
        return await self._database.run(partial(_cancel, job_id=job_id), absent=None)

    async def take(self, model: str, lease_seconds: float, attempts: int, given_up: str, alone: bool) -> Lease | None:
        work = partial(
            line.take, model=model, lease_seconds=lease_seconds, attempts=attempts, given_up=given_up, alone=alone
        )
        return await self._database.run(work, absent=None)

    async def renew(self, job_id: str, token: str, lease_seconds: float) -> Hold:
        work = partial(line.renew, job_id=job_id, token=token, lease_seconds=lease_seconds)
        return await self._database.run(work, absent=Hold.LOST, quick=True)

    async def write(self, job_id: str, token: str, update: Update) -> bool:
        work = partial(line.write, job_id=job_id, token=token, update=update)
        return await self._database.run(work, absent=False, quick=update.state is None)

    async def release(self, job_id: str, token: str, counted: bool) -> None:
        work = partial(line.release, job_id=job_id, token=token, counted=counted)
        await self._database.run(work, absent=None)

    async def events(self, job_id: str, after: int) -> Sequence[StoredEvent]:
        def work(connection: sqlite3.Connection) -> Sequence[StoredEvent]:
            rows = connection.execute(
                "SELECT number, name, data FROM events WHERE job = ? AND number > ? ORDER BY number LIMIT 256",
                (job_id, after),
            )
            return [StoredEvent(**dict(row)) for row in rows]

        return await self._database.run(work, absent=(), quick=True)

    async def picture(self, job_id: str, index: int) -> Picture | None:
        def work(connection: sqlite3.Connection) -> Picture | None:
            row = connection.execute(
                "SELECT media_type, data FROM pictures WHERE job = ? AND place = ?", (job_id, index)
            ).fetchone()
            return row and Picture(index=index, media_type=row["media_type"], data=bytes(row["data"]))

        return await self._database.run(work, absent=None, quick=True)

    async def counts(self) -> Mapping[str, int]:
        def work(connection: sqlite3.Connection) -> dict[str, int]:
            return dict(connection.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state").fetchall())

        none: dict[str, int] = {state: 0 for state in STATES}
        return none | await self._database.run(work, absent=none, quick=True)

    async def sweep(self, model: str, seconds: float, unserved: str) -> int:
        work = partial(upkeep.sweep, model=model, seconds=seconds, unserved=unserved)
        deleted = await self._database.run(work, absent=0)
        if deleted:
            await self._database.shrink()
        return deleted

    async def message(self, lease_seconds: float) -> Message | None:
        return await self._database.run(partial(upkeep.message, lease_seconds=lease_seconds), absent=None)

    async def told(self, job_id: str, outcome: str, again_seconds: float | None) -> None:
        work = partial(upkeep.told, job_id=job_id, outcome=outcome, again_seconds=again_seconds)
        await self._database.run(work, absent=None)


def _accept(connection: sqlite3.Connection, job: NewJob, most: int) -> tuple[Job, bool]:
    if job.key:
        row = connection.execute(
            f"SELECT digest, {COLUMNS} FROM jobs WHERE owner = ? AND key = ?", (job.owner, job.key)
        ).fetchone()
        if row is not None:
            if row["digest"] != job.digest:
                raise KeyUsedError("the key came before, with another body")
            found = find(connection, row["id"])
            assert found is not None
            return found, True
    waiting = _position(connection, None, job.model)
    if waiting >= most:
        raise LineFullError(f"{waiting} jobs are waiting, which is the limit")
    now = time.time()
    connection.execute(
        "INSERT INTO jobs (id, owner, model, state, turn, body, created, key, digest, webhook) "
        "VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)",
        (job.id, job.owner, job.model, now - job.head_start, job.body, now, job.key or None, job.digest, job.webhook),
    )
    if job.file is not None:
        connection.execute("INSERT INTO files VALUES (?, ?)", (job.id, job.file))
    position = _position(connection, job.id, job.model)
    add_event(connection, job.id, "queued", json.dumps({"id": job.id, "position": position}, separators=(",", ":")))
    found = find(connection, job.id)
    assert found is not None
    return found, False


def _position(connection: sqlite3.Connection, job_id: str | None, model: str) -> int:
    """How many wait before a job, or in all."""
    count = connection.execute(
        "SELECT COUNT(*) FROM jobs WHERE model = ? AND state = 'queued' AND "
        "(? IS NULL OR (turn, id) < (SELECT turn, id FROM jobs WHERE id = ?))",
        (model, job_id, job_id),
    ).fetchone()[0]
    return int(count)


def _cancel(connection: sqlite3.Connection, job_id: str) -> Job | None:
    job = find(connection, job_id)
    if job is not None and job.state == "queued":
        end(connection, job_id, "cancelled", time.time())
    elif job is not None and job.state == "running":
        connection.execute("UPDATE jobs SET cancel = 1 WHERE id = ?", (job_id,))
    return find(connection, job_id)
