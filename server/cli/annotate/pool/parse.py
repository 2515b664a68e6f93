"""`cosmicman annotate parse`: makes label maps of a pool's pictures."""

import argparse
from pathlib import Path

from server.cli.annotate.pool.folder import add_pool_command, open_pool, tell
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman annotate parse --pool data/pool                                    # the parser of the bundled model
  cosmicman annotate parse --pool data/pool --segformer mattmdjaga/segformer_b2_clothes"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(
        commands, "parse", "make label maps of a pool's pictures that passed the filter", EXAMPLES
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--bundle", type=Path, metavar="FOLDER", help="the parser of a bundle (the bundled model's)")
    which.add_argument("--segformer", metavar="MODEL", help="a SegFormer with ATR-18 labels: folder or hub id")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from engine.annotate.filter.run import passed
    from engine.annotate.parse.bundled import BundledParser
    from engine.annotate.parse.parser import Parser
    from engine.annotate.parse.shelf import parse_all
    from server.shipped import shipped_model

    try:
        if options.segformer:
            with needs_extra("train"):
                from engine.annotate.parse.segformer import SegformerParser
            parser: Parser = SegformerParser(options.segformer)
        else:
            parser = BundledParser.load(options.bundle or shipped_model("figurine-bundle"))
    except ValueError as error:
        raise UsageError(str(error)) from error
    with open_pool(options.pool, there=True) as pool:
        counts = parse_all(pool, (picture for picture, _ in passed(pool)), parser)
    tell(f"{counts.pop('parsed', 0)} parsed by {parser.name}", counts)
    return 0
