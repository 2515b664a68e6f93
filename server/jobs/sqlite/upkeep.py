"""What the file is kept in order by: results that expire, jobs that nobody serves, receivers that are to be told."""

import json
import sqlite3
import time

from server.jobs.record import Message
from server.jobs.sqlite.rows import end, find, note

_MOST = 100


def sweep(connection: sqlite3.Connection, model: str, seconds: float, unserved: str) -> int:
    now = time.time()
    waiting = connection.execute(
        "SELECT id FROM jobs WHERE state = 'queued' AND model <> ? AND created < ? LIMIT ?",
        (model, now - seconds, _MOST),
    ).fetchall()
    for row in waiting:
        end(connection, row["id"], "failed", now, unserved)
    old = connection.execute(
        "SELECT id FROM jobs WHERE state IN ('finished', 'failed', 'cancelled') AND ended < ? AND webhook_due IS NULL "
        "LIMIT ?",
        (now - seconds, _MOST),
    ).fetchall()
    for row in old:
        for table in ("events", "pictures", "files"):
            connection.execute(f"DELETE FROM {table} WHERE job = ?", (row["id"],))
        connection.execute("DELETE FROM jobs WHERE id = ?", (row["id"],))
    return len(old)


def message(connection: sqlite3.Connection, lease_seconds: float) -> Message | None:
    now = time.time()
    row = connection.execute(
        "SELECT id, webhook_attempts FROM jobs WHERE webhook_due <= ? ORDER BY webhook_due LIMIT 1", (now,)
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE jobs SET webhook_due = ? WHERE id = ?", (now + lease_seconds, row["id"]))
    job = find(connection, row["id"])
    assert job is not None
    return Message(job=job, attempts=row["webhook_attempts"])


def told(connection: sqlite3.Connection, job_id: str, outcome: str, again_seconds: float | None) -> None:
    due = None if again_seconds is None else time.time() + again_seconds
    connection.execute(
        "UPDATE jobs SET webhook_due = ?, webhook_attempts = webhook_attempts + 1 WHERE id = ?", (due, job_id)
    )
    note(connection, job_id, {"webhook": json.dumps(outcome)})
