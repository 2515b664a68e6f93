"""`cosmicman annotate takedown`: removes pictures from a pool for good."""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.pool.folder import add_pool_command, open_pool, tell
from server.cli.arguments import named_value
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.pool.store import Pool

EXAMPLES = """\
  cosmicman annotate takedown --pool data/pool --reason "asked by the person shown" 9f86d081884c7d65...
  cosmicman annotate takedown --pool data/pool --reason "asked by the author" --url https://example.org/a.jpg
  cosmicman annotate takedown --pool data/pool --reason copy --file a-copy-of-it.jpg

It is deleted from the pool, never comes in again, and is left out of every later publication."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(commands, "takedown", "remove pictures from a pool for good", EXAMPLES)
    parser.add_argument("ids", nargs="*", metavar="ID", help="SHA-256 of a picture, 64 hexadecimal digits")
    parser.add_argument(
        "--file", type=Path, action="append", default=[], help="a copy: its bytes, and what looks like it"
    )
    parser.add_argument("--url", action="append", default=[], help="address of the picture or its page")
    parser.add_argument(
        "--key", type=named_value("KEY"), action="append", default=[], metavar="SOURCE=KEY", help="a source's own id"
    )
    parser.add_argument("--look", action="append", default=[], metavar="HEX", help="a perceptual hash, 16 digits")
    parser.add_argument("--reason", required=True, help="kept beside the id")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from engine.annotate.pool.looks import read_look
    from engine.annotate.pool.takedown import take_down, take_down_look

    if not options.reason.strip():
        raise UsageError("--reason must say why")
    wrong = [id for id in options.ids if not re.fullmatch("[0-9a-f]{64}", id)]
    if wrong:
        raise UsageError(f"an id has 64 hexadecimal digits in lower case, got {wrong[0][:80]!r}")
    if not (options.ids or options.file or options.url or options.key or options.look):
        raise UsageError("nothing to take down: an ID, --file, --url, --key or --look expected")
    copies = [_named_by(file) for file in options.file]
    try:
        looks = [*map(read_look, options.look), *(look for _, look in copies if look)]
    except ValueError as error:
        raise UsageError(str(error)) from error
    with open_pool(options.pool, there=True) as pool:
        ids = [*options.ids, *(id for id, _ in copies), *_found(pool, options)]  # all are known before one is removed
        had = take_down(pool, ids, options.reason)
        for look in looks:
            had += take_down_look(pool, look, options.reason)
    for id in had:
        sys.stdout.write(f"{id}\n")
    tell(f"{len(had)} pictures were in the pool and are deleted", {})
    return 0


def _found(pool: "Pool", options: argparse.Namespace) -> Iterator[str]:
    from engine.annotate.pool.takedown import ids_from, ids_of

    for url in options.url:
        found = ids_from(pool, url)
        if not found:
            raise UsageError(f"no picture of the pool came from {url}")
        yield from found
    for source, key in options.key:
        found = ids_of(pool, source, key)
        if not found:
            raise UsageError(f"{source} has no picture {key} in the pool")
        yield from found


def _named_by(file: Path) -> tuple[str, str | None]:
    """Id of a copy, and its look where it can be decoded."""
    from engine.annotate.filter.duplicates import look_of
    from engine.annotate.pool.store import LIMITS
    from engine.pictures.decode import load_colours
    from engine.pictures.header import image_size

    data = file.read_bytes()
    id = hashlib.sha256(data).hexdigest()
    try:
        with needs_extra("annotate"):
            return id, look_of(load_colours(data, *image_size(data, LIMITS), LIMITS))
    except ValueError:
        return id, None
