"""`cosmicman train`: makes a model from a recipe."""

import argparse
import logging
import sys
from pathlib import Path

from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra
from server.cli.hub import download, is_hub_id

logger = logging.getLogger(__name__)

EXAMPLES = """\
  cosmicman train engine/train/recipes/figurine.yaml --check
  cosmicman train engine/train/recipes/figurine.yaml --resume
  cosmicman train figurine.yaml --out runs/bigger --set unet.fit.steps=20000 --set data.folder=data/more
  cosmicman train figurine.yaml --stage unet --resume
  cosmicman train engine/train/recipes/cosmicman-sdxl.yaml --set data.folder=data/CosmicManHQ-1.0 --resume

Checkpoints, sample pictures, training.json (what each stage cost) and the finished model (package/, a stock
diffusers folder) go to FOLDER. An interrupted run continues with --resume as if it had never stopped. With --check
every part is built, the weights that the recipe names are loaded and all data is looked at; no step is taken."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "train", "train a model from a recipe", EXAMPLES)
    parser.add_argument("recipe", type=Path, metavar="RECIPE.yaml", help="what the model is made from")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder to write to (runs/ and the recipe's file name)"
    )
    parser.add_argument(
        "--stage", help="one stage: tokenizer, perceptual, vae, parser, text, probe, unet or package (all in order)"
    )
    parser.add_argument("--resume", action="store_true", help="keep what is finished and continue the rest")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="another value for a setting; may be repeated"
    )
    parser.add_argument("--check", action="store_true", help="see whether everything fits, take no step, write nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    out = options.out or Path("runs") / options.recipe.stem
    with needs_extra("train"):
        from engine.train import dry_run, main
        from engine.train.recipe.reading import load_recipe
    if options.check and (options.stage is not None or options.resume):
        raise UsageError("--check looks at the whole recipe and takes no step: leave out --stage and --resume")
    try:
        load_recipe(options.recipe, options.set)  # before the seconds that the next import takes
        if options.check:
            with needs_extra("train"):
                lines = dry_run(options.recipe, options.set, fetch)
            sys.stdout.write("\n".join([*lines, f"{options.recipe} can be trained"]) + "\n")
            return 0
        with needs_extra("train"):
            from engine.train.run import STAGES
        if options.stage is not None and options.stage not in STAGES:
            raise UsageError(f"--stage must be one of {', '.join(STAGES)}, got {options.stage!r}")
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        return main(options.recipe, options.set, options.stage, options.resume, out, fetch)
    except (ValueError, FloatingPointError) as error:
        logger.debug("training stopped", exc_info=True)
        raise UsageError(str(error)) from error


def fetch(source: str, variant: str | None) -> Path:
    """A base's folder: one of this machine, or a repository of the hub brought to it."""
    return download(source, variant=variant) if is_hub_id(source) else Path(source)
