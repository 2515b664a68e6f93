"""Times a cold start: from the process's first instruction to ready, and to the first picture.

Run from the repository root: `python benchmarks/cold_start.py`. A server is started as a user would start it, asked for
one picture as soon as it says it is ready, then for another. Beside it, a process that loads diffusers' pipeline of the
same weights and draws one picture; `--alone` leaves it out, and the train extra with it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402

CHECKPOINT = ROOT / "models" / "figurine" / "checkpoint"
TEXT = "a full-body shot, a young woman, long red hair, a blue denim jacket, black trousers, white sneakers, in a park"
PIPELINE = f"""
import warnings
warnings.simplefilter("ignore")
from diffusers import StableDiffusionPipeline
pipeline = StableDiffusionPipeline.from_pretrained({str(CHECKPOINT)!r}, local_files_only=True)
pipeline.set_progress_bar_config(disable=True)
print("ready", flush=True)
pipeline({TEXT!r}, num_inference_steps=20, guidance_scale=4.0, width=128, height=192)
print("picture", flush=True)
"""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Seconds since the process was started, a warm picture's own seconds, and the process's memory."""

    ready: float
    first_picture: float
    warm_picture: float | None
    peak_megabytes: float


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TRANSFORMERS_VERBOSITY": "error"}


def start_server(arguments: list[str]) -> Start:
    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--log-level", "error", *arguments]
    begun = time.perf_counter()
    with subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            if found is None:
                raise SystemExit("the server did not start; the lines above say why")
            ready = time.perf_counter() - begun
            draw(found.group())
            first = time.perf_counter() - begun
            again = time.perf_counter()
            draw(found.group())
            return Start(
                ready=ready,
                first_picture=first,
                warm_picture=time.perf_counter() - again,
                peak_megabytes=peak_megabytes(process.pid),
            )
        finally:
            process.terminate()


def draw(url: str) -> None:
    body = json.dumps({"description": TEXT, "seed": 7, "steps": 20}).encode()
    headers = {"Content-Type": "application/json", "Accept": "image/png"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/generate", body, headers)) as answer:
        answer.read()


def start_pipeline() -> Start:
    begun = time.perf_counter()
    command = [sys.executable, "-c", PIPELINE]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the pipeline did not start: is the train extra installed?")
        ready = time.perf_counter() - begun
        process.stdout.readline()
        first, peak = time.perf_counter() - begun, peak_megabytes(process.pid)
    return Start(ready=ready, first_picture=first, warm_picture=None, peak_megabytes=peak)


def peak_megabytes(pid: int) -> float:
    """Most resident memory so far, where the system tells it; else not a number."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return float("nan")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) / 1000 if found else float("nan")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5, help="starts of each; the median counts")
    arguments.add_argument("--alone", action="store_true", help="without diffusers' pipeline")
    arguments.add_argument("serve", nargs="*", help="more arguments of `cosmicman serve`, after --")
    options = arguments.parse_args()
    starts: dict[str, list[Start]] = {"server": []}
    if not options.alone:
        starts["diffusers' pipeline"] = []
    for _ in range(options.rounds):  # turn and turn about
        starts["server"].append(start_server(options.serve))
        if not options.alone:
            starts["diffusers' pipeline"].append(start_pipeline())
    print(describe())
    print("| process | s to ready | s to the first picture | s of a warm picture | peak MB |")
    print("|---|---|---|---|---|")
    for name, each in starts.items():
        warm = [start.warm_picture for start in each if start.warm_picture is not None]
        row = (
            f"{statistics.median(start.ready for start in each):.2f}",
            f"{statistics.median(start.first_picture for start in each):.2f}",
            f"{statistics.median(warm):.2f}" if warm else "",
            f"{statistics.median(start.peak_megabytes for start in each):.0f}",
        )
        print(f"| {name} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
