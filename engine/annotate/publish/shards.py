"""WebDataset shards: uncompressed tar files whose members of one key are one sample.

Each sample is ``KEY.jpg`` (or png), ``KEY.parsing.png`` and ``KEY.json``. The same samples give the same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

SHARD_BYTES = 1_000_000_000


class ShardWriter:
    """Writes ``NAME-000000.tar`` and so on into a folder, each about `size_bytes` large."""

    def __init__(self, folder: Path, name: str, size_bytes: int = SHARD_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name, self._size_bytes = folder, name, size_bytes
        self._number, self._written = 0, 0
        self._tar: tarfile.TarFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._tar is not None:
            self._tar.close()

    def add(self, key: str, files: Mapping[str, bytes], row: Mapping[str, object]) -> None:
        """Writes a sample: files by ending, such as ``.jpg``, and its row."""
        text = json.dumps(row, ensure_ascii=False, sort_keys=True).encode()
        size = len(text) + sum(map(len, files.values()))
        if self._tar is None or (self._written and self._written + size > self._size_bytes):
            self._next()
        assert self._tar is not None, "a shard is open"
        for ending, data in (*files.items(), (".json", text)):
            entry = tarfile.TarInfo(key + ending)  # owner, mode and time are always the same
            entry.size = len(data)
            self._tar.addfile(entry, io.BytesIO(data))
        self._written += size

    def _next(self) -> None:
        if self._tar is not None:
            self._tar.close()
        path = self._folder / f"{self._name}-{self._number:06d}.tar"
        self._tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        self._number, self._written = self._number + 1, 0
