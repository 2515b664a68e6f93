"""`cosmicman magic123`: what Magic123 needs to make a body in three dimensions of a described person.

Magic123 (Qian et al. 2023, arXiv 2306.17843) is a program of its own, for a machine with a GPU. It wants a square
cut-out, a text and a Stable Diffusion pipeline as its 2D prior: CosmicMan-SD takes stock Stable Diffusion's place.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.cli.arguments import add_command, whole_number
from server.cli.commands.generate import load_engine
from server.cli.described import add_reader, reading, texts_of
from server.cli.errors import UsageError
from server.cli.provider import add_provider
from server.cli.streams import read_stdin

if TYPE_CHECKING:
    from engine.engine import Engine, ImageReady, PreparedRequest

EXAMPLES = """\
  cosmicman magic123 "a full-body shot, a woman in a red dress, long black hair" --out woman
  cosmicman magic123 "a man in a blue suit" --out man --bundle bundle --pipeline runs/cosmicman-sd/package --seed 7

DIR gets rgba.png (the person cut out, in a square), prompt.txt and run.sh, which runs Magic123's two stages in a
checkout of it: cd Magic123 && sh DIR/run.sh. It takes an hour on a GPU of 32 GB. --pipeline is the diffusers folder of
the same model, such as the package that `cosmicman train` leaves; Magic123 takes Stable Diffusion, not SDXL."""

#: Options of its script without textual inversion, as its readme has them.
_BOTH = "--sd_version 1.5 --optim adam --iters 5000 --guidance SD zero123 --guidance_scale 100 5"
_COARSE = "--lambda_guidance 1.0 40 --latent_iter_ratio 0 --normal_iter_ratio 0.2 --t_range 0.2 0.6"
_FINE = "--dmtet --known_view_interval 4 --lambda_guidance 1e-3 0.01 --latent_iter_ratio 0 --rm_edge"
_LAST = "--bg_radius -1 --save_mesh"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(commands, "magic123", "write what Magic123 makes a 3D body of", EXAMPLES)
    parser.add_argument("description", help="who it is, in free text; - reads stdin")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder to write to")
    parser.add_argument(
        "--pipeline", type=Path, metavar="FOLDER", help="the model's diffusers folder (the bundled one)"
    )
    parser.add_argument("--side", type=whole_number(64, 2048), default=512, help="pixels of the square (512)")
    parser.add_argument("--width", type=int, help="pixels of the drawing (the model's default)")
    parser.add_argument("--height", type=int, help="pixels of the drawing (the model's default)")
    parser.add_argument("--steps", type=int, help="denoising steps (the model's default)")
    parser.add_argument("--seed", type=int, help="same seed, same picture (drawn if not given, or -1)")
    add_reader(parser)
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle to use (the bundled model)")
    parser.add_argument("--num-threads", type=whole_number(1), help="threads of the engine (one for each core)")
    add_provider(parser)
    parser.set_defaults(run=run, num_images=1, adapters=None)


def run(options: argparse.Namespace) -> int:
    from PIL import Image
    from rich.console import Console

    from engine.engine import GenerationRequest
    from engine.files.whole import whole_folder
    from engine.pictures.square import square_cutout
    from server.cli.tables import show_texts

    if options.out.exists():
        raise UsageError(f"--out must name a folder that is not there yet, and {str(options.out)!r} is")
    pipeline = _pipeline(options)
    with reading(options) as read:
        description, note = read(read_stdin() if options.description == "-" else options.description)
    request = GenerationRequest(
        description=description,
        width=options.width,
        height=options.height,
        steps=options.steps,
        seed=options.seed,
        cutout=True,
    )
    engine = load_engine(options)
    prepared = engine.prepare(request)
    texts = texts_of(prepared.description, note, guided=prepared.guided)
    show_texts(Console(stderr=True), texts)
    image = asyncio.run(_drawn(engine, prepared))
    with Image.open(io.BytesIO(image.data)) as cutout:
        try:
            square = square_cutout(cutout.convert("RGBA"), options.side)
        except ValueError as error:
            raise UsageError(f"{error}; another --seed may help") from error
    prompt = texts["drawn"]
    with whole_folder(options.out) as folder:
        square.save(folder / "rgba.png")
        (folder / "prompt.txt").write_text(f"{prompt}\n", encoding="utf-8")
        (folder / "run.sh").write_text(_script(prompt, pipeline), encoding="utf-8")
    folder = options.out.absolute()
    sys.stdout.write(f"{options.out / 'rgba.png'}\n")
    sys.stderr.write(f"seed {image.seed}; in a checkout of Magic123: sh {shlex.quote(str(folder / 'run.sh'))}\n")
    return 0


def _pipeline(options: argparse.Namespace) -> Path:
    """The folder that Magic123 loads as `--hf_key`; it must be a Stable Diffusion pipeline."""
    from server.shipped import shipped_model

    folder: Path | None = options.pipeline
    if folder is None and options.bundle is None:
        folder = shipped_model("figurine") / "checkpoint"
    if folder is None:
        raise UsageError("--pipeline must name the diffusers folder of the bundle's model: Magic123 reads no bundle")
    try:
        kind = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))["_class_name"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "" if options.pipeline else "; name one with --pipeline"
        raise UsageError(f"{str(folder)!r} is no diffusers pipeline: it has no model_index.json{hint}") from error
    if kind != "StableDiffusionPipeline":
        raise UsageError(f"Magic123 takes a StableDiffusionPipeline; {str(folder)!r} is a {kind}")
    return folder.absolute()


async def _drawn(engine: Engine, request: PreparedRequest) -> ImageReady:
    from engine.engine import ImageReady
    from server.backend import running

    found: list[ImageReady] = []
    async with engine, running(engine, request) as events:
        async for event in events:
            if isinstance(event, ImageReady):
                found.append(event)
    return found[0]


def _script(prompt: str, pipeline: Path) -> str:
    """Both stages, the fine one from what the coarse one leaves; it may lie anywhere."""
    return f"""\
#!/bin/sh
# To be run in a checkout of https://github.com/guochengqian/Magic123; its readme says what it wants installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
text={shlex.quote(prompt)}
pipeline={shlex.quote(str(pipeline))}
python preprocess_image.py --path "$here/rgba.png"  # writes depth.png beside it
python main.py -O --text "$text" --hf_key "$pipeline" --image "$here/rgba.png" \\
  --workspace "$here/coarse" {_BOTH} \\
  {_COARSE} {_LAST}
python main.py -O --text "$text" --hf_key "$pipeline" --image "$here/rgba.png" \\
  --workspace "$here/fine" {_BOTH} \\
  {_FINE} {_LAST} \\
  --init_ckpt "$here/coarse/checkpoints/coarse.pth"
"""
