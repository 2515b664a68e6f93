"""`cosmicman evaluate`: pictures of unseen descriptions, judged attribute by attribute."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command, whole_number
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.engine import Engine

EXAMPLES = """\
  cosmicman evaluate --bundle models/figurine-bundle --num 500 --out out/evaluation
  cosmicman evaluate --pipeline runs/figurine/package --attention --num 100
  cosmicman evaluate --figures

Descriptions come from figures that neither the model nor the judge has seen; the judge is models/judge.
FOLDER gets evaluation.json (every question and answer) and contact_sheet.png."""

_MODELS = Path(__file__).resolve().parents[2] / "models"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "evaluate", "judge pictures of unseen descriptions", EXAMPLES)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle (the bundled model)")
    source.add_argument("--pipeline", type=Path, metavar="FOLDER", help="diffusers folder, run by PyTorch")
    source.add_argument("--images", type=Path, metavar="FOLDER", help="pictures made before, named by seed")
    source.add_argument("--figures", action="store_true", help="the figures themselves: the judge's own accuracy")
    parser.add_argument("--attention", action="store_true", help="of a pipeline: where each phrase's attention falls")
    parser.add_argument("--num", type=whole_number(1), default=500, help="descriptions (%(default)s)")
    parser.add_argument("--first-seed", type=whole_number(0), help="of the figures described")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder for the result")
    parser.add_argument("--judge", type=Path, default=_MODELS / "judge", metavar="FOLDER", help="the judge")
    parser.add_argument("--steps", type=whole_number(1), help="denoising steps (the model's default)")
    parser.add_argument("--guidance-scale", type=float, help="strength of guidance (the model's default)")
    parser.add_argument("--sampler", help="a sampler (the model's default)")
    parser.add_argument(
        "--guidance-interval",
        type=float,
        nargs=2,
        metavar=("START", "END"),
        help="shares of the denoising between which guidance acts (0 1)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    # Threads that spin at barriers waste a shared machine; libgomp reads this when torch loads it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with needs_extra("train"):
        from engine.train.evaluate import main
    if not (options.bundle or options.pipeline or options.images or options.figures):
        options.bundle = _MODELS / "figurine-bundle"
    arguments = [f"--{name}" for name in ("figures", "attention") if getattr(options, name)]
    names = ("bundle", "pipeline", "images", "num", "first_seed", "out", "judge", "steps", "guidance_scale", "sampler")
    for name in names:
        value = getattr(options, name)
        if value is not None:
            arguments += [f"--{name.replace('_', '-')}", str(value)]
    if options.guidance_interval is not None:
        arguments += ["--guidance-interval", *map(str, options.guidance_interval)]
    return main(arguments, load_engine=_load)


def _load(bundle: Path) -> "Engine":
    from engine.engine import Engine

    return Engine.load(bundle)
