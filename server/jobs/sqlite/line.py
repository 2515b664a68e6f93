"""Who runs which job: the line, leases and their heartbeats."""

import secrets
import sqlite3
import time

from server.jobs.record import Job, Lease, Update
from server.jobs.sqlite.rows import COLUMNS, add_event, end, find, job_of, note
from server.jobs.store import Hold


def take(
    connection: sqlite3.Connection, model: str, lease_seconds: float, attempts: int, given_up: str, alone: bool
) -> Lease | None:
    now = time.time()
    _give_up(connection, model, attempts, given_up, now)
    lost = connection.execute(
        f"SELECT {COLUMNS} FROM jobs WHERE model = ? AND state = 'running' AND lease < ? ORDER BY turn, id LIMIT 1",
        (model, now),
    ).fetchone()
    row = (
        lost
        or connection.execute(
            f"SELECT {COLUMNS} FROM jobs WHERE model = ? AND state = 'queued' ORDER BY turn, id LIMIT 1", (model,)
        ).fetchone()
    )
    if row is None or (row["attempts"] >= attempts - 1 and not alone):
        return None
    return _lease(connection, job_of(row), now, lease_seconds)


def _give_up(connection: sqlite3.Connection, model: str, attempts: int, given_up: str, now: float) -> None:
    """Ends jobs whose runner is gone and that nobody is to run again."""
    rows = connection.execute(
        "SELECT id, cancel FROM jobs WHERE model = ? AND state = 'running' AND lease < ? AND (cancel OR attempts >= ?)",
        (model, now, attempts),
    ).fetchall()
    for row in rows:
        if row["cancel"]:
            end(connection, row["id"], "cancelled", now)
        else:
            end(connection, row["id"], "failed", now, given_up)


def _lease(connection: sqlite3.Connection, job: Job, now: float, seconds: float) -> Lease:
    token = secrets.token_hex(16)
    connection.execute(
        "UPDATE jobs SET state = 'running', token = ?, lease = ?, written = 0, attempts = attempts + 1, started = ? "
        "WHERE id = ?",
        (token, now + seconds, now, job.id),
    )
    found = find(connection, job.id)
    file = connection.execute("SELECT data FROM files WHERE job = ?", (job.id,)).fetchone()
    assert found is not None
    return Lease(job=found, token=token, file=file and bytes(file["data"]))


def renew(connection: sqlite3.Connection, job_id: str, token: str, lease_seconds: float) -> Hold:
    changed = connection.execute(
        "UPDATE jobs SET lease = ? WHERE id = ? AND token = ? AND state = 'running'",
        (time.time() + lease_seconds, job_id, token),
    )
    if not changed.rowcount:
        return Hold.LOST
    cancel = connection.execute("SELECT cancel FROM jobs WHERE id = ?", (job_id,)).fetchone()["cancel"]
    return Hold.CANCELLED if cancel else Hold.HELD


def write(connection: sqlite3.Connection, job_id: str, token: str, update: Update) -> bool:
    row = connection.execute("SELECT state, token, written FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None or row["token"] != token:
        return False
    if row["written"] >= update.number:
        return True
    if row["state"] != "running":
        return False
    connection.execute("UPDATE jobs SET written = ? WHERE id = ?", (update.number, job_id))
    for name, data in update.events:
        add_event(connection, job_id, name, data)
    for picture in update.pictures:
        connection.execute(
            "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?)",
            (job_id, picture.index, picture.media_type, picture.data),
        )
    note(connection, job_id, update.notes)
    if update.state is not None:
        end(connection, job_id, update.state, time.time())
    return True


def release(connection: sqlite3.Connection, job_id: str, token: str, counted: bool) -> None:
    connection.execute(
        "UPDATE jobs SET state = 'queued', token = '', lease = NULL, started = NULL, attempts = attempts - ? "
        "WHERE id = ? AND token = ? AND state = 'running'",
        (0 if counted else 1, job_id, token),
    )
    wanted_no_more = connection.execute(
        "SELECT 1 FROM jobs WHERE id = ? AND state = 'queued' AND cancel", (job_id,)
    ).fetchone()
    if wanted_no_more:
        end(connection, job_id, "cancelled", time.time())
