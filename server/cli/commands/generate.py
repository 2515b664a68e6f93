"""`cosmicman generate`: one description to picture files, with an engine inside this process."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from server.cli.arguments import add_command, named_value, whole_number
from server.cli.control import add_control, control_of
from server.cli.described import add_reader, reading, texts_of
from server.cli.errors import UsageError
from server.cli.provider import NAMES, add_provider, loader
from server.cli.streams import read_stdin

if TYPE_CHECKING:
    from rich.console import Console

    from engine.engine import Engine, ImageReady, PreparedRequest, SecondPass

T = TypeVar("T")

#: Each of them has its file, which is looked at before any work is done.
MOST_IMAGES = 10_000
FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}

EXAMPLES = """\
  cosmicman generate "a full-body shot, a woman in a red dress, long black hair" -o out.png
  cosmicman generate "a man with a grey beard, a green coat" -o man.webp --seed 7 --steps 30
  cosmicman generate "a girl in a yellow raincoat" -o girl.png --num-images 4
  cosmicman generate "a man with a grey beard, a blue coat" -o blue.png --init-image man.png --change auto
  cosmicman generate "a man in a blue suit" -o man.png --cutout
  cosmicman generate "a man in a blue suit" -o man.png --attention maps
  cosmicman generate "a girl in a red dress" -o girl.png --adapters models/adapters --lora pencil=0.8
  cosmicman generate "a man in a blue suit" -o man.png --layout labels.png --control-until 0.8
  cosmicman generate - -o out.png < description.txt
  cosmicman generate -o woman.png --group person="a young woman" --group hair="long red hair" --weight hair=1.3

