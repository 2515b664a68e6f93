"""Arguments of what a picture keeps to: a file of labels, or one of a pose's points."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.cli.errors import UsageError

if TYPE_CHECKING:
    from engine.request.control import Control


def add_control(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("--layout", type=Path, metavar="FILE", help="PNG of ATR-18 labels that the picture keeps to")
    parser.add_argument("--layout-of", type=Path, metavar="FILE", help="picture whose own layout it keeps to")
    parser.add_argument(
        "--pose", type=Path, metavar="FILE.json", help="18 points in 0..1 that it keeps to, null for what is not seen"
    )
    parser.add_argument("--control-scale", type=float, metavar="SCALE", help="how strongly either acts, 0 to 2 (1)")
    parser.add_argument("--control-until", type=float, metavar="SHARE", help="share of the steps in which it acts (1)")


def control_of(options: argparse.Namespace) -> Control | None:
    """What is asked; None where nothing is.

    Raises:
        UsageError: A file cannot be read, or holds no points.
    """
    from engine.request.control import Control

    given: dict[str, Any] = {"scale": options.control_scale, "until": options.control_until}
    if options.layout is not None:
        given["layout"] = _read("--layout", options.layout)
    if options.layout_of is not None:
        given["picture"] = _read("--layout-of", options.layout_of)
    if options.pose is not None:
        given["pose"] = _points(options.pose)
    said = {name: value for name, value in given.items() if value is not None}
    return Control(**said) if said else None


def _points(file: Path) -> tuple[tuple[float, float] | None, ...]:
    try:
        points = json.loads(_read("--pose", file))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--pose {str(file)!r} must hold a JSON list of [x, y] or null: {error}") from error
    if not isinstance(points, list):
        raise UsageError(f"--pose {str(file)!r} must hold a JSON list of [x, y] or null; got {_came(points)}")
    return tuple(_point(file, place, point) for place, point in enumerate(points))


def _point(file: Path, place: int, point: object) -> tuple[float, float] | None:
    """Two numbers and no third: a confidence would say that a point is not seen, and be left unread."""
    if point is None:
        return None
    numbers = isinstance(point, list) and all(type(each) in (int, float) for each in point)
    if not (isinstance(point, list) and numbers and len(point) == 2):
        raise UsageError(f"--pose {str(file)!r}: point {place} must be [x, y] or null; got {_came(point)}")
    return float(point[0]), float(point[1])


def _came(value: object) -> str:
    return json.dumps(value)[:60]


def _read(argument: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{argument} {str(file)!r} cannot be read: {error.strerror}") from error
