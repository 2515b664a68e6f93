"""`cosmicman annotate schema`: the protocol, or the JSON schema of a region's answers."""

import argparse
import json
import sys

from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate schema
  cosmicman annotate schema --region top

All 70 questions with their closed answers, as JSON; with --region the schema that a model's answer must fit."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "schema", "show what is asked", EXAMPLES)
    parser.add_argument("--region", metavar="NAME", help="the answer's JSON schema for this region")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.machine.schema import schema_of
        from engine.annotate.protocol.attributes import ATTRIBUTES, REGION, of_region
    if options.region is not None and options.region not in REGION:
        raise UsageError(f"--region must be one of {', '.join(REGION)}; got {options.region!r}")
    tree: object = [
        {
            "attribute": each.name,
            "region": each.region,
            "question": each.question,
            "values": list(each.values),
            "parent": each.parent or None,
        }
        for each in ATTRIBUTES
    ]
    if options.region is not None:
        tree = schema_of(of_region(options.region))
    sys.stdout.write(json.dumps(tree, indent=2) + "\n")
    return 0
