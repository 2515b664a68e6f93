"""`cosmicman annotate collect`: takes pictures into a pool, from folders, links, services and drawn figures."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.pool.folder import add_pool_command, open_pool, progress, tell
from server.cli.arguments import named_value, number, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.pool.fetch.fetcher import Fetcher
    from engine.annotate.pool.origin import Source

EXAMPLES = """\
  cosmicman annotate collect --pool data/pool --folder pictures --licence CC0-1.0
  cosmicman annotate collect --pool data/pool --folder inbox --watch 10 --most 1000   # until it has grown by 1000
  cosmicman annotate collect --pool data/pool --links laion.parquet --least-side 512
  COSMICMAN_FLICKR_KEY=... cosmicman annotate collect --pool data/pool --stock "flickr=portrait of a woman"
  cosmicman annotate collect --pool data/pool --figures 10000

Pictures are kept by the SHA-256 of their bytes, with source, licence, author and address. What is known is not fetched
again, so that a run which was cut short continues. robots.txt and reservations against machine learning are kept."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(commands, "collect", "take pictures into a pool", EXAMPLES)
    parser.add_argument("--folder", type=Path, action="append", default=[], metavar="FOLDER", help="pictures on disk")
    parser.add_argument(
        "--watch", type=number(0.1, 86_400), metavar="SECONDS", help="look into folders again after so long, for ever"
    )
    parser.add_argument("--links", type=Path, action="append", default=[], metavar="FILE", help="URLs: text or parquet")
    parser.add_argument(
        "--stock",
        type=named_value("WORDS"),
        action="append",
        default=[],
        metavar="SERVICE=WORDS",
        help="what unsplash, pixabay or flickr find for these words; the key comes from COSMICMAN_SERVICE_KEY",
    )
    parser.add_argument("--figures", type=whole_number(1), metavar="N", help="drawn figures, as if they were found")
    parser.add_argument("--seed", type=whole_number(0), default=0, help="of the first figure (0)")
    parser.add_argument("--licence", default="unknown", help="of pictures whose source tells none (unknown)")
    parser.add_argument("--author", help="of pictures in --folder")
    parser.add_argument("--most", type=whole_number(1), metavar="N", help="stop when so many were added (all)")
    parser.add_argument("--least-side", type=whole_number(0), default=0, help="leave out links told to be smaller (0)")
    parser.add_argument("--at-once", type=whole_number(1, 256), default=16, help="fetches at once (%(default)s)")
    parser.add_argument(
        "--seconds", type=number(0.1, 86_400), default=60.0, help="for one attempt at a picture (%(default)s)"
    )
    parser.add_argument("--attempts", type=whole_number(1, 10), default=3, help="at a picture (%(default)s)")
    parser.add_argument(
        "--allow-private", action="append", default=[], metavar="HOST", help="a host that may have a private address"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    import asyncio

    with needs_extra("annotate"):
        import httpx  # noqa: F401
        import pyarrow  # noqa: F401
    sources = bool(options.folder or options.links or options.stock or options.figures)
    if not sources:
        raise UsageError("nothing to collect from: --folder, --links, --stock or --figures expected")
    return asyncio.run(_collect(options))


async def _collect(options: argparse.Namespace) -> int:
    from engine.annotate.pool.collect import Collected, collect
    from engine.annotate.pool.fetch.fetcher import Fetcher
    from engine.annotate.pool.fetch.limits import FetchLimits
    from server.cli.annotate.pool.web import HttpxWeb

    collected, tick = Collected(), progress("taken in or left out")

    def note(told: Collected) -> None:
        nonlocal collected
        collected = told
        tick(1)

    with open_pool(options.pool) as pool:
        async with HttpxWeb() as web:
            try:
                limits = FetchLimits(at_once=options.at_once, seconds=options.seconds, attempts=options.attempts)
                fetcher = Fetcher(web, limits, options.allow_private)
                sources = _sources(options, fetcher)
            except ValueError as error:
                raise UsageError(str(error)) from error
            try:
                many = {"at_once": options.at_once, "most": options.most}
                await collect(pool, sources, fetcher, progress=note, **many)
            finally:
                tell(f"added {collected.added}, {len(pool)} in the pool", collected.reasons())
    return 0


def _sources(options: argparse.Namespace, fetcher: "Fetcher") -> "list[Source]":
    from engine.annotate.pool.sources.figures import FigureSource
    from engine.annotate.pool.sources.folder import FolderSource
    from engine.annotate.pool.sources.links import LinkSource
    from engine.annotate.pool.sources.stock import SERVICES

    found: list[Source] = [LinkSource(each, options.licence, least_side=options.least_side) for each in options.links]
    for service, words in options.stock:
        if service not in SERVICES:
            raise UsageError(f"--stock knows {', '.join(SERVICES)}, got {service!r}")
        kind = SERVICES[service]
        address = os.environ.get(f"COSMICMAN_{service.upper()}_URL")
        found.append(kind(words, os.environ.get(kind.variable, "").strip(), fetcher, address=address))
    if options.figures:
        found.append(FigureSource(options.seed, options.figures))
    if options.watch is not None and len(options.folder) > 1:
        raise UsageError(f"--watch takes one --folder, got {len(options.folder)}")  # the next would never be read
    more = {"author": options.author, "watch_seconds": options.watch}
    return [*found, *(FolderSource(each, options.licence, **more) for each in options.folder)]
