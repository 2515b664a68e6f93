"""`cosmicman figures`: draws training figures with their label maps and CosmicMan-HQ rows."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from server.cli.arguments import add_command, whole_number
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman figures --out data/figures --num 1000
  cosmicman figures --out data/figures --num 20000 --seed 5000 --workers 8
  cosmicman figures --out data/figures --num 40000 --seed 50000 --least-worn 2
  cosmicman figures --out data/pencil --num 1200 --seed 8000000 --look pencil

Writes FOLDER/label/*.parquet, FOLDER/images/*.png and FOLDER/parsing/*.png (ATR-18 labels). Same seed, same
picture; what is there already is kept, so that an interrupted run continues."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "figures", "draw figures with known attributes to train on", EXAMPLES)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    parser.add_argument("--num", type=whole_number(1), required=True, metavar="N", help="figures to draw")
    parser.add_argument(
        "--seed",
        type=whole_number(0),
        default=0,
        help="seed of the first figure; each further one has the next number (0)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1),
        default=os.cpu_count() or 1,
        help="processes (%(default)s, one for each core)",
    )
    parser.add_argument(
        "--least-worn",
        type=whole_number(0),
        default=0,
        metavar="N",
        help="leave out figures on whom fewer than N of dress, outerwear, legwear, belt, neckwear and bag are seen (0)",
    )
    parser.add_argument(
        "--look",
        metavar="LOOK",
        default="",
        help="draw them otherwise, with the same words, for an adapter to learn: pencil or safety-jacket (as usual)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.train.figures import LOOKS, write_figures
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if options.look and options.look not in LOOKS:
        raise UsageError(f"--look must be one of {', '.join(LOOKS)}; got {options.look[:40]!r}")
    if options.out.exists() and not options.out.is_dir():
        raise UsageError(f"--out must be a folder, and {str(options.out)!r} is a file")
    columns = (TextColumn("figures"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("figures", total=options.num)
        advance = partial(progress.advance, task)
        count = write_figures(
            options.out,
            options.num,
            options.seed,
            options.workers,
            advance,
            least_worn=options.least_worn,
            look=options.look,
        )
    sys.stdout.write(f"{count} figures in {options.out}\n")
    return 0
