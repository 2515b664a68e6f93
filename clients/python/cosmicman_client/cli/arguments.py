"""Arguments that several commands have: those of a generation."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NUMBERS = {
    "width": int,
    "height": int,
    "steps": int,
    "guidance_scale": float,
    "seed": int,
    "image_index": int,
    "num_images": int,
    "image_quality": int,
    "strength": float,
    "deadline_seconds": float,
}
WORDS = ("negative_description", "sampler", "variant", "decoder", "priority", "image_format")
#: Columns of a CSV, and names of a JSON object, that a description may come with.
NAMES = ("description", *NUMBERS, *WORDS)


def add_generation(parser: argparse.ArgumentParser) -> None:
    """Adds an argument for each number and word, and the groups' words and weights."""
    for name, kind in NUMBERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="N")
    for name in WORDS:
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT")
    parser.add_argument("--init-image", type=Path, metavar="FILE", help="picture to start from")
    for name, what in (("group", "words"), ("weight", "number")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=f"GROUP={what.upper()}", help=f"{what} of a body group"
        )


def generation_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What `Client.generate` is called with.

    Raises:
        ValueError: A group or weight without "=", or a weight that is no number.
    """
    given: dict[str, Any] = {name: getattr(options, name) for name in (*NUMBERS, *WORDS, "init_image")}
    given["groups"] = _pairs("--group", options.group) or None
    weights = _pairs("--weight", options.weight)
    try:
        given["weights"] = {group: float(weight) for group, weight in weights.items()} or None
    except ValueError:
        raise ValueError(f"--weight must be GROUP=NUMBER; got {', '.join(options.weight)}") from None
    return {name: value for name, value in given.items() if value is not None}


def _pairs(argument: str, texts: list[str]) -> Mapping[str, str]:
    pairs = {}
    for text in texts:
        name, found, value = text.partition("=")
        if not found or not name:
            raise ValueError(f"{argument} must be GROUP=...; got {text!r}")
        pairs[name] = value
    return pairs