The picture's file holds what is needed to make it again. With --num-images the files are girl-0.png, girl-1.png, ...
Picture 3 of them comes alone with --image-index 3 and the same --seed."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = add_command(commands, "generate", "make pictures of a person from a description", EXAMPLES)
    parser.add_argument("description", nargs="?", default="", help="who is in the picture, in free text; - reads stdin")
    parser.add_argument(
        "--group",
        type=named_value("PHRASE"),
        action="append",
        default=[],
        metavar="NAME=PHRASE",
        help='what to say of a body group, as hair="long red hair"; wins over the description',
    )
    parser.add_argument(
        "--weight",
        type=named_value("NUMBER", number=True),
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="emphasis of a body group, 0 to 4, as top=1.3",
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help=f"picture to write: {', '.join(FORMATS)}"
    )
    parser.add_argument("--negative", default="", metavar="TEXT", help="what must not be in the picture")
    parser.add_argument("--width", type=int, help="pixels (the model's default)")
    parser.add_argument("--height", type=int, help="pixels (the model's default)")
    parser.add_argument("--steps", type=int, help="denoising steps (the model's default)")
    parser.add_argument("--guidance-scale", type=float, metavar="SCALE", help="strength of the description; 1 is off")
    parser.add_argument("--sampler", help="such as dpmpp_2m_karras or euler_a (the model's default)")
    parser.add_argument("--variant", default="full", help="few_steps draws with a UNet of few steps (full)")
    parser.add_argument("--decoder", default="full", help="fast makes nearly the same picture in less time (full)")
    parser.add_argument(
        "--lora",
        type=named_value("SCALE", number=True),
        action="append",
        default=[],
        metavar="NAME=SCALE",
        help="adapter of the folder --adapters, -2 to 2; may be repeated",
    )
    parser.add_argument(
        "--adapters", type=Path, metavar="FOLDER", help="folder of adapters (LoRA) to choose from (none)"
    )
    parser.add_argument("--deadline-seconds", type=float, metavar="SECONDS", help="give up after this time (no limit)")
    parser.add_argument(
        "--guidance-interval",
        type=float,
        nargs=2,
        metavar=("START", "END"),
        help="guide from START to END of the denoising; 0 is noise, 1 the picture (0 1)",
    )
    parser.add_argument("--init-image", type=Path, metavar="FILE", help="PNG, JPEG or WebP picture to start from")
    parser.add_argument("--strength", type=float, help="how much to change it, above 0 to 1 (0.8)")
    parser.add_argument("--mask", type=Path, metavar="FILE", help="PNG of its size: white may change, black stays")
    parser.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="GROUP",
        help="body group of it that may change; auto means what its own description says otherwise",
    )
    parser.add_argument("--grow", type=int, metavar="PIXELS", help="enlarge what may change (0; a few with --change)")
    parser.add_argument("--feather", type=int, metavar="PIXELS", help="mix old and new inside its edge (2)")
    parser.add_argument("--second-pass", type=float, metavar="STRENGTH", help="denoise once more; 0.3 is usual")
    parser.add_argument("--second-pass-scale", type=float, metavar="FACTOR", help="enlarge the picture first (1)")
    parser.add_argument("--second-pass-steps", type=int, metavar="STEPS", help="STRENGTH is a share of these (--steps)")
    add_control(parser)
    add_reader(parser)
    parser.add_argument("--seed", type=int, help="same seed, same picture (drawn if not given, or -1)")
    parser.add_argument("--image-index", type=int, default=0, metavar="N", help="number of the first picture (0)")
    parser.add_argument(
        "--num-images", type=whole_number(1, MOST_IMAGES), default=1, metavar="N", help="pictures to make (1)"
    )
    parser.add_argument(
        "--image-quality", type=int, metavar="1..100", help="of a JPEG or WebP; 1 is the smallest file (95)"
    )
    parser.add_argument("--cutout", action="store_true", help="only the person, the rest transparent; .png or .webp")
    parser.add_argument(
        "--attention",
        type=Path,
        metavar="FOLDER",
        help="write there NAME-GROUP.png for each body group, white where the picture heeded its words most",
    )
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="engine bundle to use (the bundled model)")
    parser.add_argument("--num-threads", type=whole_number(1), help="threads of the engine (one for each core)")
    add_provider(parser)
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from rich.console import Console

    from engine.engine import GenerationRequest
    from server.cli.tables import show_groups, show_texts

    files = _files(options.out, options.num_images, options.force)
    if options.attention is not None:
        _check_maps(options.attention, files, options.force)
    with reading(options) as read:
        description, note = read(read_stdin() if options.description == "-" else options.description)
    request = GenerationRequest(
        description=description,
        groups=_once("--group", options.group),
        weights=_once("--weight", options.weight),
        negative_description=options.negative,
        width=options.width,
        height=options.height,
        steps=options.steps,
        guidance_scale=options.guidance_scale,
        sampler=options.sampler,
        variant=options.variant,
        decoder=options.decoder,
        loras=_once("--lora", options.lora),
        control=control_of(options),
        seed=options.seed,
        image_index=options.image_index,
        num_images=options.num_images,
        deadline_seconds=options.deadline_seconds,
        image_format=FORMATS[options.out.suffix.lower()],
        image_quality=options.image_quality,
        guidance_interval=None if options.guidance_interval is None else tuple(options.guidance_interval),
        init_image=_read("--init-image", options.init_image),
        strength=options.strength,
        mask=_read("--mask", options.mask),
        change=tuple(options.change),
        grow=options.grow,
        feather=options.feather,
        second_pass=_second_pass(options),
        cutout=options.cutout,
        attention=options.attention is not None,
    )
    console = Console(stderr=True)
    engine = load_engine(options)
    prepared = engine.prepare(request)
    show_groups(console, prepared.description)
    show_texts(console, texts_of(prepared.description, note, options.negative, guided=prepared.guided))
    written = asyncio.run(_generate(engine, prepared, files, console, options.attention))
    sys.stdout.writelines(f"{file}\n" for file in written)
    return 0


def _once(argument: str, pairs: list[tuple[str, T]]) -> dict[str, T]:
    """The pairs of a repeated argument; a name may come once."""
    given = dict(pairs)
    if len(given) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"{argument} may have a name once, and {twice!r} came more often")
    return given


def _read(argument: str, file: Path | None) -> bytes | None:
    if file is None:
        return None
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{argument} {str(file)!r} cannot be read: {error.strerror}") from error


