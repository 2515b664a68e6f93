"""`cosmicman annotate say`: what the data set says after a round, as lines of JSON to publish."""

import argparse
import sys
from pathlib import Path

from server.cli.annotate.ledger_options import add_ledger, add_pictures, needs_ledger, pictures
from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate say --ledger flywheel/ledger.sqlite3 --pictures data/wild --out said.jsonl

A line is an object: a picture's id, person_type, aa_text, aa_ids and extra. What people answered is said, and what the
machine answers about attributes that are left to it; with --queued also what it answers about the others."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "say", "write what the data set says", EXAMPLES)
    add_ledger(parser)
    add_pictures(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write to")
    parser.add_argument("--queued", action="store_true", help="say what is not sure, too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.rounds.lines import lines
        from engine.files.whole import whole_file
    pool = pictures(options.pictures)
    count = 0
    try:
        with Ledger(needs_ledger(options.ledger)) as ledger, whole_file(options.out) as temporary:
            with temporary.open("w", encoding="utf-8") as file:
                for line in lines(ledger, pool.labels_of, there=pool.has, queued_too=options.queued):
                    file.write(line)
                    count += 1
    except ValueError as error:
        raise UsageError(str(error)) from error
    sys.stdout.write(f"{count} pictures in {options.out}\n")
    return 0
