"""`cosmicman annotate`: the data flywheel, a word for each part of it.

Each part imports what it needs when it runs.
"""

import argparse

from server.cli.annotate import compare, label, label_studio, pool, report, round, say, schema
from server.cli.arguments import add_command

PARTS = (pool, round, label, label_studio, report, say, compare, schema)

EXAMPLES = """\
  cosmicman annotate collect --pool data/pool --folder pictures --licence CC0-1.0
  cosmicman annotate filter --pool data/pool
  cosmicman annotate parse --pool data/pool
  cosmicman annotate round --ledger flywheel/ledger.sqlite3 --pictures data/pool
  cosmicman annotate label --ledger flywheel/ledger.sqlite3 --pictures data/pool
  cosmicman annotate say --ledger flywheel/ledger.sqlite3 --pictures data/pool --out said.jsonl
  cosmicman annotate publish --pool data/pool --annotations said.jsonl --out data/round-1 --name round-1

docs/annotate.md says how the parts play together."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "annotate", "turn pictures of people into a data set, in rounds", EXAMPLES)
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    for part in PARTS:
        part.add(parts)
