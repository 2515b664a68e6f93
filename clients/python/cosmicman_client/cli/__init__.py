"""`cosmicman-client`: pictures, batches, jobs and parsing from a shell.

Results go to standard output, progress and errors to standard error. Exit status: 0 done, 1 the server refused or
failed, 2 wrong arguments or input, 3 the server could not be reached, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cosmicman_client import __version__
from cosmicman_client._exchange import constants
from cosmicman_client.cli import batch, generate, jobs, parse
from cosmicman_client.client import Client
from cosmicman_client.errors import APIConnectionError, APIStatusError, ConfigurationError, CosmicManError

EXIT_REFUSED, EXIT_USAGE, EXIT_UNREACHABLE, EXIT_INTERRUPTED = 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit status, and never a traceback for what the world did."""
    options = _parser().parse_args(arguments)
    try:
        with Client(
            options.base_url, timeout=options.timeout, deadline=options.deadline, max_retries=options.max_retries
        ) as client:
            status: int = options.run(client, options)
            sys.stdout.flush()
            return status
    except (ConfigurationError, ValueError) as error:
        return _refuse(EXIT_USAGE, error)
    except APIConnectionError as error:
        return _refuse(EXIT_UNREACHABLE, error)
    except APIStatusError as error:
        for each in error.errors[1:]:
            sys.stderr.write(f"  {each.detail}\n")
        return _refuse(EXIT_REFUSED, error)
    except CosmicManError as error:
        return _refuse(EXIT_REFUSED, error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refuse(EXIT_REFUSED, f"{where}{error.strerror or error}")
    except KeyboardInterrupt:
        return _refuse(EXIT_INTERRUPTED, "interrupted")


def _refuse(status: int, reason: object) -> int:
    sys.stderr.write(f"cosmicman-client: {reason}\n")
    return status


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise argparse.ArgumentTypeError(
            f"expected a path, and {text[:80]!r} begins with ~ and a name that nobody here has"
        ) from None


class _Parser(argparse.ArgumentParser):
    """Knows what ~ is in any path: no shell sees to `--out=~/x`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.register("type", Path, _path)

    def parse_known_args(  # type: ignore[override] # typeshed has an overload for each kind of namespace
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """As argparse does, which would take the value of an option that is not of this parser for the command."""
        args = list(sys.argv[1:] if args is None else args)
        known = {name for action in self._actions for name in action.option_strings}
        commands = [action.choices for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        for word in args if commands else ():
            name = word.partition("=")[0]
            if word in commands[0]:
                break
            if name.startswith("--") and name not in (*known, "--"):
                self.error(f"{self.prog} itself has no option {name}; options of a command come after its name")
        return super().parse_known_args(args, namespace)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="cosmicman-client",
        description="Talks to a CosmicMan server.",
        epilog=f"The key is read from {constants.API_KEY_VARIABLE} alone: arguments are seen by others in the list of "
        "processes.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--base-url", metavar="URL", help=f"server ({constants.BASE_URL_VARIABLE}, or {constants.DEFAULT_BASE_URL})"
    )
    parser.add_argument("--timeout", type=float, default=constants.TIMEOUT_SECONDS, help="seconds of one try (600)")
    parser.add_argument("--deadline", type=float, metavar="SECONDS", help="of each call in all, retries included")
    parser.add_argument("--max-retries", type=int, default=constants.MAX_RETRIES, help="tries after the first (2)")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (generate, batch, parse, jobs):
        command.add(commands)
    return parser
