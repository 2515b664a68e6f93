"""What the commands of a pool have in common: its folder, and how counts are told."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command
from server.cli.errors import UsageError

if TYPE_CHECKING:
    from engine.annotate.pool.store import Pool


def add_pool_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    parser = add_command(commands, name, summary, examples)
    parser.add_argument("--pool", type=Path, required=True, metavar="FOLDER", help="the pool's folder")
    return parser


def open_pool(folder: Path, *, there: bool = False) -> "Pool":
    from engine.annotate.pool.store import INDEX, Pool

    if there and not (folder / INDEX).is_file():
        raise UsageError(f"{folder} holds no pool; `cosmicman annotate collect` makes one")
    try:
        return Pool(folder)
    except ValueError as error:
        raise UsageError(str(error)) from error


def tell(head: str, counts: Mapping[str, int]) -> None:
    lines = [f"{head}\n", *(f"  left out: {name} {count}\n" for name, count in Counter(counts).most_common())]
    sys.stdout.writelines(lines)


def progress(done: str, every_seconds: float = 30.0) -> Callable[[int], None]:
    """Says on the standard error, now and then, how many pictures were `done`; a short run says nothing."""
    count, told = 0, time.monotonic()

    def tick(more: int) -> None:
        nonlocal count, told
        count += more
        if time.monotonic() - told >= every_seconds:
            told = time.monotonic()
            sys.stderr.write(f"{count} pictures {done} so far\n")

    return tick
