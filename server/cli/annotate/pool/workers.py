"""Options that spread a stage over processes or a Ray cluster, and what they name."""

import argparse
from typing import TYPE_CHECKING, TypeVar

from server.cli.arguments import whole_number
from server.cli.extras import needs_extra

if TYPE_CHECKING:
    from engine.spread.work import Spread, Work

T = TypeVar("T")
M = TypeVar("M")
R = TypeVar("R")


def add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=whole_number(1, 1024), default=1, help="processes, here or on --ray (1)")
    parser.add_argument("--ray", metavar="ADDRESS", help="work on a Ray cluster: its address, or local")


def spread(options: argparse.Namespace, work: "Work[T, M, R]") -> "Spread[T, R] | None":
    """Who does the work; None for this process alone."""
    from engine.spread.processes import in_processes
    from engine.spread.ray_cluster import on_ray

    if options.ray is not None:
        with needs_extra("ray"):
            import ray  # noqa: F401
        return on_ray(work, options.ray, options.workers)
    return in_processes(work, options.workers) if options.workers > 1 else None
