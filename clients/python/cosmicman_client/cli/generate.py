"""`cosmicman-client generate`: one description to files, with progress."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from cosmicman_client.cli.arguments import add_generation, generation_arguments
from cosmicman_client.client import Client
from cosmicman_client.events import Event, Queued, Step
from cosmicman_client.models import Image


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command."""
    parser = commands.add_parser("generate", help="draw a described person")
    parser.add_argument("description", nargs="?", default="", help="the person; may be left out with --group")
    parser.add_argument("-o", "--out", type=Path, default=Path("picture"), help="file, or its name without ending")
    parser.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    parser.add_argument("--attention", type=Path, metavar="FOLDER", help="write there where each group was heeded")
    add_generation(parser)
    parser.set_defaults(run=run)


def run(client: Client, options: argparse.Namespace) -> int:
    """Prints the path of every picture; the settings that make it again are in the file."""
    arguments = generation_arguments(options)
    if options.attention is not None:
        arguments["attention"] = True
    with (
        client.stream(options.description, **arguments) as events,
        tqdm(disable=options.quiet, unit="step", dynamic_ncols=True) as bar,
    ):
        for event in events:
            _show(bar, event)
        generation = events.until_done()
    for image in generation.images:
        target = image.save(target_of(options.out, image, many=len(generation.images) > 1))
        print(target)  # noqa: T201
        if options.attention is not None:
            for path in image.save_attention(options.attention, target.stem):
                print(path)  # noqa: T201
    sys.stderr.write(f"seed {generation.settings.seed}\n")
    return 0


def target_of(out: Path, image: Image, *, many: bool) -> Path:
    """Where a picture goes: with its number where there are several, with its ending where none was given."""
    number = f"-{image.index}" if many else ""
    return out.with_name(f"{out.stem}{number}{out.suffix}")


def _show(bar: "tqdm[Any]", event: Event) -> None:
    if isinstance(event, Queued) and event.position:
        bar.set_description(f"{event.position} before this one")
    elif isinstance(event, Step):
        bar.set_description("drawing")
        bar.total = event.total
        bar.update(event.completed - bar.n)
