"""`cosmicman annotate`: the data flywheel, a word for each part of it.

Each part imports what it needs when it runs.
"""

import argparse

from server.cli.annotate import compare, label, label_studio, report, round, say, schema
from server.cli.arguments import add_command

PARTS = (round, label, label_studio, report, say, compare, schema)

EXAMPLES = """\
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/wild
  cosmicman annotate label --ledger flywheel/ledger.sqlite3 --pictures data/wild
  cosmicman annotate report --ledger flywheel/ledger.sqlite3 --out flywheel/report
  cosmicman annotate compare data/figures --out flywheel/comparison

docs/annotate.md says how the parts play together."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "annotate", "annotate pictures by a machine and people in rounds", EXAMPLES)
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    for part in PARTS:
        part.add(parts)
