"""Arguments that several commands have: those of a generation."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cosmicman_client.cli.control import add_control, control_argument

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
    "grow": int,
    "feather": int,
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
    parser.add_argument("--cutout", action="store_true", default=None, help="only the person, the rest transparent")
    parser.add_argument("--init-image", type=Path, metavar="FILE", help="picture to start from")
    parser.add_argument("--mask", type=Path, metavar="FILE", help="PNG: white of it may change, black stays")
    parser.add_argument(
        "--change", action="append", metavar="GROUP", help="body group of it that may change; auto: what differs"
    )
    add_control(parser)
    parser.add_argument("--lora", action="append", default=[], metavar="NAME=SCALE", help="adapter to draw with")
    for name, what in (("group", "words"), ("weight", "number")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=f"GROUP={what.upper()}", help=f"{what} of a body group"
        )


def generation_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What `Client.generate` is called with.

    Raises:
        ValueError: A group, weight or adapter without "=", a number that is none, or a pose that cannot be read.
    """
    names = (*NUMBERS, *WORDS, "cutout", "init_image", "mask", "change")
    given: dict[str, Any] = {name: getattr(options, name) for name in names}
    given["groups"] = _pairs("--group", options.group) or None
    given["weights"] = _numbers("--weight", "GROUP", options.weight) or None
    given["loras"] = _numbers("--lora", "NAME", options.lora) or None
    given["control"] = control_argument(options)
    return {name: value for name, value in given.items() if value is not None}


def _numbers(argument: str, what: str, texts: list[str]) -> Mapping[str, float]:
    try:
        return {name: float(number) for name, number in _pairs(argument, texts).items()}
    except ValueError:
        raise ValueError(f"{argument} must be {what}=NUMBER; got {', '.join(texts)}") from None


def _pairs(argument: str, texts: list[str]) -> Mapping[str, str]:
    pairs = {}
    for text in texts:
        name, found, value = text.partition("=")
        if not found or not name:
            raise ValueError(f"{argument} must be GROUP=...; got {text!r}")
        pairs[name] = value
    return pairs
