"""`cosmicman parse`: which words of a description belong to which body group."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from server.cli.arguments import add_command, place
from server.cli.described import add_reader, is_named, reading, texts_of
from server.cli.errors import UsageError
from server.cli.streams import read_stdin

EXAMPLES = """\
  cosmicman parse "a man in a blue plaid shirt and white sneakers"
  echo "a woman without a hat" | cosmicman parse -
  cosmicman parse --json "short grey hair"
  cosmicman parse --jsonl descriptions.jsonl > groups.jsonl
  cosmicman parse --describe-with http://127.0.0.1:11434/v1 "une femme en robe rouge"

Descriptions are English. With --describe-with a language model reads them first, in any language: what is shown is
the English text that it made. COSMICMAN_DESCRIBE_KEY is the API key that it is sent."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "parse", "show the body groups of a description", EXAMPLES)
    parser.add_argument("text", nargs="?", help="the description, in English; - reads it from stdin")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument(
        "--jsonl",
        type=place,
        metavar="FILE",
        help='read lines {"id", "text"} (- is stdin) and print lines {"id", "spans": [[start, end, group], ...], '
        '"drawn", "negative", "ignored", "warnings"}',
    )
    add_reader(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if (options.text is None) == (options.jsonl is None):
        raise UsageError(
            "expected either a description or --jsonl FILE, got " + ("both" if options.jsonl else "neither")
        )
    if options.jsonl is not None and options.json:
        raise UsageError("--jsonl prints JSON lines already; leave --json out")
    if options.jsonl is not None:
        return _parse_lines(options)
    return _parse_one(options)


def _parse_one(options: argparse.Namespace) -> int:
    from engine.description import Parser, negatives

    with reading(options) as read:
        description, note = read(read_stdin() if options.text == "-" else options.text)
    text = description.text
    if options.json:
        groups = [
            {
                "group": str(span.group),
                "start": span.start,
                "end": span.end,
                "text": text[span.start : span.end],
                "weight": span.weight,
            }
            for span in description.spans
        ]
        # Escaped, so that any text can be printed in any locale.
        absent = [{"group": str(each.group), "text": each.text} for each in negatives(description, Parser())]
        answer = {"text": text, "groups": groups, "negatives": absent, **texts_of(description, note)}
        sys.stdout.write(json.dumps(answer) + "\n")
        return 0
    from rich.console import Console

    from server.cli.tables import show_groups, show_texts

    show_groups(Console(), description)
    show_texts(Console(), texts_of(description, note))
    return 0


def _parse_lines(options: argparse.Namespace) -> int:
    file = options.jsonl
    with (
        reading(options) as read,
        nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as stream,
    ):
        for identity, text in _records(stream, "stdin" if file == "-" else file):
            description, note = read(text)
            spans = [[span.start, span.end, str(span.group)] for span in description.spans]
            # A second reader's places are those of the text that it made.
            made = {"text": description.text} if is_named(options) else {}
            answer = {"id": identity, **made, "spans": spans, **texts_of(description, note)}
            sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _records(stream: IO[bytes], name: str) -> Iterator[tuple[Any, str]]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where}: expected a JSON object, but it is not JSON: {error}") from error
        if not isinstance(record, dict):
            raise UsageError(f"{where}: expected a JSON object, got {type(record).__name__}")
        for key in ("id", "text"):
            if key not in record:
                raise UsageError(f'{where}: expected the keys "id" and "text", and "{key}" is missing')
        if not isinstance(record["text"], str):
            raise UsageError(f'{where}: "text" must be a string, got {type(record["text"]).__name__}')
        yield record["id"], record["text"]
