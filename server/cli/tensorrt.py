"""What `cosmicman export --tensorrt` adds: engines for a GPU architecture, from a bundle's graphs."""

from __future__ import annotations

import argparse
import logging
import resource
import sys
import time
from pathlib import Path

from server.cli.arguments import whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra


def add_tensorrt(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("TensorRT engines")
    group.add_argument(
        "--tensorrt",
        action="store_true",
        help="build TensorRT engines into --out where CHECKPOINT is a bundle, else beside it",
    )
    group.add_argument(
        "--target",
        metavar="ARCH",
        default="gpu",
        help="GPU architecture such as sm89, built without a GPU by tensorrt-rtx; gpu is this machine's (%(default)s)",
    )
    group.add_argument(
        "--max-rows",
        type=whole_number(1),
        default=8,
        metavar="N",
        help="rows of one run of the UNet at most; a guided picture is two (%(default)s)",
    )
    group.add_argument(
        "--max-windows",
        type=whole_number(1),
        default=16,
        metavar="N",
        help="text windows of 77 tokens at most (%(default)s)",
    )
    group.add_argument(
        "--workspace-mb", type=whole_number(1), metavar="N", help="memory that building a kernel may take (no limit)"
    )


def build(bundle_path: Path, out: Path, options: argparse.Namespace) -> int:
    """Builds the engines of a bundle and prints their folder."""
    from rich.console import Console
    from rich.progress import Progress

    from engine.bundle.manifest import load_bundle

    with needs_extra("tensorrt"):
        from engine.export.tensorrt import BuildSettings, build_engines, find_library

        try:
            find_library(options.target)
        except ValueError as error:
            raise UsageError(str(error)) from error
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    settings = BuildSettings(
        target=options.target,
        max_rows=options.max_rows,
        max_windows=options.max_windows,
        workspace_bytes=None if options.workspace_mb is None else options.workspace_mb * 2**20,
    )
    bundle = load_bundle(bundle_path)
    began = time.monotonic()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("engines", total=None)
        try:
            engines = build_engines(
                bundle,
                out,
                settings,
                progress=lambda part, done, total: progress.update(
                    task, description=part, completed=done, total=total, refresh=True
                ),
            )
        except ValueError as error:
            raise UsageError(str(error)) from error
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    size = sum(entry.size_bytes for entry in engines.files.values())
    sys.stderr.write(
        f"{len(engines.profiles)} engines, {size / 1e6:.0f} MB, for {engines.target} "
        f"by {engines.library} {engines.library_version}; {seconds:.0f} s, peak memory {peak / 1e9:.1f} GB\n"
    )
    sys.stdout.write(f"{out}\n")
    return 0
