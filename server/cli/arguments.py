"""Kinds of argument that several commands share.

It knows how text becomes a value; it does not know what the value is for.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path


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


def number(minimum: float, maximum: float = math.inf) -> Callable[[str], float]:
    """An argparse type: a finite number from `minimum` to `maximum`, with a message that names both."""

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (minimum <= value <= maximum and math.isfinite(value)):
            span = f"of at least {minimum:g}" if maximum == math.inf else f"from {minimum:g} to {maximum:g}"
            raise argparse.ArgumentTypeError(f"expected a number {span}, got {text!r}")
        return value

    return convert


def path(text: str) -> Path:
    """An argparse type: a path; one that begins with ~ is in a home folder, since no shell sees to `--out=~/x`."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(
            f"expected a path, and {text[:80]!r} begins with ~ and a name that nobody here has; ./ before it says that "
            "the file is called so"
        ) from None


def place(text: str) -> str:
    """An argparse type: a path that may also be something else, such as a hub id; ~ as in every path."""
    return str(path(text)) if text.startswith("~") else text


def named_value(kind: str, *, number: bool = False) -> Callable[[str], tuple[str, str | float]]:
    """An argparse type: NAME=VALUE as a pair; `kind` names the value in messages."""

    def convert(text: str) -> tuple[str, str | float]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"expected NAME={kind}, got {text!r}")
        if not number:
            return name, place(value) if kind == "FOLDER" else value
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


def unknown_arguments(parser: argparse.ArgumentParser, extra: Sequence[str]) -> str:
    """What to say of arguments that a command does not take: the nearest option, or that a text wants quotes."""
    takes = [action for action in parser._actions if not action.option_strings]
    known = [name for action in parser._actions for name in action.option_strings if name.startswith("--")]
    if takes and takes[-1].dest in ("description", "text") and not extra[0].startswith("-"):
        return f"the description must be one argument, so put it in quotes; {shown(extra)} came after it"
    near = get_close_matches(extra[0].partition("=")[0], known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"see {parser.prog} --help"
    return f"unknown argument {shown(extra)}; {hint}"


def shown(words: Sequence[str]) -> str:
    """Words of a command line as a message shows them."""
    return repr(" ".join(words)[:80])
