"""Options that several parts of `cosmicman annotate` share: the ledger, and the pictures."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.rounds.folder import FolderPool
    from engine.annotate.rounds.stored import StoredPool


def add_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ledger", type=Path, required=True, metavar="FILE", help="what was asked and answered so far")


def add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pictures", type=Path, required=True, metavar="FOLDER", help="a pool, or images/NAME.png and parsing/NAME.png"
    )


def needs_ledger(path: Path) -> Path:
    """A ledger that is there, for parts that only read or answer."""
    if not path.is_file():
        raise UsageError(f"--ledger must be a file that `cosmicman annotate round` began; {path} is not there")
    return path


def pictures(folder: Path) -> "FolderPool | StoredPool":
    with needs_extra("train"):
        from engine.annotate.pool.store import INDEX
        from engine.annotate.rounds.folder import FolderPool
        from engine.annotate.rounds.stored import StoredPool
    try:
        return StoredPool(folder) if (folder / INDEX).is_file() else FolderPool(folder)
    except ValueError as error:
        raise UsageError(str(error)) from error
