"""The tables of the jobs' file, and how a connection to it is opened so that what it says is safe on the disk."""

import os
import sqlite3
from pathlib import Path

from engine.files.sqlite_tables import make_tables

#: Of the tables; a file with another one is left alone.
VERSION = 1
#: Longest to wait for another process that writes.
BUSY_SECONDS = 2.0

_TABLES = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    turn REAL NOT NULL,
    body TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    cancel INTEGER NOT NULL DEFAULT 0,
    token TEXT NOT NULL DEFAULT '',
    lease REAL,
    written INTEGER NOT NULL DEFAULT 0,
    key TEXT,
    digest TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '{}',
    webhook TEXT NOT NULL,
    webhook_due REAL,
    webhook_attempts INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_by_key ON jobs (owner, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_by_owner ON jobs (owner, id);
CREATE INDEX jobs_by_turn ON jobs (model, state, turn, id);
CREATE INDEX jobs_by_end ON jobs (state, ended);
CREATE INDEX jobs_by_webhook ON jobs (webhook_due) WHERE webhook_due IS NOT NULL;
CREATE TABLE files (
    job TEXT PRIMARY KEY,
    data BLOB NOT NULL
);
CREATE TABLE events (
    job TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE pictures (
    job TEXT NOT NULL,
    place INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (job, place)
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made where it is not there: for its owner alone.

    A commit is on the disk when it returns: the log is flushed each time (`synchronous=FULL`), and so is the folder
    that holds a new file's name. Deleted rows are overwritten.

    Raises:
        sqlite3.Error, OSError: The file cannot be made, or is not what it should be.
    """
    new = not path.exists()
    if new:
        _make(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        durable(connection, True)
        connection.execute("PRAGMA secure_delete = ON")
        make_tables(connection, _TABLES, VERSION)
    except BaseException:
        connection.close()
        raise
    if new:
        _flush_folder(path.parent)
    connection.row_factory = sqlite3.Row
    return connection


def durable(connection: sqlite3.Connection, wanted: bool) -> None:
    """Whether commits wait for the disk; those that do not are lost with the machine, never with the process."""
    connection.execute(f"PRAGMA synchronous = {'FULL' if wanted else 'NORMAL'}")


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
