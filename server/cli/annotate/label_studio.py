"""`cosmicman annotate label-studio`: a round's questions for Label Studio, and its export back into the ledger."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.ledger_options import add_ledger, add_pictures, needs_ledger, pictures
from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.ledger.ledger import Ledger

EXAMPLES = """\
  cosmicman annotate label-studio export --ledger flywheel/ledger.sqlite3 --pictures data/wild --out flywheel/studio
  cosmicman annotate label-studio import --ledger flywheel/ledger.sqlite3 --pictures data/wild project-1.json

`export` writes config.xml (the project's labelling interface) and tasks.json, whose pictures are named below --url:
Label Studio serves local files at /data/local-files/?d=. `import` reads the project's export as JSON; what is none of
the protocol's answers, or is about a picture that was taken down meanwhile, is left out, and said."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "label-studio", "let people answer in Label Studio", EXAMPLES)
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    write = what.add_parser("export", help="write the questions of the round that waits", allow_abbrev=False)
    add_ledger(write)
    add_pictures(write)
    write.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    write.add_argument("--url", default="/data/local-files/?d=", help="what a picture's path is put after")
    write.set_defaults(run=_write)
    read = what.add_parser("import", help="keep the answers of an export", allow_abbrev=False)
    add_ledger(read)
    add_pictures(read)
    read.add_argument("file", type=Path, metavar="EXPORT.json", help="what Label Studio exported as JSON")
    read.set_defaults(run=_read)


def _write(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.people.desk import Desk
        from engine.annotate.people.label_studio import config, tasks
        from engine.annotate.protocol.attributes import ATTRIBUTES
        from engine.files.whole import whole_file, write_json
    pool = pictures(options.pictures)
    with Ledger(needs_ledger(options.ledger)) as ledger:
        number = _waiting(ledger)
        asked = Desk(ledger, number, pool.has).open()
        machine = {(each.picture, each.attribute): each for each in ledger.labels()} | ledger.suggestions(number)
        images = {picture: f"{options.url}{known.path}" for picture, known in pool.pictures.items()}
        names = {question.attribute for question in asked}
        with whole_file(options.out / "config.xml") as temporary:
            temporary.write_text(config([each for each in ATTRIBUTES if each.name in names]), encoding="utf-8")
        write_json(options.out / "tasks.json", tasks(asked, images, machine))
    sys.stdout.write(f"{len(asked)} questions of round {number} in {options.out}\n")
    return 0


def _read(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from engine.annotate.people.desk import Desk
        from engine.annotate.people.label_studio import answers
    try:
        imported = answers(json.loads(options.file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise UsageError(f"{options.file} is no export of Label Studio: {error}") from error
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
