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

FOLDER gets report.md, report.json and rounds.png; the table is shown."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "report", "say what the rounds came to", EXAMPLES)
    add_ledger(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        import matplotlib  # noqa: F401

        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.rounds.report import write_report
    try:
        with Ledger(needs_ledger(options.ledger)) as ledger:
            sys.stdout.write(write_report(ledger, options.out))
    except ValueError as error:
        raise UsageError(str(error)) from error
    return 0
