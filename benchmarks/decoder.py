"""What decoding beside the step loop costs its steps, by decoding workers and threads of a decoder.

Run from the repository root: `python benchmarks/decoder.py`. Workers decode one picture after the other without a
pause, which is the worst case: a request of 20 steps needs its decoder once. Told are the median time of a step of
four rows, and pictures decoded a second meanwhile. The engine has one worker, and as many threads as a forward has.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks.support.batching import BUNDLE, TEXT  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.bundle.manifest import load_bundle  # noqa: E402
from engine.description import Description  # noqa: E402
from engine.model.diffusion import DiffusionModel  # noqa: E402
from engine.sessions.onnx.session import OnnxSessions  # noqa: E402
from engine.settings import EngineSettings  # noqa: E402

ROWS = 4


def model(bundle: Path, num_threads: int) -> DiffusionModel:
    verified = load_bundle(bundle)
    return DiffusionModel(verified, OnnxSessions(verified, EngineSettings(num_threads=num_threads)))


def step_inputs(diffusion: DiffusionModel) -> dict[str, np.ndarray]:
    """Four rows of the default size."""
    width, height = diffusion.manifest.default_width, diffusion.manifest.default_height
    plan = diffusion.plan(Description(text=TEXT, spans=()), "", guided=False)
    row = {
        "sample": np.zeros(diffusion.latent_shape(width, height), np.float32),
        "timesteps": np.full(1, 500.0, np.float32),
        **diffusion.encode(plan, width=width, height=height),
    }
    return {name: np.repeat(value, ROWS, axis=0) for name, value in row.items()}


def measure(stepper: DiffusionModel, decoder: DiffusionModel, workers: int, seconds: float) -> tuple[float, float]:
    """Median seconds of a step, and pictures decoded a second."""
    inputs, stop, decoded = step_inputs(stepper), threading.Event(), [0] * workers
    latents = inputs["sample"][:1]

    def decode(worker: int) -> None:
        while not stop.is_set():
            decoder.decode(latents)
            decoded[worker] += 1

    threads = [threading.Thread(target=decode, args=(worker,)) for worker in range(workers)]
    for thread in threads:
        thread.start()
    begun, steps = time.perf_counter(), []
    while time.perf_counter() - begun < seconds:
        started = time.perf_counter()
        stepper.forward(inputs)
        steps.append(time.perf_counter() - started)
    took = time.perf_counter() - begun
    stop.set()
    for thread in threads:
        thread.join()
    return statistics.median(steps), sum(decoded) / took


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--threads", type=int, default=2, help="threads of a forward")
    arguments.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    models = {threads: model(options.bundle, threads) for threads in sorted({1, options.threads})}
    stepper = models[options.threads]
    cases = [(0, options.threads), *((workers, threads) for workers in (1, 2) for threads in models)]
    found: dict[tuple[int, int], list[tuple[float, float]]] = {case: [] for case in cases}
    for _ in range(options.rounds):
        for workers, threads in cases:
            found[workers, threads].append(measure(stepper, models[threads], workers, options.seconds))
    print(describe())
    print("| decoding workers | threads of each | ms a step | / none | decoded/s |")
    print("|---|---|---|---|---|")
    alone = [step for step, _ in found[cases[0]]]
    for workers, threads in cases:
        steps = [step for step, _ in found[workers, threads]]
        rate = statistics.median(rate for _, rate in found[workers, threads])
        ratio = statistics.median(step / base for step, base in zip(steps, alone, strict=True))
        told = str(threads) if workers else "-"
        print(f"| {workers} | {told} | {1000 * statistics.median(steps):.1f} | {ratio:.2f} | {rate:.1f} |")


if __name__ == "__main__":
    main()
