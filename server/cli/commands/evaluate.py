"""`cosmicman evaluate`: pictures of descriptions, judged attribute by attribute or question by question."""

import argparse
import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command, whole_number
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.engine import Engine
    from server.cli.vision_endpoint import VisionEndpoint

EXAMPLES = """\
  cosmicman evaluate --bundle models/figurine-bundle --num 500 --out out/evaluation
  cosmicman evaluate --bundle models/figurine-bundle --phrases 3 --attributes 1
  cosmicman evaluate --bundle models/figurine-bundle --phrases 2 --attributes 1 --about dress
  cosmicman evaluate --pipeline runs/figurine/package --attention --num 100
  cosmicman evaluate --figures
  cosmicman evaluate --figures --autoencoder models/figurine/checkpoint/vae
  cosmicman evaluate --bundle models/figurine-bundle --layout --num 300
  cosmicman evaluate --images pictures --vlm http://127.0.0.1:8000/v1 --vlm-model qwen --out out/photographs
  cosmicman evaluate --bundle bundle --rows CosmicManHQ --vlm --num 200 --out out/rows
  cosmicman evaluate --images pictures --vqa-model models/vilt --reference photographs --features models/clip

Figures are people that this project draws. Descriptions are of figures that neither model nor judge has seen.
The judge is a classifier that names what it sees in a picture.
With --vlm or --vqa-model, --images holds any pictures with captions: NAME.txt beside NAME.png, or label/*.parquet.
--rows takes the descriptions of such a folder, and leaves the pictures to the model; --features and --inception compare
with the folder's own pictures. FOLDER then gets pictures/ too.
COSMICMAN_VLM_BASE_URL, COSMICMAN_VLM_MODEL and COSMICMAN_VLM_API_KEY stand for the server's address, model and key.
FOLDER gets evaluation.json and questions.txt (every question and answer), and for figures contact_sheet.png."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add_command(commands, "evaluate", "judge pictures of descriptions", EXAMPLES)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle (the bundled model)")
    source.add_argument("--pipeline", type=Path, metavar="FOLDER", help="diffusers folder, run by PyTorch")
    source.add_argument("--images", type=Path, metavar="FOLDER", help="pictures made before, by seed or with captions")
    source.add_argument(
        "--figures", action="store_true", help="the drawn figures themselves: how often the judge is right"
    )
    parser.add_argument(
        "--autoencoder",
        type=Path,
        metavar="FOLDER",
        help="with --figures: show them as this AutoencoderKL gives them back",
    )
    parser.add_argument(
        "--rows",
        type=Path,
        metavar="FOLDER",
        help="with --bundle or --pipeline: paint what these photographs are described as, not figures",
    )
    parser.add_argument("--num", type=whole_number(1), help="number of descriptions (500)")
    parser.add_argument(
        "--first-seed", type=whole_number(0), help="seed of the first figure that is described (1000000)"
    )
    parser.add_argument(
        "--phrases", type=whole_number(1), metavar="N", help="say at most N things of each figure (all)"
    )
    parser.add_argument(
        "--attributes", type=whole_number(1), metavar="N", help="say at most N words about each of those things (all)"
    )
    parser.add_argument("--about", metavar="GROUP", help="take only figures that wear this, such as dress, and say so")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder for the result")
    parser.add_argument("--batch-size", type=whole_number(1), help="pictures that --pipeline draws at once (16)")
    parser.add_argument(
        "--attention", action="store_true", help="with --pipeline: measure where each phrase's attention falls"
    )
    parser.add_argument(
        "--layout",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="BUNDLE",
        help="also measure how well pictures keep their figures' layout, by the parser of BUNDLE (the bundled model)",
    )
    judge = parser.add_mutually_exclusive_group()
    judge.add_argument(
        "--judge", type=Path, metavar="FOLDER", help="classifier that names what it sees in a picture (models/judge)"
    )
    judge.add_argument("--vqa-model", metavar="MODEL", help="a transformers VQA model instead: folder or hub name")
    judge.add_argument("--vlm", nargs="?", const="", metavar="URL", help="an OpenAI-compatible server instead")
    parser.add_argument("--vlm-model", metavar="NAME", help="the model's name at that server")
    parser.add_argument("--vlm-concurrency", type=whole_number(1, 256), help="requests at once (8)")
    parser.add_argument("--reference", type=Path, metavar="FOLDER", help="real pictures to measure the distance from")
    parser.add_argument("--features", metavar="MODEL", help="Frechet distance in a vision model's features")
    parser.add_argument("--inception", type=Path, metavar="FILE", help="FID, by the TorchScript file of Inception")
    parser.add_argument("--clip", metavar="MODEL", help="CLIP score by this CLIP model")
    parser.add_argument(
        "--preference",
        metavar="MODEL",
        help="what people prefer, by a CLIP model that has learnt it: PickScore, or HPSv2 as transformers has it",
    )
    parser.add_argument("--steps", type=whole_number(1), help="denoising steps (the model's default)")
    parser.add_argument("--guidance-scale", type=float, help="strength of guidance (the model's default)")
    parser.add_argument("--sampler", help="a sampler (the model's default)")
    parser.add_argument("--variant", help="full or few_steps: which of the bundle's UNets draws (full)")
    parser.add_argument("--decoder", help="full or fast: which of its decoders (full)")
    parser.add_argument(
        "--guidance-interval",
        type=float,
        nargs=2,
        metavar=("START", "END"),
        help="guide from START to END of the denoising; 0 is noise, 1 the picture (0 1)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    # Threads that spin at barriers waste a shared machine; libgomp reads this when torch loads it.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with needs_extra("train"):
        from engine.train.evaluation.command import Options
        from engine.train.evaluation.command import run as measure
    from server.shipped import shipped_model

    if not (options.bundle or options.pipeline or options.images or options.figures):
        options.bundle = shipped_model("figurine-bundle")
    options.judge = options.judge or shipped_model("judge")
    if options.layout == Path():
        options.layout = shipped_model("figurine-bundle")
    names = [field.name for field in fields(Options)]
    told = {name: value for name in names if (value := getattr(options, name)) is not None}
    return measure(Options(**told), load_engine=_load, load_endpoint=load_endpoint)


def _load(bundle: Path) -> "Engine":
    from engine.engine import Engine

    return Engine.load(bundle)


def load_endpoint(base_url: str | None, model: str | None, concurrency: int) -> "VisionEndpoint":
    """The model behind an OpenAI-compatible server, of these settings or the environment's."""
    from server.cli.vision_endpoint import VisionEndpoint

    return VisionEndpoint.of(base_url, model, concurrency)
