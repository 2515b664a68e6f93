"""The file of API keys: names, digests and limits, never a key; read whole, written whole, by one at a time."""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.errors import WireError
from engine.files import json_fields
from engine.files.whole import whole_file

VERSION = 1
#: What a key may be good for.
GENERATE, METRICS = "generate", "metrics"
SCOPES = (GENERATE, METRICS)
MAX_FILE_BYTES = 4_000_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class KeysFileError(Exception):
    """The file cannot be read, or says what it may not; one line that names it."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What is known of a key; moments are ISO 8601 in UTC.

    Attributes:
        name: Whose it is; what belongs to a caller belongs to this name.
        sha256: Hexadecimal digest of the key.
        created: When it was made.
        expires: From when on it is good for nothing; None means never.
        revoked: When it was withdrawn; None means it was not.
        requests_per_minute: How many it may send; None means what the server's settings say.
        concurrent: Generations that it may have at a time, those in line included; None means any number.
        scopes: What it is good for, of SCOPES.
    """

    name: str
    sha256: str
    created: str
    expires: str | None = None
    revoked: str | None = None
    requests_per_minute: int | None = None
    concurrent: int | None = None
    scopes: tuple[str, ...] = (GENERATE,)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(
                f"name must be 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit; got {self.name[:80]!r}"
            )
        if not _DIGEST.fullmatch(self.sha256):
            raise ValueError("sha256 must be 64 hexadecimal digits in lower case")
        for field in ("created", "expires", "revoked"):
            if (text := getattr(self, field)) is not None:
                read_moment(text, field)
        for field in ("requests_per_minute", "concurrent"):
            if (number := getattr(self, field)) is not None and number < 1:
                raise ValueError(f"{field} must be at least 1; got {number}")
        if not self.scopes or not set(self.scopes) <= set(SCOPES):
            raise ValueError(f"scopes must be some of {', '.join(SCOPES)}; got {', '.join(self.scopes)[:80] or 'none'}")

    def fault(self, now: datetime) -> str:
        """Why it is good for nothing now; "" while it is good."""
        if self.revoked is not None:
            return "was revoked"
        if self.expires is not None and read_moment(self.expires, "expires") <= now:
            return f"expired at {self.expires}"
        return ""


@dataclass(frozen=True, kw_only=True)
class _File:
    version: int
    keys: tuple[Key, ...]


def read_keys(path: Path) -> tuple[Key, ...]:
    """All keys of a file, those that are good for nothing included.

    Raises:
        KeysFileError: It cannot be read, or is no file of keys.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise KeysFileError(f"{path}: {error.strerror or error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise KeysFileError(f"{path}: a file of keys has at most {MAX_FILE_BYTES} bytes; this has more")
    try:
        found = json_fields.read(json.loads(data), _File)
    except (ValueError, RecursionError, WireError) as error:
        raise KeysFileError(f"{path}: no file of keys: {_reason(error)}") from error
    if found.version != VERSION:
        raise KeysFileError(f"{path}: has version {found.version}; this program reads {VERSION}")
    for field in ("name", "sha256"):
        values = [getattr(key, field) for key in found.keys]
        if len(set(values)) != len(values):
            raise KeysFileError(f"{path}: no file of keys: two keys have the same {field}")
    return found.keys


@contextmanager
def editing(path: Path) -> Iterator[list[Key]]:
    """The keys of a file, to be changed in place; who else edits it waits, and readers see the old or the new file.

    Raises:
        KeysFileError: What is there cannot be read, or nothing can be written there; it is left alone.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeysFileError(f"{path.parent}: nothing can be written there: {error.strerror or error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys = list(read_keys(path)) if path.exists() else []
        yield keys
        _write(path, keys)
    finally:
        os.close(lock)


def _write(path: Path, keys: Sequence[Key]) -> None:
    tree = {"version": VERSION, "keys": [_plain(key) for key in keys]}
    with whole_file(path.resolve(), mode=0o600) as temporary:
        temporary.write_text(json.dumps(tree, indent=2) + "\n", encoding="utf-8")


def _plain(key: Key) -> dict[str, Any]:
    """Every field that says something, defaults included: people read the file too."""
    values = {field.name: getattr(key, field.name) for field in fields(key)}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value is not None
    }


def read_moment(text: str, what: str) -> datetime:
    """A date (its first moment) or a moment, in UTC where it does not say otherwise.

    Raises:
        ValueError: It is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{what} must be a date or a moment such as 2027-01-31 or 2027-01-31T12:00Z; got {text[:40]!r}"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} column {error.colno}: {error.msg}"
    return str(error) if isinstance(error, WireError) else f"it is not JSON in UTF-8 ({type(error).__name__})"
