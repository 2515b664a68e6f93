"""`cosmicman export`: turns a trained checkpoint into the bundle that the engine serves."""

import argparse
import logging
import sys
from pathlib import Path

from server.cli.arguments import add_command
from server.cli.errors import UsageError
from server.cli.extras import needs_extra

logger = logging.getLogger(__name__)

EXAMPLES = """\
  cosmicman export runs/figurine/package --out models/figurine-bundle

CHECKPOINT is a diffusers pipeline folder. The bundle appears whole or not at all: ONNX graphs, tokenizer and
manifest.json with the sha256 of every file."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "export", "export a trained checkpoint to an engine bundle", EXAMPLES)
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="diffusers pipeline folder")
    parser.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="bundle folder to write")
    parser.add_argument("--name", help="the model's name (the checkpoint's own)")
    parser.add_argument(
        "--precision",
        choices=("fp32", "fp16_weights"),
        default="fp32",
        help="how weights are stored; fp16_weights halves the bundle, computation stays float32 (%(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with needs_extra("train"):
        from engine.export.onnx import export_bundle
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("export", total=None)
        try:
            export_bundle(
                options.checkpoint,
                options.out,
                name=options.name,
                precision=options.precision,
                progress=lambda part, done, total: progress.update(
                    task, description=part, completed=done, total=total, refresh=True
                ),
            )
        except ValueError as error:
            logger.debug("export stopped", exc_info=True)
            raise UsageError(str(error)) from error
    sys.stdout.write(f"{options.out}\n")
    return 0
