"""Compares the engine in Triton with the same engine in this process: seconds a request at 1 and at 8 clients.

Run from the repository root: `python benchmarks/serving/behind_triton.py`. The goal is at most 5 % more time. Both are
loaded at once and take turns round by round, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady  # noqa: E402
from server.cli.triton_engine import bundled_triton  # noqa: E402
from server.triton.address import Addresses  # noqa: E402
from server.triton.backend import TritonEngine  # noqa: E402

GOAL = 1.05
TEXT = "a full-body shot, a woman in a red dress and black boots, long brown hair, on a street"


async def client(engine: Any, steps: int, seeds: range) -> list[bytes]:
    """One client's requests, one after the other; returns its pictures."""
    pictures = []
    for seed in seeds:
        request = GenerationRequest(description=parse(TEXT), seed=seed, steps=steps)
        async for event in engine.generate(request):
            if isinstance(event, ImageReady):
                pictures.append(event.data)
    return pictures


async def seconds(engine: Any, clients: int, options: argparse.Namespace) -> tuple[float, list[list[bytes]]]:
    """Seconds a request with so many clients at once, and their pictures."""
    each = max(1, options.requests // clients)
    began = time.perf_counter()
    pictures = await asyncio.gather(
        *(client(engine, options.steps, range(each * number, each * (number + 1))) for number in range(clients))
    )
    return (time.perf_counter() - began) / (each * clients), pictures


async def compare(embedded: Engine, remote: TritonEngine, options: argparse.Namespace) -> None:
    """Print one row for each number of clients."""
    print("| clients | embedded s/request | Triton s/request | Triton / embedded (median of rounds) | goal |")
    print("|---|---|---|---|---|")
    for clients in (1, 8):
        times: dict[str, list[float]] = {"embedded": [], "triton": []}
        for turn in range(options.rounds + 1):
            pair = [("embedded", embedded), ("triton", remote)]
            pictures = {}
            for name, engine in pair if turn % 2 else reversed(pair):
                took, pictures[name] = await seconds(engine, clients, options)
                if turn:  # the first round warms both up
                    times[name].append(took)
            assert pictures["embedded"] == pictures["triton"], "the two engines drew different pictures"
        ratio = statistics.median(b / a for a, b in zip(times["embedded"], times["triton"], strict=True))
        medians = " | ".join(f"{statistics.median(times[name]):.3f}" for name in times)
        print(f"| {clients} | {medians} | {ratio:.3f} | {GOAL} |", flush=True)


async def main() -> None:
    """Load the bundle twice and compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bundle", type=Path, default=ROOT / "models" / "figurine-bundle")
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--requests", type=int, default=16, help="requests of a round, shared by its clients")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--num-threads", type=int, default=None)
    options = arguments.parse_args()
    settings = EngineSettings(num_threads=options.num_threads)
    print(describe())
    with bundled_triton(options.bundle, settings) as local:
        here = Engine.load(options.bundle, settings)
        there = TritonEngine(Addresses(hosts=(local.host,)), start_seconds=60, request_timeout_seconds=3600)
        async with here, there:
            await compare(here, there, options)


if __name__ == "__main__":
    asyncio.run(main())
