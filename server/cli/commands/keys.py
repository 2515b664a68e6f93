"""`cosmicman keys`: makes, lists and revokes the API keys of a server; one that runs sees it within a second."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.auth.keys_file import Key

EXAMPLES = """\
  cosmicman keys add shop --requests-per-minute 60 --concurrent 4
  cosmicman keys add prometheus --scope metrics
  cosmicman keys list
  cosmicman keys revoke shop

The file (keys.json in the state folder, COSMICMAN_KEYS or --keys) holds names, limits and digests. A key itself is
shown once, by `add`, alone on standard output. A server that runs takes changes up within a second; what a revoked key
has running is ended."""

SCOPES = ("generate", "metrics")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "keys", "make, list and revoke API keys", EXAMPLES)
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("--keys", type=Path, metavar="FILE", help="file of the keys (keys.json in the state folder)")
    file.add_argument("--state", type=Path, metavar="FOLDER", help="folder of what the server keeps")
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    make = what.add_parser("add", parents=[file], help="make a key and show it once", allow_abbrev=False)
    make.add_argument("name", metavar="NAME", help="whose it is, such as shop")
    make.add_argument("--requests-per-minute", type=whole_number(1), metavar="N", help="most requests in any minute")
    make.add_argument("--concurrent", type=whole_number(1), metavar="N", help="most generations at a time")
    make.add_argument("--expires", metavar="DATE", help="when it ends, such as 2027-01-31 or 2027-01-31T12:00Z (never)")
    make.add_argument(
        "--scope", action="append", choices=SCOPES, help="what it is good for (generate); repeat it for both"
    )
    what.add_parser("list", parents=[file], help="show what is known of the keys", allow_abbrev=False)
    revoke = what.add_parser("revoke", parents=[file], help="make a key good for nothing", allow_abbrev=False)
    revoke.add_argument("name", metavar="NAME", help="whose key")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from server.auth.keys_file import KeysFileError
    from server.settings import read_settings

    actions: dict[str, Callable[[argparse.Namespace, Path], None]] = {"add": _add, "list": _list, "revoke": _revoke}
    try:
        path = read_settings(keys=options.keys, state=options.state).keys_file
        actions[options.what](options, path)
    except (KeysFileError, ValueError) as error:
        raise UsageError(str(error)) from error
    return 0


def _add(options: argparse.Namespace, path: Path) -> None:
    from server.auth.key import digest_of, new_key
    from server.auth.keys_file import Key, editing, read_moment, written

    now, text = datetime.now(UTC), new_key()
    expires = None if options.expires is None else read_moment(options.expires, "--expires")
    if expires is not None and expires <= now:
        raise UsageError(f"--expires must be in the future; got {options.expires}")
    key = Key(
        name=options.name,
        sha256=digest_of(text),
        created=written(now),
        expires=None if expires is None else written(expires),
        requests_per_minute=options.requests_per_minute,
        concurrent=options.concurrent,
        scopes=tuple(options.scope or ("generate",)),
    )
    with editing(path) as keys:
        if any(other.name == key.name and not other.fault(now) for other in keys):
            raise UsageError(f"there is a key of the name {key.name}; revoke it first, or choose another name")
        keys[:] = [*(other for other in keys if other.name != key.name), key]
    sys.stdout.write(f"{text}\n")
    sys.stderr.write(f"The key {key.name} is in {path}. Keep it now: it is shown only this once.\n")


def _list(options: argparse.Namespace, path: Path) -> None:
    from server.auth.keys_file import read_keys

    if not path.exists():
        if options.keys is not None:
            raise UsageError(f"{path}: there is no such file of keys")
        sys.stderr.write(f"There are no keys: {path} is made with the first one.\n")
    head = ("name", "state", "created", "requests/minute", "concurrent", "scopes")
    rows = [head, *(_row(key, datetime.now(UTC)) for key in (read_keys(path) if path.exists() else ()))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def _row(key: "Key", now: datetime) -> tuple[str, ...]:
    state = key.fault(now) or (f"good until {key.expires}" if key.expires else "good")
    numbers = ("-" if each is None else str(each) for each in (key.requests_per_minute, key.concurrent))
    return (key.name, state.removeprefix("was "), key.created, *numbers, ",".join(key.scopes))


def _revoke(options: argparse.Namespace, path: Path) -> None:
    from dataclasses import replace

    from server.auth.keys_file import editing, written

    if not path.exists():
        raise UsageError(f"{path}: there is no such file of keys")
    with editing(path) as keys:
        places = [place for place, key in enumerate(keys) if key.name == options.name]
        if not places:
            known = ", ".join(key.name for key in keys) or "none"
            raise UsageError(f"there is no key of the name {options.name[:80]!r} in {path}; there are: {known}")
        if keys[places[0]].revoked is None:
            keys[places[0]] = replace(keys[places[0]], revoked=written(datetime.now(UTC)))
    sys.stderr.write(f"The key {options.name} is revoked.\n")
