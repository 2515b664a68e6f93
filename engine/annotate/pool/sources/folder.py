"""A folder of pictures, in any depth: read once, or watched for what is put into it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from engine.annotate.pool.origin import UNKNOWN, Offer, Origin
from engine.annotate.refusal import Refused

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: A file that was written to so lately may not be whole yet.
SETTLE_SECONDS = 2.0
MOST_BYTES = 100_000_000


class FolderSource:
    """Pictures below a folder; a picture's key is its path in it. `NAME.txt` beside a picture is its text."""

    name = "folder"

    def __init__(
        self, folder: Path, licence: str = UNKNOWN, *, author: str | None = None, watch_seconds: float | None = None
    ) -> None:
        """Takes a folder.

        Args:
            folder: Where pictures are, or will be.
            licence: Of all of them.
            author: Of all of them.
            watch_seconds: Look again after so long, for ever; None looks once.

        Raises:
            ValueError: There is no such folder.
        """
        if not folder.is_dir():
            raise ValueError(f"a folder of pictures expected, {str(folder)!r} is none")
        self._folder, self._licence, self._author, self._watch = folder, licence, author, watch_seconds
        self._seen: dict[Path, int] = {}

    async def offers(self) -> AsyncIterator[Offer | Refused]:
        """See `Source`."""
        while True:
            for offer in await asyncio.to_thread(lambda: list(self._look())):
                yield offer
            if self._watch is None:
                return
            await asyncio.sleep(self._watch)

    def _look(self) -> Iterator[Offer | Refused]:
        for path in sorted(self._folder.rglob("*")):
            if path.suffix.lower() in ENDINGS and not path.name.startswith("."):
                found = self._file(path)
                if found is not None:
                    yield found

    def _file(self, path: Path) -> Offer | Refused | None:
        """None for what was offered before, or is not finished."""
        key = str(path.relative_to(self._folder))
        try:
            status = path.stat()
        except OSError as error:
            return Refused("unreadable", f"{key}: {error.strerror}")
        fresh = self._watch is not None and time.time() - status.st_mtime < SETTLE_SECONDS
        if not path.is_file() or fresh or self._seen.get(path) == status.st_mtime_ns:
            return None
        self._seen[path] = status.st_mtime_ns
        if status.st_size > MOST_BYTES:
            return Refused("too_many_bytes", f"{key}: at most {MOST_BYTES} bytes, it has {status.st_size}")
        text = path.with_suffix(".txt")
        said = text.read_text("utf-8", "replace").strip()[:2000] if text.is_file() else None
        origin = Origin(source=self.name, key=key, licence=self._licence, author=self._author, text=said or None)
        return Offer(origin=origin, read=path.read_bytes)
