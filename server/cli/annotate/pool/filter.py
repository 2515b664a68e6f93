"""`cosmicman annotate filter`: keeps the pictures of a pool that show exactly one person well enough."""

import argparse
import os
from collections import Counter
from pathlib import Path

from server.cli.annotate.pool.folder import add_pool_command, open_pool, progress, tell
from server.cli.annotate.pool.workers import add_workers, spread
from server.cli.arguments import number, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

PERSON_MODELS = "COSMICMAN_PERSON_MODELS"

EXAMPLES = """\
  cosmicman annotate filter --pool data/pool --person-models mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl
  cosmicman annotate filter --pool data/figures-pool --least-side 100 --least-sharpness 0 --no-people
  cosmicman annotate filter --pool data/pool --classifier nsfw.json --written-text

Each picture passes all stages or is left out by the first that refuses it; the reasons are counted."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_pool_command(commands, "filter", "keep a pool's good pictures of exactly one person", EXAMPLES)
    parser.add_argument("--least-side", type=whole_number(1), default=512, help="of the shorter side (%(default)s px)")
    parser.add_argument(
        "--most-ratio", type=number(1), default=3.0, help="of the longer side to the shorter (%(default)s)"
    )
    parser.add_argument("--least-sharpness", type=number(0), default=4.0, help="0 takes every picture (%(default)s)")
    parser.add_argument("--near", type=whole_number(0, 31), default=6, help="bits between near copies (%(default)s)")
    parser.add_argument(
        "--person-models",
        type=Path,
        metavar="PLACE",
        help=f"wheel or folder of mediapipe 0.10.21 ({PERSON_MODELS}, or the installed package)",
    )
    parser.add_argument("--no-people", action="store_true", help="look for no people, as for drawn figures")
    parser.add_argument("--classifier", type=Path, action="append", default=[], metavar="FILE", help="your own (JSON)")
    parser.add_argument("--embedder", type=Path, metavar="FILE", help="your picture encoder, for near copies (JSON)")
    parser.add_argument("--written-text", action="store_true", help="leave out pictures with much writing (rapidocr)")
    add_workers(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from engine.annotate.filter.recipe import FilterRecipe
    from engine.annotate.filter.run import run_filter
    from engine.annotate.filter.workers import filter_work

    place = options.person_models or os.environ.get(PERSON_MODELS)
    recipe = FilterRecipe(
        least_side=options.least_side,
        most_ratio=options.most_ratio,
        least_sharpness=options.least_sharpness,
        near=options.near,
        people=not options.no_people,
        person_models=Path(place).absolute() if place else None,
        written_text=options.written_text,
        embedder=options.embedder.absolute() if options.embedder else None,
        classifiers=tuple(path.absolute() for path in options.classifier),
    )
    with open_pool(options.pool.absolute(), there=True) as pool:
        try:
            with needs_extra("annotate"):
                import imagehash  # noqa: F401

                stages = recipe.build()
            examiner = spread(options, filter_work(recipe, pool.limits))
            filtered = run_filter(pool, stages, examiner, progress=progress("judged"))
        except ValueError as error:
            raise UsageError(str(error)) from error
    counts = Counter({f"{stage}: {reason}": count for (stage, reason), count in filtered.refused.items()})
    tell(f"{filtered.passed} of {filtered.seen} passed", counts)
    return 0
