"""`cosmicman annotate compare`: published human data sets beside one's own, as a table and a plot."""

import argparse
import sys
from pathlib import Path

from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate compare
  cosmicman annotate compare data/figures --out flywheel/comparison

FOLDER is a CosmicMan-HQ folder (label/*.parquet). With --out the table, all counts as JSON and a plot are written."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "compare", "compare a data set with published ones", EXAMPLES)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="one's own data set")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder to write to")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.compare.statistics import statistics
        from engine.annotate.compare.table import comparison_table, own_table, write_comparison
    try:
        own = None if options.folder is None else statistics(options.folder)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if options.out is not None:
        with needs_extra("train"):
            text = write_comparison(own, options.out)
    else:
        text = comparison_table(own) if own is None else f"{comparison_table(own)}\n\n{own_table(own)}"
    sys.stdout.write(text + "\n")
    return 0
