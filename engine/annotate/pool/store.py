"""The pool on disk: pictures named by the SHA-256 of their bytes, and an index of where each comes from.

A picture's file is whole before the index names it, so a killed process or a full disk leaves a pool that is whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.annotate.pool.database import Database
from engine.annotate.pool.origin import Origin
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.files.whole import whole_file
from engine.pictures.header import Header, MovesError, PixelLimits, TooLargeError, read_header

INDEX = "pool.sqlite3"
PICTURES = "pictures"
PARSED = "parsing"  # label maps, in folders like those of the pictures
#: A camera's largest: 100 million pixels as a JPEG, which is decoded at a part of its size.
LIMITS = PixelLimits(whole=50_000_000, copied=40_000_000, reducible=200_000_000)

_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_COLUMNS = "picture.number, picture.id, file, width, height, source, licence, url"
# A picture's own origin is its first; the others are for takedowns and the record.
_FIRST = "origin.rowid = (SELECT min(rowid) FROM origin WHERE origin.picture = picture.id)"


class Pool:
    """A pool in a folder; a context manager that closes its index."""

    def __init__(self, folder: Path, limits: PixelLimits = LIMITS) -> None:
        """Opens the pool of a folder, or makes it.

        Raises:
            ValueError: The folder holds something else.
            OSError: It cannot be read or made.
        """
        self.folder, self.limits = folder, limits
        self.database = Database(folder / INDEX)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.database.close()

    def __len__(self) -> int:
        row = self.database.one("SELECT count(*) AS count FROM picture")
        assert row is not None, "count has a row"
        return int(row["count"])

    def add(self, data: bytes, origin: Origin) -> PoolPicture:
        """Takes a picture in.

        Raises:
            Refused: known (source and key have this picture already), duplicate_id (they have another), duplicate
                (another origin has these bytes; this one is noted), taken_down, too_many_pixels, moves, not_a_picture.
            OSError: The disk is full, or the like; the pool is as it was.
        """
        found = hashlib.sha256(data).hexdigest()
        self._check_known(found, origin)
        header = _header(data, self.limits)
        width, height = (header.height, header.width) if header.turned else (header.width, header.height)
        file = f"{PICTURES}/{found[:2]}/{found[2:4]}/{found}{_SUFFIXES[header.image_format]}"
        with whole_file(self.folder / file) as temporary:
            temporary.write_bytes(data)
        with self.database.writing() as connection:
            if connection.execute("SELECT 1 FROM taken_down WHERE id = ?", (found,)).fetchone():
                (self.folder / file).unlink(missing_ok=True)
                raise Refused("taken_down", f"{found} was taken down")
            connection.execute(
                "INSERT OR IGNORE INTO picture VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (found, file, width, height, len(data), time.time()),
            )
            _note(self.database, found, origin)
        return self.picture(found)

    def knows(self, origin: Origin) -> bool:
        """Whether a source's picture of this key is in the pool, or was."""
        query = "SELECT 1 FROM origin WHERE source = ? AND key = ?"
        return self.database.one(query, origin.source, origin.key) is not None

    def has(self, id: str) -> bool:
        """Whether the pool has a picture of an id now."""
        return self.database.one("SELECT 1 FROM picture WHERE id = ?", id) is not None

    def files_of(self, id: str) -> list[Path]:
        """Files that hold the picture of an id or its label map, whether the index names them or not."""
        return [
            file
            for folder in (PICTURES, PARSED)
            for file in sorted((self.folder / folder / id[:2] / id[2:4]).glob(f"{id}.*"))
        ]

    def picture(self, id: str) -> PoolPicture:
        """The picture of an id.

        Raises:
            KeyError: The pool has none such.
        """
        query = f"SELECT {_COLUMNS} FROM picture JOIN origin ON {_FIRST} WHERE picture.id = ?"
        row = self.database.one(query, id)
        if row is None:
            raise KeyError(f"the pool has no picture {id}")
        return self._picture(dict(row))

    def pictures(self, after: int = 0) -> Iterator[tuple[int, PoolPicture]]:
        """Number and picture of all with a number above `after`, in the order in which they came."""
        query = f"SELECT {_COLUMNS} FROM picture JOIN origin ON {_FIRST} WHERE number > ? ORDER BY number LIMIT 500"
        while rows := list(self.database.rows(query, after)):
            for row in rows:
                yield row["number"], self._picture(dict(row))
            after = rows[-1]["number"]

    def origins(self, id: str) -> list[Origin]:
        """Every way by which a picture came, the first one first."""
        query = "SELECT source, key, licence, url, page, author, text FROM origin WHERE picture = ? ORDER BY rowid"
        return [Origin(**dict(row)) for row in self.database.rows(query, id)]

    def note_refused(self, origin: Origin, refused: Refused) -> None:
        """Keeps why a source's picture was left out; the last reason of each."""
        with self.database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?, ?)",
                (origin.source, origin.key, refused.reason, str(refused)[:300], time.time()),
            )

    def _picture(self, row: dict[str, object]) -> PoolPicture:
        path = self.folder / str(row.pop("file"))
        row.pop("number")
        return PoolPicture(path=path, **row)  # type: ignore[arg-type]

    def _check_known(self, found: str, origin: Origin) -> None:
        if self.database.one("SELECT 1 FROM taken_down WHERE id = ?", found):
            raise Refused("taken_down", f"{found} was taken down")
        query = "SELECT picture FROM origin WHERE source = ? AND key = ?"
        row = self.database.one(query, origin.source, origin.key)
        if row is not None and row["picture"] != found:
            raise Refused("duplicate_id", f"{origin.source} {origin.key[:80]!r} is another picture already")
        if row is not None:
            raise Refused("known", f"{origin.source} {origin.key[:80]!r} is in the pool")
        if self.database.one("SELECT 1 FROM picture WHERE id = ?", found):
            with self.database.writing():
                _note(self.database, found, origin)
            raise Refused("duplicate", f"these bytes are in the pool as {found}")


def _note(database: Database, found: str, origin: Origin) -> None:
    values = (found, origin.source, origin.key, origin.licence, origin.url, origin.page, origin.author, origin.text)
    query = "INSERT OR IGNORE INTO origin (picture, source, key, licence, url, page, author, text, added_at)"
    database.connection.execute(f"{query} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, time.time()))


def _header(data: bytes, limits: PixelLimits) -> Header:
    try:
        return read_header(data, limits)
    except TooLargeError as error:
        raise Refused("too_many_pixels", str(error)) from error
    except MovesError as error:
        raise Refused("moves", str(error)) from error
    except ValueError as error:
        raise Refused("not_a_picture", str(error)) from error
