"""One picture of the same model by diffusers, OpenVINO's pipelines, stable-diffusion.cpp and us: time, memory, start.

Run from the repository root: `python benchmarks/peers/compare.py --model sd15`. Steps, sampler, guidance, size, threads
and, where a program takes it, the first noise are the same; each draws in a process of its own. A table is printed, and
written as JSON where `--json` says. Cold start is from starting the process to the first picture. The likeness is to
diffusers' picture; programs that make their own noise have none.

Some programs need other versions of packages than we pin: `--peers-python` names the interpreter of an environment that
has them. Who is not installed is named with the line that installs it. SD 1.5 with random weights, its bundle and
OpenVINO's graphs are made once in `--folder`: 8 GB, and a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.peers.contestants import CONTESTANTS, PEERS  # noqa: E402
from benchmarks.peers.models import MODELS, model_of, prepare  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402

BASE = "diffusers"
NOT_HERE = ("ModuleNotFoundError", "ImportError", "provider must be one of")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Of one contestant: the median picture after the first, in seconds, and its process; or why there is none."""

    name: str
    seconds: float | None = None
    cold_start_seconds: float | None = None
    peak_megabytes: float | None = None
    decibels: float | None = None
    missing: str = ""


def measure(name: str, options: argparse.Namespace, pictures: Path) -> Measured:
    """Runs one contestant to its end."""
    python = options.peers_python if name in PEERS else sys.executable
    picture = pictures / f"{name}.npy"
    command = [python, str(Path(__file__).with_name("contestants.py")), name, f"--picture={picture}"]
    command += [f"--{each}={getattr(options, each)}" for each in ("model", "folder", "steps", "threads", "precision")]
    command += [f"--pictures={options.pictures}", *([] if options.side is None else [f"--side={options.side}"])]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": str(options.threads),
        "TRANSFORMERS_VERBOSITY": "error",
        "HF_HUB_OFFLINE": "1",
    }
    with tempfile.TemporaryFile("w+") as errors:
        began, cold, last = time.perf_counter(), None, ""
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "first":
                cold = time.perf_counter() - began
            last = line if line.startswith("{") else last
        if process.wait() or not last:
            errors.seek(0)
            return Measured(name=name, missing=_why(name, errors.read()))
    told = json.loads(last)
    return Measured(
        name=name,
        seconds=statistics.median(told["seconds"]),
        cold_start_seconds=cold,
        peak_megabytes=told["peak_megabytes"],
        decibels=_likeness(picture, pictures / f"{BASE}.npy")
        if name not in (BASE, *PEERS - {"optimum-intel"})
        else None,
    )


def _why(name: str, errors: str) -> str:
    said = (errors.strip().splitlines() or ["it ended without a word"])[-1][:160]
    _, install = CONTESTANTS[name]
    return f"not installed ({install}): {said}" if any(word in said for word in NOT_HERE) else said


def _likeness(picture: Path, other: Path) -> float | None:
    """PSNR in dB; None where there is nothing to compare with."""
    if not other.exists():
        return None
    error = float(np.mean((np.load(picture).astype(np.float64) - np.load(other)) ** 2))
    return 10 * float(np.log10(255.0**2 / error)) if error else float("inf")


def _row(each: Measured, base: float | None) -> str:
    if each.seconds is None:
        return f"| {each.name} | {each.missing} | | | | |"
    faster = "" if base is None else f"{base / each.seconds:.2f}"
    likeness = "" if each.decibels is None else f"{each.decibels:.1f}"
    cold, memory = each.cold_start_seconds or 0.0, each.peak_megabytes or 0.0
    return f"| {each.name} | {each.seconds:.3f} | {faster} | {cold:.1f} | {memory:.0f} | {likeness} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--model", choices=MODELS, default="figurine")
    arguments.add_argument("--only", nargs="+", choices=CONTESTANTS, metavar="NAME", default=list(CONTESTANTS))
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--side", type=int, help="of the picture, in pixels, to try things out (SD 1.5: 512)")
    arguments.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--pictures", type=int, default=3, help="after the first; their median counts")
    arguments.add_argument("--precision", choices=("auto", "float32"), default="auto", help="of OpenVINO")
    arguments.add_argument("--folder", type=Path, default=ROOT / "out" / "peers", help="of the models; kept")
    arguments.add_argument("--peers-python", default=sys.executable, help=f"interpreter of {', '.join(sorted(PEERS))}")
    arguments.add_argument("--json", type=Path, help="where to write what was measured")
    options = arguments.parse_args()
    options.folder = options.folder.absolute()
    model = model_of(options.model, options.folder, options.side)
    prepare(model, python=options.peers_python, openvino=bool({"optimum-intel", "openvino-genai"} & {*options.only}))
    what = f"{model.name}, {model.width}x{model.height}, {options.steps} steps of {model.sampler}"
    print(f"{describe()}, {options.threads} threads, {what}, guidance {model.guidance_scale:g}, {options.precision}")
    print(
        "| program | s a picture | times faster | cold start, s | peak, MB | likeness, dB |\n|---|---|---|---|---|---|"
    )
    results: list[Measured] = []
    with tempfile.TemporaryDirectory() as pictures:
        for name in options.only:
            results.append(measure(name, options, Path(pictures)))
            base = next((each.seconds for each in results if each.name == BASE), None)
            print(_row(results[-1], base), flush=True)
    if options.json is not None:
        told = {"machine": describe(), "what": what, "results": [asdict(each) for each in results]}
        options.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
