"""From arguments to a request's body: wrong types fail here, before the network.

What values a model can do (sizes, steps, samplers) is the server's to know; it names every one that is wrong.
"""

import base64
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

Picture = bytes | str | os.PathLike[str]


class GenerateParams(TypedDict, total=False):
    """Arguments of `generate`, `stream` and `jobs.create`, as docs/api.md explains each; None means the default."""

    groups: Mapping[str, str] | None
    weights: Mapping[str, float] | None
    loras: Mapping[str, float] | None
    control: Mapping[str, Any] | None
    negative_description: str | None
    width: int | None
    height: int | None
    steps: int | None
    guidance_scale: float | None
    sampler: str | None
    variant: str | None
    decoder: str | None
    seed: int | None
    image_index: int | None
    num_images: int | None
    image_format: str | None
    image_quality: int | None
    cutout: bool | None
    attention: bool | None
    priority: str | None
    deadline_seconds: float | None
    guidance_interval: tuple[float, float] | None
    init_image: Picture | None
    strength: float | None
    mask: Picture | None
    change: Sequence[str] | None
    grow: int | None
    feather: int | None
    second_pass: Mapping[str, float] | None
    preview_every: int | None
    extra_body: Mapping[str, Any] | None


_TYPES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    **dict.fromkeys(
        ("negative_description", "sampler", "variant", "decoder", "image_format", "priority"), ("a string", (str,))
    ),
    **dict.fromkeys(
        (
            *("width", "height", "steps", "seed", "image_index", "num_images", "image_quality", "preview_every"),
            *("grow", "feather"),
        ),
        ("a whole number", (int,)),
    ),
    **dict.fromkeys(("guidance_scale", "deadline_seconds", "strength"), ("a number", (int, float))),
    **dict.fromkeys(("groups", "weights", "loras", "control", "second_pass", "extra_body"), ("a mapping", (Mapping,))),
    "guidance_interval": ("two numbers", (tuple, list)),
    **dict.fromkeys(("cutout", "attention"), ("true or false", (bool,))),
    **dict.fromkeys(("init_image", "mask"), ("the bytes of a file, or its path", (bytes, str, os.PathLike))),
    "change": ("a list of groups", (tuple, list)),
}


def generate_body(description: str, **params: Unpack[GenerateParams]) -> dict[str, Any]:
    """The JSON object of POST /generate.

    Raises:
        TypeError: An argument has another type than it must, or is none that there is.
        ValueError: A picture to start from, a mask or a layout cannot be read.
    """
    given: dict[str, Any] = {name: value for name, value in params.items() if value is not None}
    _check("description", description, "a string", (str,))
    for name, value in given.items():
        if name not in _TYPES:
            raise TypeError(f"there is no argument {name!r}; what this package does not know yet goes into extra_body")
        _check(name, value, *_TYPES[name])
    _check_members(given)
    for name in ("init_image", "mask"):
        if name in given:
            given[name] = _file(name, given[name])
    if "control" in given:
        given["control"] = _control(given["control"])
    if "change" in given:
        given["change"] = list(given["change"])
    if "guidance_interval" in given:
        given["guidance_interval"] = list(given["guidance_interval"])
    extra = dict(given.pop("extra_body", {}))
    named = {"description": description} if description or "groups" not in given else {}
    return {**named, **given, **extra}


def _check(name: str, value: object, wanted: str, types: tuple[type, ...]) -> None:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise TypeError(f"{name} must be {wanted}; got {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number; got {value}")
    if isinstance(value, str):
        _check_text(name, value)


def _check_text(name: str, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} must be Unicode text; character {error.start} is an unpaired surrogate") from None


def _check_members(given: Mapping[str, Any]) -> None:
    for name, wanted, types in (
        ("groups", "strings by group", (str,)),
        ("weights", "numbers by group", (int, float)),
        ("loras", "scales by name", (int, float)),
        ("second_pass", "numbers by name", (int, float)),
    ):
        for key, value in given.get(name, {}).items():
            if not isinstance(key, str) or not isinstance(value, types) or isinstance(value, bool):
                raise TypeError(f"{name} must hold {wanted}; got {type(value).__name__} for {key!r}")
    for group in given.get("change", ()):
        if not isinstance(group, str):
            raise TypeError(f"change must be a list of groups; got {type(group).__name__} in it")
    interval = given.get("guidance_interval", (0.0, 1.0))
    if len(interval) != 2 or not all(isinstance(end, int | float) for end in interval):
        raise TypeError(f"guidance_interval must be two numbers; got {len(interval)} values")


def _control(control: Mapping[str, Any]) -> dict[str, Any]:
    """A layout or a pose with its files in base64: one of labels, or a mask for each group."""
    given = dict(control)
    layout = given.get("layout")
    if isinstance(layout, Mapping):
        given["layout"] = {group: _file(f"control layout {group}", mask) for group, mask in layout.items()}
    for name in ("layout", "picture"):
        file = given.get(name)
        if file is not None and not isinstance(file, Mapping):
            _check(f"control {name}", file, *_TYPES["mask"])
            given[name] = _file(f"control {name}", file)
    if given.get("pose") is not None:
        given["pose"] = [None if point is None else list(point) for point in given["pose"]]
    return given


def _file(name: str, picture: Picture) -> str:
    """A file in base64; a string that is a data: URL stays as it is."""
    if isinstance(picture, str) and picture.startswith("data:"):
        return picture
    if not isinstance(picture, bytes):
        try:
            picture = Path(picture).read_bytes()
        except OSError as error:
            raise ValueError(f"{name} cannot be read: {error}") from error
    return base64.b64encode(picture).decode("ascii")
