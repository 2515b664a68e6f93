"""`cosmicman annotate label-studio`: a round's questions for Label Studio, and its export back into the ledger."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.ledger_options import add_ledger, add_pictures, needs_ledger, pictures
from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.ledger.ledger import Ledger
    from engine.annotate.people.label_studio import Task

EXAMPLES = """\
  cosmicman annotate label-studio export --ledger flywheel/ledger.sqlite3 --pictures data/wild --out flywheel/studio
  cosmicman annotate label-studio import --ledger flywheel/ledger.sqlite3 --pictures data/wild project-1.json
  cosmicman annotate label-studio send --ledger flywheel/ledger.sqlite3 --pictures data/wild --server http://host:8080
  cosmicman annotate label-studio fetch --ledger flywheel/ledger.sqlite3 --pictures data/wild \\
      --server http://host:8080 --project 3

`export` writes config.xml (the project's labelling interface) and tasks.json, whose pictures are named below --url:
Label Studio serves local files at /data/local-files/?d=. `import` reads the project's export as JSON; what is none of
the protocol's answers, or is about a picture that was taken down meanwhile, is left out, and said. `send` and `fetch`
do the same with a running server; COSMICMAN_LABEL_STUDIO_KEY is a user's access token there."""

PICTURES_URL = "/data/local-files/?d="


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "label-studio", "let people answer in Label Studio", EXAMPLES)
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    write = _part(what, "export", "write the questions of the round that waits", _write)
    write.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    read = _part(what, "import", "keep the answers of an export", _read)
    read.add_argument("file", type=Path, metavar="EXPORT.json", help="what Label Studio exported as JSON")
    send = _part(what, "send", "make a project of the questions on a running server", _send)
    send.add_argument("--title", help="of the project (the round's number)")
    fetch = _part(what, "fetch", "keep the answers of a project on a running server", _fetch)
    fetch.add_argument("--project", type=whole_number(1), required=True, metavar="N", help="its number, as `send` says")
    for each in (send, fetch):
        each.add_argument("--server", required=True, metavar="URL", help="address of Label Studio's page")
    for each in (write, send):
        each.add_argument("--url", default=PICTURES_URL, help="what a picture's path is put after (%(default)s)")


def _part(
    what: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = what.add_parser(name, help=summary, allow_abbrev=False)
    add_ledger(parser)
    add_pictures(parser)
    parser.set_defaults(run=run)
    return parser


def _write(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.files.whole import whole_file, write_json
    asked = _asked(options)
    with whole_file(options.out / "config.xml") as temporary:
        temporary.write_text(asked.config, encoding="utf-8")
    write_json(options.out / "tasks.json", asked.tasks)
    sys.stdout.write(f"{asked.questions} questions of round {asked.round} in {options.out}\n")
    return 0


def _send(options: argparse.Namespace) -> int:
    from server.cli.annotate.studio_server import KEY, StudioServer

    asked = _asked(options)
    with StudioServer.at(options.server, os.environ.get(KEY, "").strip()) as server:
        title = options.title or f"CosmicMan, round {asked.round}"
        number = server.create(title, asked.config, asked.tasks)
    sys.stdout.write(f"{asked.questions} questions of round {asked.round} are project {number}\n")
    return 0


def _read(options: argparse.Namespace) -> int:
    try:
        exported = json.loads(options.file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{options.file} is no export of Label Studio: {error}") from error
    return _keep(options, exported, str(options.file))


def _fetch(options: argparse.Namespace) -> int:
    from server.cli.annotate.studio_server import KEY, StudioServer

    with StudioServer.at(options.server, os.environ.get(KEY, "").strip()) as server:
        exported = server.export(options.project)
    return _keep(options, exported, f"project {options.project}")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A round's questions as Label Studio has them."""

    round: int
    questions: int
    config: str
    tasks: "list[Task]"


def _asked(options: argparse.Namespace) -> _Asked:
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.people.desk import Desk
        from engine.annotate.people.label_studio import config, tasks
        from engine.annotate.protocol.attributes import ATTRIBUTES
    pool = pictures(options.pictures)
    with Ledger(needs_ledger(options.ledger)) as ledger:
        number = _waiting(ledger)
        asked = Desk(ledger, number, pool.has).open()
        machine = {(each.picture, each.attribute): each for each in ledger.labels()} | ledger.suggestions(number)
    images = {picture: f"{options.url}{known.path}" for picture, known in pool.pictures.items()}
    names = {question.attribute for question in asked}
    return _Asked(
        round=number,
        questions=len(asked),
        config=config([each for each in ATTRIBUTES if each.name in names]),
        tasks=tasks(asked, images, machine),
    )


def _keep(options: argparse.Namespace, exported: object, place: str) -> int:
    """Keeps what people said in an export; `place` names it in messages."""
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.people.desk import Desk
        from engine.annotate.people.label_studio import answers
    try:
        imported = answers(exported)
    except ValueError as error:
        raise UsageError(f"{place} is no export of Label Studio: {error}") from error
    refused, pool = list(imported.refused), pictures(options.pictures)
    kept = 0
    with Ledger(needs_ledger(options.ledger)) as ledger:
        desk = Desk(ledger, _waiting(ledger), pool.has)
        for answer, seconds in imported.answers:
            try:
                desk.answer(answer.picture, answer.attribute, answer.value, answer.annotator, seconds)
                kept += 1
            except ValueError as error:
                refused.append(str(error))
    for each in refused:
        sys.stderr.write(f"cosmicman annotate: left out: {each}\n")
    sys.stdout.write(f"{kept} answers kept, {len(refused)} left out\n")
    return 0


def _waiting(ledger: "Ledger") -> int:
    number = ledger.running()
    if number is None or not ledger.is_done(number, "plan"):
        raise UsageError(f"no round of {ledger.path} waits for people; `cosmicman annotate round` begins one")
    return number
