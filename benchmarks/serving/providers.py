"""OpenVINO beside ONNX Runtime: a forward by rows, start, memory, and whether filling a part up pays.

Run from the repository root: `python benchmarks/serving/providers.py`. Both runtimes take turns in one process, so a
busy machine slows both; ratios count. Prints medians of figurine's UNet at its usual size, float32 and, where the
processor computes it, bfloat16.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.bundle.manifest import UNET_FILE, Bundle, load_bundle  # noqa: E402
from engine.engine import EngineSettings, SessionSettings  # noqa: E402
from engine.sessions import Array, Session  # noqa: E402
from engine.sessions.onnx.session import OnnxSessions  # noqa: E402
from engine.sessions.openvino import OpenVinoSessions  # noqa: E402
from engine.sessions.openvino.library import computes_bfloat16, version  # noqa: E402
from engine.sessions.openvino.session import OpenVinoSession  # noqa: E402

BUNDLE = ROOT / "models" / "figurine-bundle"
ROWS = (1, 2, 4, 8)
#: A forward filled up, and the parts that it would be without.
FILLED = {3: (4, (2, 1)), 6: (8, (4, 2)), 7: (8, (4, 2, 1))}
ONNX = "ONNX Runtime"


def inputs(bundle: Bundle, rows: int) -> dict[str, Array]:
    manifest, random = bundle.manifest, np.random.default_rng(0)
    width, height = manifest.default_width // manifest.vae_factor, manifest.default_height // manifest.vae_factor
    shapes = {
        "sample": (rows, manifest.latent_channels, height, width),
        "encoder_hidden_states": (rows, manifest.tokenizer_length, manifest.context_width),
    }
    drawn: dict[str, Array] = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return {**drawn, "timesteps": np.linspace(999, 1, rows, dtype=np.float32)}


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def load(bundle: Bundle) -> dict[str, Session]:
    settings = EngineSettings()
    begun, before = time.perf_counter(), resident_megabytes()
    sessions: dict[str, Session] = {ONNX: OnnxSessions(bundle, settings).load(UNET_FILE)}
    print(f"{ONNX}: loaded in {time.perf_counter() - begun:.2f} s, {resident_megabytes() - before:.0f} MB")
    for precision in ("float32", "bfloat16") if computes_bfloat16() else ("float32",):
        way = EngineSettings(sessions=SessionSettings(provider="openvino", cpu_precision=precision))
        begun = time.perf_counter()
        session = OpenVinoSessions(bundle, way).load(UNET_FILE)
        sessions[f"OpenVINO {precision}"] = session
        print(f"OpenVINO {version()} {precision}: read in {time.perf_counter() - begun:.2f} s")
        compile_all(bundle, session)
    return sessions


def compile_all(bundle: Bundle, session: OpenVinoSession) -> None:
    for rows in ROWS:
        begun, before = time.perf_counter(), resident_megabytes()
        session.compile_rows(inputs(bundle, rows))
        seconds, grown = time.perf_counter() - begun, resident_megabytes() - before
        print(f"  {rows} rows compiled and tried in {seconds:.2f} s, {grown:.0f} MB")


def measured(bundle: Bundle, sessions: dict[str, Session], rounds: int) -> dict[tuple[str, int], float]:
    fed = {rows: inputs(bundle, rows) for rows in ROWS}
    found: dict[tuple[str, int], list[float]] = {}
    for number in range(rounds + 1):
        for rows in ROWS:
            for name, session in sessions.items():
                begun = time.perf_counter()
                session.run(fed[rows])
                if number:
                    found.setdefault((name, rows), []).append(time.perf_counter() - begun)
    return {key: 1000 * median(each) for key, each in found.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=21, help="forwards of each; the median counts")
    options = arguments.parse_args()
    bundle = load_bundle(BUNDLE)
    print(describe())
    sessions = load(bundle)
    found = measured(bundle, sessions, options.rounds)
    for name in sessions:
        cells = [f"{found[name, rows]:.2f} ({found[ONNX, rows] / found[name, rows]:.2f} x)" for rows in ROWS]
        print(f"| {name} | {' | '.join(cells)} |  ms at {', '.join(map(str, ROWS))} rows, ratio to {ONNX}")
    for name in sessions:
        if name != ONNX:
            for rows, (filled, parts) in FILLED.items():
                ratio = found[name, filled] / sum(found[name, part] for part in parts)
                print(f"{name}: {rows} rows filled up to {filled} take {ratio:.2f} of {' + '.join(map(str, parts))}")


if __name__ == "__main__":
    main()
