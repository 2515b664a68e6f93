"""The `cosmicman` command: the one place where every part of the application meets.

Each command imports what it needs when it runs, so that `--help` is quick and serving never loads a training package.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from server.cli import annotate
from server.cli.arguments import path, unknown_arguments
from server.cli.commands import (
    ablation,
    evaluate,
    export,
    figures,
    generate,
    keys,
    magic123,
    model_repo,
    parse,
    serve,
    train,
    triton,
    verify,
)
from server.cli.errors import UsageError
from server.cli.streams import drop_output, prepare_streams

COMMANDS = (
    serve,
    keys,
    generate,
    magic123,
    parse,
    export,
    model_repo,
    verify,
    triton,
    train,
    figures,
    evaluate,
    ablation,
    annotate,
)

EPILOG = """\
examples:
  cosmicman serve --port 9000
  cosmicman generate "a full-body shot, a woman in a red dress, long black hair" -o out.png
  cosmicman parse "a man in a blue plaid shirt and white sneakers"

`cosmicman COMMAND --help` has more of them."""


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from engine import __version__

        sys.stdout.write(f"cosmicman {__version__}\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line instead of repeating the whole usage, and knows what ~ is in any path."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.register("type", Path, path)

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

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="cosmicman",
        description="Dense descriptions of people in, matching pictures out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    _let_name_themselves(parser)
    return parser


def _let_name_themselves(parser: argparse.ArgumentParser) -> None:
    """Lets options say which command's parser read them."""
    parser.set_defaults(read_by=parser)
    for action in parser._actions:
        for inner in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():
            _let_name_themselves(inner)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; a mistake of the caller is one line on stderr and exit status 2."""
    prepare_streams()
    try:
        return _command(arguments)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second one ends what still runs at once, without a word
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader has left, as in `cosmicman parse ... | head`
        drop_output()
        return 128 + signal.SIGPIPE
    except OSError as error:  # what was written cannot be kept: a full disk, say
        drop_output()
        sys.stderr.write(f"cosmicman: stdout: {error.strerror or error}\n")
        return 1


def _command(arguments: Sequence[str] | None) -> int:
    try:
        options, extra = build_parser().parse_known_args(arguments)
        if extra:
            return _fail(options, unknown_arguments(options.read_by, extra), 2)
        return _run(options)
    finally:
        sys.stdout.flush()


def _run(options: argparse.Namespace) -> int:
    from engine.errors import BundleError, EngineError, ProviderError, RequestError

    try:
        return int(options.run(options))
    except (UsageError, BundleError, ProviderError, RequestError) as error:
        return _fail(options, str(error), 2)
    except EngineError as error:
        return _fail(options, str(error), 1)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(options, f"{where}{error.strerror or error}", 2)


def _fail(options: argparse.Namespace, message: str, status: int) -> int:
    for line in message.splitlines() or ["failed"]:
        sys.stderr.write(f"cosmicman {options.command}: {line}\n")
    return status
