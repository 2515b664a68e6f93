"""Reads descriptions on the command line: by the rules, or first by the second reader where one is named.

It also puts into words how a description was read.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from server.cli.errors import UsageError

if TYPE_CHECKING:
    from engine.description import Description

#: From a text to its description, and to the warning that the second reader failed, if it did.
Read: TypeAlias = "Callable[[str], tuple[Description, str | None]]"
#: Of a text and of what is made of it; the rules read a longer one, and what draws it says that it is too long.
MOST_CHARACTERS = 8000


def add_reader(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--describe-with",
        metavar="URL",
        help="OpenAI-compatible service that reads the text first, in any language (none: the rules alone)",
    )
    parser.add_argument("--describe-model", metavar="NAME", help="its model (the first that it lists)")


def is_named(options: argparse.Namespace) -> bool:
    """Whether a second reader is asked for, here or in the environment."""
    return bool(options.describe_with or options.describe_model or os.environ.get("COSMICMAN_DESCRIBE_WITH"))


@contextmanager
def reading(options: argparse.Namespace) -> "Iterator[Read]":
    """How texts are read while this is open.

    Raises:
        UsageError: The second reader is named wrongly.
    """
    from engine.description import Parser

    rules = Parser()
    if not is_named(options):
        yield lambda text: (rules.parse(text), None)
        return
    import asyncio

    from server.reader.reader import Reader
    from server.settings import read_settings

    try:
        endpoint = read_settings(
            describe_with=options.describe_with, describe_model=options.describe_model
        ).second_reader
    except ValueError as error:
        raise UsageError(str(error)) from error
    assert endpoint is not None
    reader = Reader(endpoint)
    with asyncio.Runner() as runner:

        def read(text: str) -> "tuple[Description, str | None]":
            if not text.strip() or len(text) > MOST_CHARACTERS:
                return rules.parse(text), None
            words = runner.run(reader.read(text, MOST_CHARACTERS))
            if words.warning is not None:
                return rules.parse(text), words.warning
            return words.description, None

        yield read


def texts_of(
    description: "Description", note: str | None, negative_description: str = "", *, guided: bool = True
) -> dict[str, Any]:
    """The two texts that the encoder gets, what is kept out of them, and what was probably meant otherwise."""
    from engine.description import told

    found = told(description, negative_description, guided=guided)
    noted = [] if note is None else [{"kind": "second-reader", "message": note}]
    return {
        "drawn": found.drawn,
        "negative": found.negative,
        "ignored": [
            {
                "start": each.start,
                "end": each.end,
                "text": description.text[each.start : each.end],
                "why": each.why,
            }
            for each in found.ignored
        ],
        "warnings": [*noted, *({"kind": each.kind, "message": each.message} for each in found.cautions)],
    }
