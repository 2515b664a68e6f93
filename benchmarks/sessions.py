"""What each way to run the graphs costs, and how much a picture depends on it: time, memory, difference.

Run from the repository root: `python benchmarks/sessions.py`. Every way runs in a process of its own, so that memory is
its own: figurine in the engine on each provider of this installation, with one thread and with all, with and without
the arena, and in PyTorch where the train extra is installed. Differences are the greatest of any channel, of 255: of a
picture drawn among three others from the same one drawn alone, and from the picture of the first way.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import importlib.util
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings  # noqa: E402
from engine.sessions.onnx.providers import EXECUTION_PROVIDERS  # noqa: E402
from engine.sessions.processors import physical_cores  # noqa: E402
from engine.sessions.runtime import onnxruntime  # noqa: E402

Pixels: TypeAlias = npt.NDArray[np.uint8]

BUNDLE, CHECKPOINT = ROOT / "models" / "figurine-bundle", ROOT / "models" / "figurine" / "checkpoint"
TEXTS = (
    "a full-body shot, a young woman, long red hair, a blue denim jacket, black trousers, in a park",
    "an old man with a grey beard in a green coat and brown boots",
    "a headshot of a smiling woman with black hair and glasses",
    "a girl in a yellow raincoat, rubber boots, on a street, no hat",
)


def ways() -> list[dict[str, Any]]:
    """Each a provider, threads and arena; the first is what the others are compared with."""
    cores, here = physical_cores(), onnxruntime.get_available_providers()
    found = [{"provider": "cpu", "threads": cores, "arena": True}]
    if cores > 1:
        found.append({"provider": "cpu", "threads": 1, "arena": True})
    found.append({"provider": "cpu", "threads": cores, "arena": False})
    for name, execution in EXECUTION_PROVIDERS.items():
        if name != "cpu" and execution in here:
            found.append({"provider": name, "threads": cores, "arena": True})
    if importlib.util.find_spec("openvino"):
        found.append({"provider": "openvino", "threads": cores, "arena": True})
    if importlib.util.find_spec("torch") and importlib.util.find_spec("diffusers"):
        found.append({"provider": "torch", "threads": cores, "arena": True})
    return found


def load(way: dict[str, Any]) -> Engine:
    settings = EngineSettings(
        num_threads=way["threads"], sessions=SessionSettings(provider=way["provider"], arena=way["arena"])
    )
    if way["provider"] != "torch":
        return Engine.load(BUNDLE, settings)
    from engine.sessions.torch.sessions import TorchSessions

    return Engine.load(BUNDLE, settings, partial(TorchSessions, CHECKPOINT))


async def draw(engine: Engine, number: int) -> Pixels:
    request = GenerationRequest(description=parse(TEXTS[number]), seed=number)
    [ready] = [event async for event in engine.generate(request) if isinstance(event, ImageReady)]
    with Image.open(io.BytesIO(ready.data)) as image:
        return np.asarray(image.convert("RGB"))


async def run_one(way: dict[str, Any], rounds: int) -> dict[str, Any]:
    async with load(way) as engine:
        alone = await draw(engine, 0)
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            await draw(engine, 0)
            times.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        together = await asyncio.gather(*(draw(engine, number) for number in range(len(TEXTS))))
        batch_seconds = time.perf_counter() - begun
    return {
        "seconds": statistics.median(times),
        "batch_seconds": batch_seconds,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "moved": difference(alone, together[0]),
        "shape": alone.shape,
        "pixels": base64.b64encode(alone.tobytes()).decode("ascii"),
    }


def difference(left: Pixels, right: Pixels) -> int:
    return int(np.abs(left.astype(int) - right.astype(int)).max())


def pixels_of(outcome: dict[str, Any]) -> Pixels:
    return np.frombuffer(base64.b64decode(outcome["pixels"]), np.uint8).reshape(outcome["shape"])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7, help="pictures of each; the median counts")
    arguments.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one is not None:
        print(json.dumps(asyncio.run(run_one(options.one, options.rounds))))
        return
    print(f"{describe()}, onnxruntime {onnxruntime.__version__}")
    print("| provider | threads | arena | s a picture | s for four | peak MB | among others | from the first |")
    print("|---|---|---|---|---|---|---|---|")
    first: Pixels | None = None
    for way in ways():
        command = [sys.executable, __file__, "--rounds", str(options.rounds), "--one", json.dumps(way)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        name = f"| {way['provider']} | {way['threads']} | {'on' if way['arena'] else 'off'} |"
        if done.returncode:
            print(f"{name} does not run here: {(done.stderr.strip().splitlines() or ['no reason given'])[-1][:200]} |")
            continue
        outcome = json.loads(done.stdout.splitlines()[-1])
        found = pixels_of(outcome)
        first = found if first is None else first
        times = f"{outcome['seconds']:.2f} | {outcome['batch_seconds']:.2f} | {outcome['peak_megabytes']:.0f}"
        print(f"{name} {times} | {outcome['moved']}/255 | {difference(first, found)}/255 |", flush=True)


if __name__ == "__main__":
    main()
