"""Pictures a second with eight clients by what computes them: runtime, few steps, fast decoder.

Run from the repository root: `python benchmarks/serving/eight_clients.py`. The goal of 1.8 times is against the plain
way, the shipped bundle on ONNX Runtime. Every client asks for its next picture when it has the last one; each is of
another description and seed. The ways take turns in one run; medians over the rounds. OpenVINO's rows need `pip install
openvino`; the engines of both runtimes are loaded from the start to the end, and one works at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.batching import BUNDLE, draw  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest  # noqa: E402
from engine.sessions.openvino.library import installed  # noqa: E402
from engine.sessions.processors import physical_cores  # noqa: E402

ONNX, OPENVINO = "ONNX Runtime", "OpenVINO"
#: What a request says in each way.
WAYS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "fast decoder": {"decoder": "fast"},
    "few steps": {"variant": "few_steps"},
    "few steps, fast decoder": {"variant": "few_steps", "decoder": "fast"},
}
COLOURS = ("red", "green", "blue", "black", "white", "yellow", "brown", "purple")


async def load(options: argparse.Namespace, engines: AsyncExitStack) -> dict[str, Engine]:
    """The bundle on every runtime that is installed, warmed up."""
    settings = EngineSettings(num_threads=options.threads)
    loaded = {ONNX: await engines.enter_async_context(Engine.load(BUNDLE, settings))}
    if installed():
        from engine.sessions.openvino import OpenVinoSessions

        loaded[OPENVINO] = await engines.enter_async_context(Engine.load(BUNDLE, settings, OpenVinoSessions))
    else:
        print("OpenVINO is not installed: pip install openvino")
    return loaded


async def pictures_a_second(engine: Engine, said: dict[str, Any], num_clients: int, num_pictures: int) -> float:
    """Throughput of the clients, which share one list of requests."""
    texts = (f"a full-body shot, a woman, a {COLOURS[n % 8]} coat, black trousers" for n in range(num_pictures))
    queue = (
        GenerationRequest(description=parse(text), seed=seed, sampler="ddim", **said) for seed, text in enumerate(texts)
    )

    async def client() -> None:
        for each in queue:
            await draw(engine, each)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(num_clients)))
    return num_pictures / (time.perf_counter() - begun)


async def run(options: argparse.Namespace) -> None:
    measured: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as engines:
        loaded = await load(options, engines)
        for turn in range(options.rounds + 1):
            for way, said in WAYS.items():
                for runtime, engine in loaded.items():
                    speed = await pictures_a_second(engine, said, options.clients, options.pictures)
                    if turn:  # the first compiles and warms up
                        measured.setdefault((runtime, way), []).append(speed)
    plain = measured[ONNX, "as shipped"]
    print("| runtime | way | pictures/s | times the plain way |")
    print("|---|---|---|---|")
    for (runtime, way), speeds in measured.items():
        ratio = statistics.median(mine / base for mine, base in zip(speeds, plain, strict=True))
        print(f"| {runtime} | {way} | {statistics.median(speeds):.2f} | {ratio:.2f} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--pictures", type=int, default=32, help="of each way and round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=physical_cores(), help="of a forward")
    options = arguments.parse_args()
    print(f"{describe()}, {options.threads} threads, {options.clients} clients, {options.pictures} pictures a round")
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
