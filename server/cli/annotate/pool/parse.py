"""`cosmicman annotate parse`: makes label maps of a pool's pictures."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.annotate.pool.folder import add_pool_command, open_pool, progress, tell
from server.cli.annotate.pool.workers import add_workers, spread
from server.cli.arguments import place
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.annotate.parse.recipe import ParserRecipe

EXAMPLES = """\
  cosmicman annotate parse --pool data/pool                                    # the parser of the bundled model
  cosmicman annotate parse --pool data/pool --segformer mattmdjaga/segformer_b2_clothes
  cosmicman annotate parse --pool data/pool --graph schp.json --workers 4

A map is made once for each parser. --graph takes a JSON file beside an ONNX graph, or the folder of a SegFormer that
optimum has exported; docs/annotate.md says what is in the file."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(
        commands, "parse", "make label maps of a pool's pictures that passed the filter", EXAMPLES
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--bundle", type=Path, metavar="FOLDER", help="the parser of a bundle (the bundled model's)")
    which.add_argument(
        "--segformer", type=place, metavar="MODEL", help="a SegFormer with ATR-18 labels: folder or hub id"
    )
    which.add_argument("--graph", type=Path, metavar="PLACE", help="your own, as an ONNX graph (JSON file or folder)")
    add_workers(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from engine.annotate.filter.run import passed
    from engine.annotate.parse.recipe import parse_work
    from engine.annotate.parse.shelf import parse_all
    from engine.errors import BundleError

    recipe = _recipe(options)
    with open_pool(options.pool.absolute(), there=True) as pool:
        try:
            with needs_extra("train" if options.segformer else "annotate"):
                parser = recipe.build()
            others = spread(options, parse_work(recipe, pool.limits))
            pictures = (picture for picture, _ in passed(pool))
            counts = parse_all(pool, pictures, parser, others, progress=progress("parsed"))
        except (BundleError, ValueError) as error:
            raise UsageError(str(error)) from error
    tell(f"{counts.pop('parsed', 0)} parsed by {parser.name}", counts)
    return 0


def _recipe(options: argparse.Namespace) -> "ParserRecipe":
    from engine.annotate.parse.recipe import ParserRecipe
    from server.shipped import shipped_model

    if options.segformer:
        local = Path(options.segformer)
        return ParserRecipe(segformer=str(local.absolute()) if local.is_dir() else options.segformer)
    if options.graph:
        return ParserRecipe(graph=options.graph.absolute())
    return ParserRecipe(bundle=(options.bundle or shipped_model("figurine-bundle")).absolute())
