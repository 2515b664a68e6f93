"""The pool's index: one SQLite file, which is whole whatever ends the process.

It knows tables; it does not know files of pictures.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.files.sqlite_tables import transaction

FORMAT = 1
BUSY_SECONDS = 30.0

_TABLES = """
CREATE TABLE IF NOT EXISTS picture (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, size_bytes INTEGER NOT NULL, added_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS origin (
    source TEXT NOT NULL, key TEXT NOT NULL, picture TEXT NOT NULL, licence TEXT NOT NULL,
    url TEXT, page TEXT, author TEXT, text TEXT, added_at REAL NOT NULL, PRIMARY KEY (source, key)
);
CREATE INDEX IF NOT EXISTS origin_picture ON origin (picture);
CREATE INDEX IF NOT EXISTS origin_url ON origin (url);
CREATE TABLE IF NOT EXISTS taken_down (id TEXT PRIMARY KEY, reason TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS taken_down_look (look TEXT PRIMARY KEY, reason TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refused (
    source TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE TABLE IF NOT EXISTS look (picture TEXT PRIMARY KEY, look TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS verdict (
    picture TEXT PRIMARY KEY, stages TEXT NOT NULL, stage TEXT, reason TEXT, message TEXT, found TEXT, at REAL NOT NULL
);
"""


class Database:
    """A connection, for one thread."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file.

        Raises:
            ValueError: It is no index of a pool, or of a newer version.
            OSError: It cannot be opened or made.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            (found,) = self.connection.execute("PRAGMA user_version").fetchone()
            if found > FORMAT:
                raise ValueError(f"{path} is of version {found}; this program reads up to {FORMAT}")
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.executescript(f"{_TABLES} PRAGMA user_version = {FORMAT};")
        except sqlite3.OperationalError as error:
            raise _as_os_error(error, path) from error
        except sqlite3.DatabaseError as error:
            raise ValueError(f"{path} is no index of a pool: {error}") from error
        self.path = path

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, kept whole or not at all.

        Raises:
            OSError: The disk is full, or another process holds the file for too long.
        """
        try:
            with transaction(self.connection):
                yield self.connection
        except sqlite3.OperationalError as error:
            raise _as_os_error(error, self.path) from error

    def rows(self, query: str, *values: object) -> Iterator[sqlite3.Row]:
        """What a query finds."""
        yield from self.connection.execute(query, values)

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        """The first row that a query finds."""
        row: sqlite3.Row | None = self.connection.execute(query, values).fetchone()
        return row

    def close(self) -> None:
        """Ends the connection."""
        self.connection.close()


def _as_os_error(error: sqlite3.OperationalError, path: Path) -> OSError:
    full = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
    return OSError(errno.ENOSPC if full else errno.EIO, f"the index cannot be used: {error}", str(path))
