"""Files and folders that appear whole or not at all.

It knows temporary names, flushing and renaming; it does not know what is written.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5


@contextmanager
def whole_file(path: Path, mode: int = 0o644) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place when the block ends without an error.

    Until then only its owner may read it; from then on `mode` says who may.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        flush(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path` that takes its place when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_place(work: Path, path: Path) -> None:
    """Flush the folder `work` to the disk and rename it to `path`, beside which it lies.

    A folder that is there is moved aside first, since a rename cannot replace a full one, and comes back if the rename
    fails. Links in `work` are left as they are.
    """
    for file in work.rglob("*"):
        if file.is_file() and not file.is_symlink():
            flush(file)
    work.chmod(0o755)
    if not path.exists():
        work.rename(path)
        return
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.old."))
    path.rename(aside / path.name)
    try:
        work.rename(path)
    except OSError:
        (aside / path.name).rename(path)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def made_by_one(path: Path, make: Callable[[], None], *, is_main: bool) -> None:
    """Let the main process `make` a whole `path` that is not there yet, and the others wait until it appears.

    They look at the disk rather than meet at a barrier, which gives up after minutes; `path` must be one for all.
    """
    if not is_main and not path.exists():
        logger.info("waiting for the main process to write %s", path)
    while not path.exists():
        if is_main:
            make()
        else:
            time.sleep(_LOOK_SECONDS)


def write_json(path: Path, tree: Any) -> None:
    """Write `tree` as indented JSON, whole."""
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(tree, indent=2) + "\n", encoding="utf-8")


def flush(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())
