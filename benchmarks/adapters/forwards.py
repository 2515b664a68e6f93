"""What adapters cost a forward, whether they change a row's bits, and how near they are to merged weights.

Run from the repository root: `python benchmarks/adapters/forwards.py`. The goals are +10 % for 16 columns and +25 % for
64, at 2 and 8 rows on a processor. Both graphs of the bundle take turns, forward by forward, in one run; the medians
count. With --merged the UNet of the checkpoint is exported in float32 with and without an adapter in its weights (a few
minutes; needs the train extra).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.adapters.folder import Adapters  # noqa: E402
from engine.adapters.stack import Loras  # noqa: E402
from engine.bundle.manifest import (  # noqa: E402
    ADAPTED_FILE,
    LORA_DOWN,
    LORA_SCALE,
    LORA_UP,
    UNET_FILE,
    Bundle,
    load_bundle,
)
from engine.model.diffusion import DiffusionModel  # noqa: E402
from engine.sessions.auto import sessions_for  # noqa: E402
from engine.sessions.processors import physical_cores  # noqa: E402
from engine.settings import EngineSettings, SessionSettings  # noqa: E402

BUNDLE, CHECKPOINT = ROOT / "models" / "figurine-bundle", ROOT / "models" / "figurine" / "checkpoint"
ADAPTERS = ROOT / "models" / "adapters"
ROWS = (1, 2, 8)
COLUMNS = (16, 32, 64, 128)


def inputs(bundle: Bundle, rows: int) -> dict[str, Any]:
    manifest, random = bundle.manifest, np.random.default_rng(0)
    height, width = manifest.default_height // manifest.vae_factor, manifest.default_width // manifest.vae_factor
    shapes = {
        "sample": (manifest.latent_channels, height, width),
        "encoder_hidden_states": (manifest.tokenizer_length, manifest.context_width),
    }
    if manifest.family == "sdxl":
        shapes |= {"text_embeds": (manifest.pooled_width,), "time_ids": (6,)}
    told = {name: random.normal(size=(rows, *shape)).astype(np.float32) for name, shape in shapes.items()}
    return told | {"timesteps": np.linspace(900, 100, rows, dtype=np.float32)}


def columns(bundle: Bundle, rows: int, number: int) -> dict[str, Any]:
    """Random adapters of so many columns, all of them in use by every row."""
    adapted, random = bundle.manifest.adapted, np.random.default_rng(1)
    assert adapted is not None, f"{bundle.path}: has no graph for adapters"
    read, given = (sum(widths) for widths in zip(*adapted.layers.values(), strict=True))
    return {
        LORA_DOWN: random.normal(scale=0.02, size=(read, number)).astype(np.float32),
        LORA_UP: random.normal(scale=0.02, size=(number, given)).astype(np.float32),
        LORA_SCALE: np.ones((rows, number), np.float32),
    }


def medians(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Milliseconds of each way; all take turns, and the first round warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, run in ways.items():
            began = time.perf_counter()
            run()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(each) for name, each in seconds.items()}


def costs(bundle: Bundle, provider: str, threads: int, rounds: int) -> None:
    settings = EngineSettings(num_threads=threads, sessions=SessionSettings(provider=provider))
    sessions = sessions_for(bundle, settings)
    plain, adapted = sessions.load(UNET_FILE), sessions.load(ADAPTED_FILE)
    print(f"\n{provider}, {threads} thread{'s' * (threads > 1)}: ms of a forward, and what adapters add\n")
    print(f"| rows | plain | {' | '.join(f'{number} columns' for number in COLUMNS)} |")
    print(f"|{'---|' * (2 + len(COLUMNS))}")
    for rows in ROWS:
        told = inputs(bundle, rows)
        ways: dict[str, Callable[[], Any]] = {"plain": lambda told=told: plain.run(told)}  # type: ignore[misc]
        for number in COLUMNS:
            fed = told | columns(bundle, rows, number)
            ways[str(number)] = lambda fed=fed: adapted.run(fed)  # type: ignore[misc]
        found = medians(ways, rounds)
        cells = []
        for number in COLUMNS:
            more = found[str(number)] / found["plain"] - 1
            cells.append(f"{found[str(number)]:.1f} (+{100 * more:.1f} %)")
        print(f"| {rows} | {found['plain']:.1f} | {' | '.join(cells)} |", flush=True)


def bits(bundle: Bundle, provider: str, folder: Path, threads: int) -> None:
    """Rows with every adapter of a folder, and rows without, alone and among the others."""
    settings = EngineSettings(num_threads=threads, sessions=SessionSettings(provider=provider))
    model = DiffusionModel(bundle, sessions_for(bundle, settings), adapters=True)
    adapters = Adapters(folder, bundle.manifest.adapted, half=False, keep_bytes=10**9)
    each: list[Loras] = [((adapters.load(name), 1.0),) for name in adapters.usable]
    each = [*each, (), ((each[0][0][0], 0.5), (each[-1][0][0], -1.0)), ()]
    told = inputs(bundle, len(each))
    together = model.forward_adapted(told, each)
    alike = 0
    for index, loras in enumerate(each):
        row = {name: value[index : index + 1] for name, value in told.items()}
        alone = model.forward_adapted(row, [loras]) if loras else model.forward(row)
        alike += bool(np.array_equal(alone[0], together[index]))
    apart = "mix" if model.mixes_adapted else "are kept apart"
    print(
        f"{provider}: {alike} of {len(each)} rows are the same alone and among others, to the bit; plain rows {apart}"
    )


def merged(file: Path) -> None:
    """The adapted graph in float32 against the graph of merged weights."""
    from dataclasses import replace

    from engine.export.write import write_graph
    from engine.pipeline_folder.adapted import adapted_of
    from engine.pipeline_folder.graphs import parts_of
    from engine.pipeline_folder.merge import merging
    from engine.pipeline_folder.source import open_source
    from engine.sessions.onnx.session import OnnxSession

    source, old = open_source(CHECKPOINT), load_bundle(BUNDLE)
    manifest = replace(old.manifest, precision="fp32", adapted=adapted_of(source.config("unet")), files={})
    with tempfile.TemporaryDirectory() as folder:
        plain, other = Path(folder) / "plain", Path(folder) / "merged"
        plain.mkdir()
        other.mkdir()
        parts = parts_of(source, manifest, variant=None)
        write_graph(parts["unet"], plain)
        write_graph(parts["adapted unet"], plain, finished=plain)
        write_graph(parts_of(source, manifest, variant=None, merge=merging([(file, 1.0)], {"unet"}))["unet"], other)
        adapters = Adapters(file.parent, manifest.adapted, half=False, keep_bytes=10**9)
        told, adapter = inputs(old, 2), adapters.load(file.stem)
        stack = {LORA_DOWN: adapter.down, LORA_UP: adapter.up, LORA_SCALE: np.ones((2, adapter.info.rank), np.float32)}
        found = OnnxSession(plain / ADAPTED_FILE).run(told | stack)
        expected = OnnxSession(other / UNET_FILE).run(told)
        without = OnnxSession(plain / UNET_FILE).run(told)
    print(
        f"{file.stem}: {psnr(found, expected):.1f} dB from merged weights; without it {psnr(without, expected):.1f} dB"
    )


def psnr(found: Any, expected: Any) -> float:
    return float(10 * np.log10(np.ptp(expected) ** 2 / np.mean((found - expected) ** 2)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--adapters", type=Path, default=ADAPTERS)
    arguments.add_argument("--provider", default="cpu")
    arguments.add_argument("--threads", type=int, default=physical_cores())
    arguments.add_argument("--rounds", type=int, default=60, help="forwards of each; the median counts")
    arguments.add_argument("--merged", action="store_true", help="export merged weights too, and compare")
    options = arguments.parse_args()
    print(describe())
    bundle = load_bundle(options.bundle)
    plain, adapted = (bundle.file(name).stat().st_size for name in (UNET_FILE, ADAPTED_FILE))
    print(f"{UNET_FILE} has {plain / 1e6:.2f} MB, {ADAPTED_FILE} {adapted / 1e6:.2f} MB besides")
    costs(bundle, options.provider, options.threads, options.rounds)
    print()
    bits(bundle, options.provider, options.adapters, options.threads)
    if options.merged:
        for file in sorted(options.adapters.glob("*.safetensors")):
            merged(file)


if __name__ == "__main__":
    main()
