"""`cosmicman annotate publish`: writes a data set of what was annotated."""

import argparse
from pathlib import Path

from server.cli.annotate.pool.folder import add_pool_command, open_pool, tell
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate publish --pool data/pool --annotations said.jsonl --out data/round-1 --name round-1
  cosmicman annotate publish --pool data/pool --annotations said.jsonl --out data/r2 --name r2 --only CC0-1.0 --shards

FILE has an object a line: id, person_type, aa_text (20 entries), aa_ids and extra. `cosmicman train` reads FOLDER with
data.format cosmicman, and FOLDER/shards with webdataset."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(commands, "publish", "write a data set of what was annotated", EXAMPLES)
    parser.add_argument("--annotations", type=Path, required=True, metavar="FILE", help="lines of JSON")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")
    parser.add_argument("--name", required=True, help="of the data set")
    parser.add_argument("--contact", default="", help="whom to ask for a takedown")
    parser.add_argument("--annotator", action="append", default=[], help="who or what annotated, for the card")
    parser.add_argument("--only", action="append", default=[], metavar="LICENCE", help="take this licence (all known)")
    parser.add_argument("--unknown-licence", action="store_true", help="take pictures whose licence is not known, too")
    parser.add_argument("--shards", action="store_true", help="write WebDataset shards, too")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("annotate"):
        from engine.annotate.publish.write import Publication, publish
    from engine.annotate.publish.annotations import annotated_lines, read_lines
    from engine.annotate.publish.card import CardText
    from engine.annotate.publish.licences import LicenceRule

    with open_pool(options.pool, there=True) as pool:
        try:
            publication = Publication(
                out=options.out,
                card=CardText(name=options.name, contact=options.contact, annotators=tuple(options.annotator)),
                licences=LicenceRule(only=tuple(options.only), unknown=options.unknown_licence),
                shards=options.shards,
            )
            statistics = publish(pool, annotated_lines(pool, read_lines(options.annotations)), publication)
        except ValueError as error:
            raise UsageError(str(error)) from error
    tell(f"{statistics.pictures} pictures in {options.out}", statistics.left_out)
    return 0
