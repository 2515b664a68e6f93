"""Arguments of what a picture keeps to: a file of labels, or one of a pose's points."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_control(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("--layout", type=Path, metavar="FILE", help="PNG of ATR-18 labels that the picture keeps to")
    parser.add_argument("--layout-of", type=Path, metavar="FILE", help="picture whose own layout it keeps to")
    parser.add_argument("--pose", type=Path, metavar="FILE.json", help="18 points in 0..1, null for what is not seen")
    parser.add_argument("--control-scale", type=float, metavar="N", help="how strongly either acts, 0 to 2 (1)")
    parser.add_argument("--control-until", type=float, metavar="N", help="share of the steps in which it acts (1)")


def control_argument(options: argparse.Namespace) -> dict[str, Any] | None:
    """The request's `control`; None where nothing is asked.

    Raises:
        ValueError: The file of a pose cannot be read.
    """
    given: dict[str, Any] = {
        "layout": options.layout,
        "picture": options.layout_of,
        "scale": options.control_scale,
        "until": options.control_until,
    }
    if options.pose is not None:
        try:
            given["pose"] = json.loads(options.pose.read_bytes())
        except (OSError, ValueError) as error:
            raise ValueError(f"--pose {str(options.pose)!r} cannot be read: {error}") from None
    said = {name: value for name, value in given.items() if value is not None}
    return said or None
