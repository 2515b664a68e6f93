"""The folder an export works in: finished parts stay there when it is interrupted, and the next export takes them.

It lies beside the bundle and is gone when the bundle is whole. Parts of another source, or of other options, are
thrown away. It knows files and their digests; it does not know what is in them.
"""

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from engine.bundle.manifest import FileEntry, file_entry
from engine.files.whole import flush, write_json

logger = logging.getLogger(__name__)

STATE_FILE = "state.json"


class UnfinishedExport:
    """What is there of a bundle so far. Made by `unfinished_export`."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """Takes what an earlier export of the same fingerprint left in the folder, and removes everything else."""
        self.files = folder / "files"
        self._part = folder / "part"
        self._state = folder / STATE_FILE
        self._fingerprint = fingerprint
        self._parts = self._read()
        shutil.rmtree(self._part, ignore_errors=True)
        if self._parts:
            logger.info("going on with an interrupted export: %s are done", ", ".join(self._parts))
        self.files.mkdir(exist_ok=True)
        for path in self.files.iterdir():
            if path.name not in self.entries:
                path.unlink()

    @property
    def entries(self) -> dict[str, FileEntry]:
        """Digest of every finished file."""
        return {name: entry for files in self._parts.values() for name, entry in sorted(files.items())}

    def has(self, part: str) -> bool:
        """Whether a part is finished."""
        return part in self._parts

    @contextmanager
    def part(self, name: str) -> Iterator[Path]:
        """Yields an empty folder; the files in it are the part `name` when the block ends well."""
        self._part.mkdir()
        try:
            yield self._part
            entries = {path.name: file_entry(path) for path in sorted(self._part.iterdir())}
            for file_name in entries:
                flush(self._part / file_name)
                (self._part / file_name).replace(self.files / file_name)
            self._parts[name] = entries
            self._write()
        finally:
            shutil.rmtree(self._part, ignore_errors=True)

    def _read(self) -> dict[str, dict[str, FileEntry]]:
        try:
            state = json.loads(self._state.read_bytes())
            if state["fingerprint"] != self._fingerprint:
                logger.info("an interrupted export of something else is thrown away")
                return {}
            parts = {
                str(part): {str(name): FileEntry(**entry) for name, entry in files.items()}
                for part, files in state["parts"].items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}
        return {part: files for part, files in parts.items() if all(self._is_whole(*file) for file in files.items())}

    def _is_whole(self, name: str, entry: FileEntry) -> bool:
        path = self.files / name
        return path.is_file() and path.stat().st_size == entry.size_bytes

    def _write(self) -> None:
        parts: Mapping[str, Mapping[str, object]] = {
            part: {name: asdict(entry) for name, entry in files.items()} for part, files in self._parts.items()
        }
        write_json(self._state, {"fingerprint": self._fingerprint, "parts": parts})


@contextmanager
def unfinished_export(out: Path, fingerprint: str) -> Iterator[UnfinishedExport]:
    """Opens the working folder of the bundle `out`.

    The folder is removed when the block ends well, and when it ends with a ValueError: the source is at fault then,
    and will be another one when it is mended. After anything else, such as Ctrl-C or a full disk, it stays if a part
    is finished.

    Args:
        out: Where the bundle is to appear.
        fingerprint: Digest of everything the bundle is made of.

    Raises:
        ValueError: Another process is exporting to the same place.
    """
    folder = out.resolve().parent / f".{out.name}.export"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ValueError(f"{out}: another export is writing this bundle") from None
        keep = False
        unfinished = UnfinishedExport(folder, fingerprint)
        try:
            yield unfinished
        except ValueError:
            raise
        except BaseException:
            keep = bool(unfinished.entries)
            raise
        finally:
            if not keep:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