def _second_pass(options: argparse.Namespace) -> SecondPass | None:
    from engine.engine import SecondPass

    if options.second_pass is None:
        if options.second_pass_scale is not None or options.second_pass_steps is not None:
            raise UsageError("--second-pass-scale and --second-pass-steps belong to --second-pass")
        return None
    scale = 1.0 if options.second_pass_scale is None else options.second_pass_scale
    return SecondPass(strength=options.second_pass, scale=scale, steps=options.second_pass_steps)


def _files(out: Path, num_images: int, force: bool) -> list[Path]:
    """Where each picture goes; that it can be written there is seen before any work is done."""
    if out.suffix.lower() not in FORMATS:
        raise UsageError(f"--out must end in {', '.join(FORMATS)}, got {str(out)!r}")
    if not out.parent.is_dir():
        raise UsageError(f"--out must lie in a folder that is there, and {str(out.parent)!r} is not")
    files = [out] if num_images == 1 else [out.with_stem(f"{out.stem}-{index}") for index in range(num_images)]
    taken = [str(file) for file in files if file.exists()]
    if taken and not force:
        raise UsageError(f"{', '.join(taken)} is there already; --force overwrites it")
    for file in files:
        _try_to_write(file)
    return files


def _try_to_write(file: Path) -> None:
    if file.is_dir():
        raise UsageError(f"--out must name a file, and {str(file)!r} is a folder")
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", suffix=file.suffix):
            pass
    except OSError as error:
        raise UsageError(f"--out {str(file)!r} cannot be written: {error.strerror}") from error


def _check_maps(folder: Path, files: list[Path], force: bool) -> None:
    """That maps can be written there is seen before any work is done, whatever groups there will be."""
    from engine.description.groups import DRAWN_GROUPS

    there = folder if folder.exists() else folder.parent
    if not there.is_dir():
        raise UsageError(f"--attention must name a folder, or a new one in a folder that is there; got {str(folder)!r}")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UsageError(f"--attention {str(folder)!r} cannot be written: {error.strerror}") from error
    maps = (folder / f"{file.stem}-{group}.png" for file in files for group in DRAWN_GROUPS)
    taken = [str(path) for path in maps if path.exists()]
    if taken and not force:
        raise UsageError(f"{', '.join(taken)} is there already; --force overwrites it")


def load_engine(options: argparse.Namespace) -> Engine:
    """The engine of `--bundle`, `--num-threads` and the provider's options; it starts without warming up."""
    from server.run import engine_settings
    from server.settings import read_settings

    given = {name: getattr(options, name) for name in ("bundle", "adapters", "num_threads", *NAMES)}
    try:
        settings = read_settings(**given)
        limits = replace(engine_settings(settings), max_images=options.num_images, warm_up=False)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return loader(settings)(settings.bundle, limits)


async def _generate(
    engine: Engine, request: PreparedRequest, files: list[Path], console: Console, maps: Path | None
) -> list[Path]:
    """Draws; gives what was written, each picture before its maps."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from engine.engine import ImageReady, Started, Step
    from server.backend import running

    written: dict[int, list[Path]] = {}
    text, bar, count, clock = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(text, bar, count, TextColumn("steps"), clock, console=console) as progress:
        task = progress.add_task("waiting", total=None)
        async with engine, running(engine, request) as events:
            async for event in events:
                match event:
                    case Started():
                        progress.update(task, description=f"seed {event.seed}")
                    case Step():
                        progress.update(task, completed=event.completed, total=event.total)
                    case ImageReady():
                        _write(event.data, files[event.index])
                        written[event.index] = [files[event.index], *_write_maps(event, files[event.index].stem, maps)]
                        made = f"seed {event.seed}, image_index {request.image_index + event.index}"
                        progress.console.print(f"{files[event.index]}  {event.width} x {event.height}  {made}")
    return [path for _, paths in sorted(written.items()) for path in paths]


def _write_maps(image: ImageReady, stem: str, folder: Path | None) -> list[Path]:
    """Where the maps of a picture went."""
    written = []
    for group, png in image.attention.items():
        assert folder is not None, "nobody asked"
        folder.mkdir(exist_ok=True)
        written.append(folder / f"{stem}-{group}.png")
        _write(png, written[-1])
    return written


def _write(data: bytes, file: Path) -> None:
    from engine.files.whole import whole_file

    with whole_file(file) as partial:
        partial.write_bytes(data)
