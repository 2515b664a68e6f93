"""The keys that a server knows: read again when their file changes, found in constant time, ended if revoked."""

import asyncio
import hmac
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from server.auth.key import check_key, digest_of
from server.auth.keys_file import Key, KeysFileError, read_keys

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5

#: What tells one state of a file from another.
_Signature = tuple[int, ...]


class KeyRefusedError(Exception):
    """Why a key is not accepted, without the key."""


class Keyring:
    """With no file there are no keys, and nobody is asked for one; a file that comes later is seen."""

    def __init__(self, path: Path | None) -> None:
        """Reads the file, if it is there.

        Args:
            path: Of the keys; None asks nobody for a key, whatever files there are.

        Raises:
            KeysFileError: It is there and cannot be used.
        """
        self._path = path
        self._keys: Sequence[Key] = ()
        self._ends: dict[str, asyncio.Event] = {}
        self._seen: _Signature | None = None
        self._complaint = ""
        self.asked = False
        if path is not None and (signature := _signature(path)) is not None:
            self._keys, self._seen, self.asked = read_keys(path), signature, True

    def good(self) -> list[Key]:
        """The keys that are accepted now."""
        now = datetime.now(UTC)
        return [key for key in self._keys if not key.fault(now)]

    def find(self, text: str) -> Key:
        """The key that a text is; how long it takes does not tell which it is, or nearly is.

        Raises:
            KeyRefusedError: It is none, or one that is good for nothing.
        """
        try:
            check_key(text)
        except ValueError as error:
            raise KeyRefusedError(str(error)) from error
        digest, found = digest_of(text), None
        for key in self._keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        if found is None:
            raise KeyRefusedError("no such key is known here")
        if fault := found.fault(datetime.now(UTC)):
            raise KeyRefusedError(f"the key {found.name} {fault}")
        return found

    def named(self, name: str) -> Key | None:
        """The key of a caller."""
        return next((key for key in self._keys if key.name == name), None)

    def concurrent(self, name: str) -> int | None:
        """Generations that a caller may have at a time; None means any number."""
        key = self.named(name)
        return None if key is None else key.concurrent

    def end_of(self, key: Key) -> asyncio.Event:
        """Set as soon as the key is good for nothing any more, so that what it began ends."""
        return self._ends.setdefault(key.sha256, asyncio.Event())

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Keeps an eye on the file, off the event loop, for as long as the block runs."""
        if self._path is None:
            yield
            return
        watcher = asyncio.create_task(self._watch(self._path), name="keys")
        try:
            yield
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)

    async def _watch(self, path: Path) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            signature, keys, complaint = await asyncio.to_thread(_look, path, self._seen)
            self._complain(path, complaint)
            if keys is not None:
                logger.info("%s: %d keys", path, len(keys))
                self._keys, self.asked = keys, True
            if not complaint:
                self._seen = signature
            self._end_what_is_over()

    def _complain(self, path: Path, complaint: str) -> None:
        """Once for each trouble; the keys that were read last stay good."""
        if not self.asked and not self._seen and complaint == _missing(path):
            return
        if complaint and complaint != self._complaint:
            logger.error("%s; the keys that were read before stay in use", complaint)
        elif self._complaint and not complaint:
            logger.info("%s: readable again", path)
        self._complaint = complaint

    def _end_what_is_over(self) -> None:
        good = {key.sha256 for key in self.good()}
        for digest in self._ends.keys() - good:
            self._ends.pop(digest).set()


def _look(path: Path, seen: _Signature | None) -> tuple[_Signature | None, tuple[Key, ...] | None, str]:
    """The file's state, its keys where that is a new one, and what is wrong with it."""
    signature = _signature(path)
    if signature is None:
        return None, None, _missing(path)
    if signature == seen:
        return signature, None, ""
    try:
        return signature, read_keys(path), ""
    except KeysFileError as error:
        return signature, None, str(error)


def _signature(path: Path) -> _Signature | None:
    """None where there is no file; where it cannot even be looked at, reading it says why."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    except OSError:
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _missing(path: Path) -> str:
    return f"{path}: No such file or directory"
