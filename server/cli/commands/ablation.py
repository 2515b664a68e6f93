"""`cosmicman ablation`: trains a recipe's variants, judges them, and prints what each changes."""

import argparse
import logging
import os
import sys
from pathlib import Path

from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

EXAMPLES = """\
  cosmicman ablation engine/train/recipes/ablation.yaml --check
  cosmicman ablation engine/train/recipes/ablation.yaml
  cosmicman ablation ablation.yaml --out runs/longer --set unet.fit.steps=5000 --set ablation.num_descriptions=1000

The recipe's section `ablation` names variants (settings that differ) and seeds; each variant is trained with each
seed and judged on the same unseen descriptions. FOLDER gets every run and ablation.md; the same command again
continues what was interrupted. With --check every variant's parts are built and the weights they name are loaded; no
step is taken."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "ablation", "train variants of a recipe and compare them", EXAMPLES)
    parser.add_argument("recipe", type=Path, metavar="RECIPE.yaml", help="what is trained, and which variants of it")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder to write to (runs/ and the recipe's file name)"
    )
    parser.add_argument(
        "--judge", type=Path, metavar="FOLDER", help="classifier that judges the pictures (the bundled one)"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="another value for a setting; may be repeated"
    )
    parser.add_argument("--check", action="store_true", help="see whether everything fits, take no step, write nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    # Threads that spin at barriers waste a shared machine; libgomp reads this when torch loads it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with needs_extra("train"):
        from engine.train.ablation.ablation import check_ablation, run_ablation
    from server.cli.commands.evaluate import load_endpoint
    from server.shipped import shipped_model

    judge = options.judge or shipped_model("judge")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    out = options.out or Path("runs") / options.recipe.stem
    try:
        if options.check:
            lines = check_ablation(options.recipe, options.set, judge=judge)
            sys.stdout.write("\n".join([*lines, f"{options.recipe} can be trained"]) + "\n")
            return 0
        tables = run_ablation(options.recipe, options.set, out, judge=judge, load_endpoint=load_endpoint)
        sys.stdout.write(tables)
    except (ValueError, FloatingPointError) as error:
        raise UsageError(str(error)) from error
    return 0
