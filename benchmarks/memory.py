"""Memory of a request that is being computed: continuous batching and batching by request.

Run from the repository root: `python benchmarks/memory.py`. Continuous batching keeps a request's latents and text
between steps and bounds the rows of a forward, so residents are cheap; a batch of requests that run together has all
its rows in every forward. Each number of residents runs in a process of its own; what is told is the peak of its
resident memory while they all take steps.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.batching import BUNDLE, BY_REQUEST, CONTINUOUS, load, request  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine, Step  # noqa: E402

WAYS = (CONTINUOUS, BY_REQUEST)
# Steps each resident takes; memory does not grow after the second.
STEPS = 3


async def resident(engine: Engine, seed: int, all_there: asyncio.Barrier) -> None:
    """Takes some steps and waits until every other request has, too."""
    model = engine.model
    wanted = request(seed, steps=40, guidance_scale=4.0, size=(model.default_width, model.default_height))
    async with aclosing(engine.generate(wanted)) as events:
        async for event in events:
            if isinstance(event, Step) and event.completed == STEPS:
                await all_there.wait()
                return


async def peak_megabytes(way: str, num_requests: int, options: argparse.Namespace) -> float:
    max_rows = options.max_rows if way == CONTINUOUS else max(options.max_rows, 2 * num_requests)
    async with load(way, options.bundle, max_rows=max_rows, warm_up=False) as engine:
        all_there = asyncio.Barrier(num_requests)
        await asyncio.gather(*(resident(engine, seed, all_there) for seed in range(num_requests)))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(way: str, num_requests: int, options: argparse.Namespace) -> float:
    command = [sys.executable, __file__, "--way", way, "--requests", str(num_requests), "--bundle", str(options.bundle)]
    command += ["--max-rows", str(options.max_rows)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--max-rows", type=int, default=8)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    arguments.add_argument("--requests", type=int, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.way:
        print(asyncio.run(peak_megabytes(options.way, options.requests, options)))
        return
    print(describe())
    print(f"peak resident memory in MB, medians of {options.rounds} processes; continuous: {options.max_rows} rows")
    print("| way | 1 request | 8 | 32 | a request more |")
    print("|---|---|---|---|---|")
    for way in WAYS:
        medians = [
            statistics.median(in_a_process(way, number, options) for _ in range(options.rounds))
            for number in (1, 8, 32)
        ]
        told = " | ".join(f"{value:.0f}" for value in medians)
        print(f"| {way} | {told} | {(medians[2] - medians[0]) / 31:.2f} |")


if __name__ == "__main__":
    main()
