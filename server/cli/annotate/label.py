"""`cosmicman annotate label`: the labelling page of the round that waits for people, on this machine."""

import argparse
from pathlib import Path

from server.cli.annotate.ledger_options import add_ledger, add_pictures, needs_ledger, pictures
from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate label --ledger flywheel/ledger.sqlite3 --pictures data/wild
  cosmicman annotate label --ledger flywheel/ledger.sqlite3 --pictures data/wild --port 9100

Digits and letters answer, Space says that one cannot tell, Backspace takes the last answer back, Enter shows the whole
picture. Every answer is on the disk before the next question is shown. The page is for this machine alone: it listens
on 127.0.0.1, and a tunnel is the way from another one."""


def add(parts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(parts, "label", "serve the page where people answer", EXAMPLES)
    add_ledger(parser)
    add_pictures(parser)
    parser.add_argument("--port", type=whole_number(0, 65535), default=8010, help="of 127.0.0.1 (8010); 0: any")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.annotate.ledger.ledger import Ledger
        from server.cli.annotate.desk import LedgerDesk
        from server.labelling.serve import serve_labelling
    ledger_file: Path = needs_ledger(options.ledger)
    pool = pictures(options.pictures)
    with Ledger(ledger_file) as ledger:
        number = ledger.running()
        if number is None or not ledger.is_done(number, "plan"):
            raise UsageError(f"no round of {ledger_file} waits for people; `cosmicman annotate round` begins one")
        return serve_labelling(LedgerDesk(ledger, number, pool), options.port)
