"""Compiled models on disk, so that the next start need not compile: each file whole, of one graph, shape and machine.

It knows files and digests; what is in a blob only OpenVINO knows. A blob's name says what it was compiled from, by what
and for what, so one of another version or another file is never found.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.errors import ProviderError
from engine.files.whole import whole_file

logger = logging.getLogger(__name__)

SUFFIX = ".blob"
#: The oldest go where there are more.
MAX_BLOBS = 64
_DIGEST_BYTES = 32


class Blobs:
    """A folder of them; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder.

        Raises:
            ProviderError: It cannot be made, or nothing can be written there.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise ProviderError(f"openvino_cache {str(folder)!r} cannot be written: {error.strerror}") from error
        self.folder = folder
        self._writes = True

    def path(self, stem: str, facts: Sequence[object]) -> Path:
        """Where a blob lies: its graph's name, and a digest of everything that it depends on."""
        digest = hashlib.sha256("\n".join(str(fact) for fact in facts).encode()).hexdigest()
        return self.folder / f"{stem}-{digest[:24]}{SUFFIX}"

    def read(self, path: Path) -> bytes | None:
        """What was kept there; None where there is nothing, or nothing whole, which is said and taken away."""
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("%s cannot be read and is compiled again: %s", path, error.strerror)
            return None
        digest, blob = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if hashlib.sha256(blob).digest() != digest:
            self.drop(path, "it is damaged")
            return None
        return blob

    def drop(self, path: Path, reason: str) -> None:
        """Takes a blob away that cannot be used."""
        logger.warning("%s is not used and is compiled again: %s", path, reason)
        path.unlink(missing_ok=True)

    def write(self, path: Path, blob: bytes) -> None:
        """Keeps one; a disk that takes no more is said once, and nothing is kept from then on."""
        if not self._writes:
            return
        try:
            with whole_file(path) as temporary, temporary.open("wb") as file:
                file.write(hashlib.sha256(blob).digest())
                file.write(blob)
            self._forget_the_oldest()
        except OSError as error:
            self._writes = False
            logger.warning("compiled models are not kept from now on: %s: %s", self.folder, error.strerror)

    def _forget_the_oldest(self) -> None:
        found = [Path(entry.path) for entry in os.scandir(self.folder) if entry.name.endswith(SUFFIX)]
        found = [path for path in found if not path.name.startswith(".")]
        for path in sorted(found, key=lambda each: each.stat().st_mtime, reverse=True)[MAX_BLOBS:]:
            path.unlink(missing_ok=True)
