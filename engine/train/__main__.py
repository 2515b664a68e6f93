"""`python -m engine.train RECIPE --out OUT`: the training entry point without the command-line client."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from engine.train import main


def run() -> int:
    """Parse arguments, train, and turn a user's mistake into one line."""
    parser = argparse.ArgumentParser(prog="python -m engine.train", description="Train a model from a recipe.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints, samples and the finished model")
    parser.add_argument(
        "--stage", help="tokenizer, vae, parser, text, probe, unet or package; all in order when left out"
    )
    parser.add_argument("--resume", action="store_true", help="continue from the newest checkpoint")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C", help="override a setting (repeatable)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        return main(arguments.recipe, arguments.set, arguments.stage, arguments.resume, arguments.out)
    except (ValueError, OSError, FloatingPointError) as error:
        logging.getLogger(__name__).error("%s", error)
        return 2


if __name__ == "__main__":
    sys.exit(run())
