"""One SQLite file behind one thread: work is done there in order, each piece as one transaction.

It does not know what the tables hold.
"""

import asyncio
import errno
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine.files.sqlite_tables import transaction
from server.jobs.sqlite.schema import connect, durable
from server.jobs.store import StorageFullError, StoreDownError

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: SQLite's names for a write that found no room: of the disk, of a quota, of a limit on the size of files.
_FULL = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
}
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Database:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        #: Whether the last transaction failed, which the log was told then.
        self._failing = False

    async def run(self, work: Callable[[sqlite3.Connection], T], *, absent: T, quick: bool = False) -> T:
        """What `work` gives; `absent` where there is no file yet. A `quick` write does not wait for the disk.

        Raises:
            StoreDownError, StorageFullError: And nothing of it happened.
        """
        return await self._submit(lambda: self._transaction(work, quick) if self.path.exists() else absent)

    async def make(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same; makes the file where there is none."""
        return await self._submit(lambda: self._transaction(work, False))

    async def shrink(self) -> None:
        """Gives the room of what was deleted back to the disk."""
        # Of `execute`, Python takes one step, which frees one page; a script is run to its end.
        await self._submit(lambda: self._connected().executescript("PRAGMA incremental_vacuum"))

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
            self._thread.shutdown()

    async def _submit(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreDownError("the store of jobs is closed")
        # Shielded: who leaves while it runs does not keep the thread from finishing it.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._translated, work))

    def _translated(self, work: Callable[[], T]) -> T:
        try:
            return self._refused_in_words(work)
        except (StoreDownError, StorageFullError) as error:
            if not self._failing:
                logger.error("%s; jobs are refused until it can be used", error)
            self._failing = True
            raise

    def _refused_in_words(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0)
            if code in _FULL:
                raise StorageFullError(f"no room for {self.path}: {error}") from error
            if code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}:
                self._disconnect()
            raise StoreDownError(f"{self.path} cannot be used: {error}") from error
        except OSError as error:
            if error.errno in _FULL_DISK:
                raise StorageFullError(f"no room for {self.path}: {error.strerror}") from error
            raise StoreDownError(f"{self.path} cannot be used: {error.strerror}") from error

    def _transaction(self, work: Callable[[sqlite3.Connection], T], quick: bool) -> T:
        connection = self._connected()
        if quick:
            durable(connection, False)
        try:
            with transaction(connection):
                done = work(connection)
            if self._failing:
                self._failing = False
                logger.info("%s can be used again", self.path)
            return done
        finally:
            if quick:
                durable(connection, True)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and not self.path.exists():
            logger.error("%s was taken away; what it held is gone", self.path)
            self._disconnect()
        if self._connection is None:
            self._connection = connect(self.path)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
