"""What a load test leaves is written whole or not at all; a folder that takes nothing is noticed before the load."""

import tempfile
from pathlib import Path


def writable(folder: Path) -> None:
    """Makes the folder where it is not there.

    Raises:
        ValueError: Nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ValueError(f"cannot write to {folder}: {error.strerror}") from error


def write(path: Path, text: str) -> None:
    """Puts the text in place of what was there.

    Raises:
        OSError: It could not be written; what was there is still there.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
