"""The tables of the ledger, and how a connection is opened so that what it says is safe on the disk.

It knows SQLite; it does not know what a round does.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.annotate.ledger.errors import LedgerError, LedgerFullError
from engine.files import sqlite_tables

VERSION = 1
BUSY_SECONDS = 30.0  # longest to wait for another process that writes
_FULL = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
_TABLES = """
CREATE TABLE rounds (
    number INTEGER PRIMARY KEY,
    settings TEXT NOT NULL,
    machine TEXT NOT NULL,
    began REAL NOT NULL,
    ended REAL
);
CREATE TABLE steps (
    round INTEGER NOT NULL,
    step TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (round, step)
) WITHOUT ROWID;
CREATE TABLE questions (
    round INTEGER NOT NULL,
    place INTEGER NOT NULL,
    picture TEXT NOT NULL,
    attribute TEXT NOT NULL,
    purpose TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    PRIMARY KEY (round, picture, attribute)
) WITHOUT ROWID;
CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    round INTEGER NOT NULL,
    picture TEXT NOT NULL,
    attribute TEXT NOT NULL,
    annotator TEXT NOT NULL,
    person INTEGER NOT NULL,
    value TEXT NOT NULL,
    confidence REAL,
    seconds REAL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX answers_once ON answers (round, picture, attribute, annotator) WHERE undone = 0;
CREATE TABLE outside (
    round INTEGER NOT NULL,
    picture TEXT NOT NULL,
    attribute TEXT NOT NULL,
    annotator TEXT NOT NULL,
    said TEXT NOT NULL,
    why TEXT NOT NULL
);
CREATE TABLE decisions (
    round INTEGER NOT NULL,
    attribute TEXT NOT NULL,
    stage TEXT NOT NULL,
    asked INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (round, attribute, stage)
) WITHOUT ROWID;
CREATE TABLE machines (
    name TEXT PRIMARY KEY,
    round INTEGER NOT NULL,
    file TEXT NOT NULL,
    answers INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE labels (
    picture TEXT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    confidence REAL,
    annotator TEXT NOT NULL,
    round INTEGER NOT NULL,
    PRIMARY KEY (picture, attribute)
) WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the file, made for its owner alone where it is not there; each commit reaches the disk.

    Raises:
        LedgerError: The file cannot be made, or is no ledger of this version.
    """
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            sqlite_tables.make_tables(connection, _TABLES, VERSION)
        except BaseException:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        return connection


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of the block or nothing.

    Raises:
        LedgerError, LedgerFullError: And nothing of it was kept.
    """
    with translated(path):
        with sqlite_tables.transaction(connection):
            yield


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as the ledger's, the file named."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) in _FULL:
            raise LedgerFullError(f"no room for {path}: {error}; nothing of this step was kept") from error
        raise LedgerError(f"{path} cannot be used as a ledger: {error}") from error
    except OSError as error:
        raise LedgerError(f"{path} cannot be used as a ledger: {error.strerror}") from error
