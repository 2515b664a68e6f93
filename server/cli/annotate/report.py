"""`cosmicman annotate report`: what the rounds came to, as a table, JSON and plots."""

import argparse
import sys
from pathlib import Path

from server.cli.annotate.ledger_options import add_ledger, needs_ledger
from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate report --ledger flywheel/ledger.sqlite3 --out flywheel/report

  cosmicman annotate report --ledger flywheel/ledger.sqlite3 --out flywheel/report --data data/round-1

FOLDER gets report.md, report.json and rounds.png; the table is shown. With --data also comparison.md, .json and .png:
what the published data set holds, beside published ones, as `cosmicman annotate compare` has it."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "report", "say what the rounds came to", EXAMPLES)
    add_ledger(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the data set that was published of it")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        import matplotlib  # noqa: F401

        from engine.annotate.compare.statistics import statistics
        from engine.annotate.compare.table import write_comparison
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.rounds.report import write_report
    try:
        data = None if options.data is None else statistics(options.data)
        with Ledger(needs_ledger(options.ledger)) as ledger:
            sys.stdout.write(write_report(ledger, options.out))
        if data is not None:
            sys.stdout.write("\n" + write_comparison(data, options.out) + "\n")
    except ValueError as error:
        raise UsageError(str(error)) from error
    return 0
