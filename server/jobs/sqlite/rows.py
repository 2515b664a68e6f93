"""Rows of the jobs' table as jobs, and the two changes that several calls share: an event more, and an end."""

import json
import sqlite3
from typing import Any

from server.jobs.record import Job, State

COLUMNS = "id, owner, model, state, body, created, started, ended, attempts, cancel, webhook, notes"


def job_of(row: sqlite3.Row) -> Job:
    fields: dict[str, Any] = dict(row) | {"cancel": bool(row["cancel"]), "notes": json.loads(row["notes"])}
    return Job(**fields)


def find(connection: sqlite3.Connection, job_id: str) -> Job | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else job_of(row)


def add_event(connection: sqlite3.Connection, job_id: str, name: str, data: str) -> None:
    connection.execute(
        "INSERT INTO events SELECT ?, 1 + COALESCE(MAX(number), 0), ?, ? FROM events WHERE job = ?",
        (job_id, name, data, job_id),
    )


def end(connection: sqlite3.Connection, job_id: str, state: State, now: float, problem: str = "") -> None:
    """Ends a job for good; whoever is to be told is told from now on."""
    connection.execute(
        "UPDATE jobs SET state = ?, ended = ?, lease = NULL, webhook_due = CASE WHEN webhook = '' THEN NULL ELSE ? END "
        "WHERE id = ?",
        (state, now, now, job_id),
    )
    connection.execute("DELETE FROM files WHERE job = ?", (job_id,))
    if problem:
        note(connection, job_id, {"problem": problem})
        add_event(connection, job_id, "error", problem)
    elif state == "cancelled":
        add_event(connection, job_id, "cancelled", json.dumps({"id": job_id}))


def note(connection: sqlite3.Connection, job_id: str, notes: dict[str, str]) -> None:
    if notes:
        connection.execute(
            "UPDATE jobs SET notes = json_patch(notes, ?) WHERE id = ?", (json.dumps(notes, ensure_ascii=True), job_id)
        )
