"""`cosmicman-client parse`: which words are about which part of the body."""

import argparse
import json
import sys

from cosmicman_client.client import Client


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("parse", help="find the body groups of a text")
    parser.add_argument("text", nargs="?", help="the text; standard input where it is left out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(client: Client, options: argparse.Namespace) -> int:
    """Prints a line for each phrase: group, weight where it is not 1, words."""
    parsed = client.parse(sys.stdin.read() if options.text is None else options.text)
    if options.json:
        groups = [
            {"group": g.group, "start": g.start, "end": g.end, "text": g.text, "weight": g.weight}
            for g in parsed.groups
        ]
        answer = {
            "text": parsed.text,
            "groups": groups,
            "negatives": [{"group": each.group, "text": each.text} for each in parsed.negatives],
            "drawn": parsed.drawn,
            "negative": parsed.negative,
            "ignored": [
                {"start": each.start, "end": each.end, "text": each.text, "why": each.why} for each in parsed.ignored
            ],
            "warnings": [{"kind": each.kind, "message": each.message} for each in parsed.warnings],
        }
        print(json.dumps(answer, ensure_ascii=False))  # noqa: T201
        return 0
    width = max((len(span.group) for span in parsed.groups), default=0)
    for span in parsed.groups:
        weight = "" if span.weight == 1 else f" (x {span.weight:g})"
        print(f"{span.group:{width}}  {span.text}{weight}")  # noqa: T201
    for negative in parsed.negatives:
        print(f"not: {negative.text} ({negative.group})")  # noqa: T201
    for each in parsed.ignored:
        print(f"ignored: {each.text} ({each.why})")  # noqa: T201
    for warning in parsed.warnings:
        print(f"warning: {warning.message}", file=sys.stderr)  # noqa: T201
    return 0
