"""Kinds of argument that several commands share.

It knows how text becomes a value; it does not know what the value is for.
"""

import argparse
from collections.abc import Callable


def whole_number(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """An argparse type: an integer from `minimum` to `maximum`, with a message that names both."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = minimum - 1
        if value < minimum or (maximum is not None and value > maximum):
            span = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
            raise argparse.ArgumentTypeError(f"expected a whole number {span}, got {text!r}")
        return value

    return convert


def named_value(kind: str, *, number: bool = False) -> Callable[[str], tuple[str, str | float]]:
    """An argparse type: NAME=VALUE as a pair; `kind` names the value in messages."""

    def convert(text: str) -> tuple[str, str | float]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"expected NAME={kind}, got {text!r}")
        if not number:
            return name, value
        try:
            return name, float(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected NAME={kind}, and {value!r} is no number") from None

    return convert


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    """One subcommand, its help laid out like that of every other one."""
    return commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
