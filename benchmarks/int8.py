"""Figurine's UNet with weights or activations in eight bits, in float32 and bfloat16, on ONNX Runtime and OpenVINO.

Run from the repository root: `python benchmarks/int8.py`. Contestants take turns; times are medians of a forward at
each number of rows, on OpenVINO with static shapes. The likeness is that of pictures by the engine with this UNet to
those of the float32 graph on ONNX Runtime: same seeds, descriptions and decoder. The float32 graph is exported once
from models/figurine/checkpoint into `--folder`, which needs the train extra. OpenVINO's rows need `pip install
openvino`, the quantised activations `pip install nncf` (calibrated on inputs of the engine's own forwards); who is
missing is named and left out.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.support.machine import describe  # noqa: E402
from engine.bundle.manifest import TOKEN_GROUPS, UNET_FILE, Bundle  # noqa: E402
from engine.description import Parser  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady  # noqa: E402
from engine.sessions.onnx.session import OnnxSessions  # noqa: E402
from engine.sessions.openvino.compiler import take_out  # noqa: E402
from engine.sessions.openvino.library import computes_bfloat16, core, installed, library  # noqa: E402

Inputs: TypeAlias = Mapping[str, npt.NDArray[Any]]
Run: TypeAlias = Callable[[Inputs], npt.NDArray[np.float32]]

CHECKPOINT = ROOT / "models" / "figurine" / "checkpoint"
SHIPPED = ROOT / "models" / "figurine-bundle"
REFERENCE = "float32 on ONNX Runtime"
COLOURS = ("red", "green", "blue", "black", "white", "yellow", "brown", "purple")
TEXTS = [f"a full-body shot, a {who}, a {c} coat, {c} trousers" for c in COLOURS for who in ("young man", "woman")]


class UnetSession:
    """A UNet for the engine, run by a function; keeps what it is given, where `kept` is a list."""

    def __init__(self, run: Run, names: tuple[str, ...], kept: list[Inputs] | None = None) -> None:
        self.input_names = names
        self._run, self._kept = run, kept

    def run(self, inputs: Inputs) -> npt.NDArray[np.float32]:
        if self._kept is not None:
            self._kept.append({name: value.copy() for name, value in inputs.items()})
        return self._run(inputs)


class WithUnet(OnnxSessions):
    """ONNX Runtime for every graph but the UNet."""

    def __init__(self, bundle: Bundle, settings: EngineSettings, run: Run, kept: list[Inputs] | None) -> None:
        super().__init__(bundle, settings)
        self._replacement, self._inputs = run, kept

    def load(self, file: str) -> Any:
        session = super().load(file)
        return UnetSession(self._replacement, session.input_names, self._inputs) if file == UNET_FILE else session


def on_onnx_runtime(bundle: Path, threads: int) -> Run:
    from engine.bundle.manifest import load_bundle

    settings = EngineSettings(num_threads=threads)
    return OnnxSessions(load_bundle(bundle), settings).load(UNET_FILE).run


def on_openvino(model: Any, threads: int, precision: str) -> Run:
    """Compiled for each shape when it first comes."""
    compiled: dict[Any, Any] = {}
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,  # otherwise activations that meet int8 weights are rounded as well
    }

    def run(inputs: Inputs) -> npt.NDArray[np.float32]:
        shapes = {name: value.shape for name, value in inputs.items()}
        key = tuple(sorted(shapes.items()))
        if key not in compiled:
            static = model.clone()
            static.reshape({name: list(shape) for name, shape in shapes.items()})
            compiled[key] = core().compile_model(static, "CPU", options)
        return np.array(compiled[key](dict(inputs))[0], np.float32)

    return run


async def pictures(run: Run, options: argparse.Namespace, kept: list[Inputs] | None = None) -> list[Any]:
    parser, drawn = Parser(), []
    settings = EngineSettings(num_threads=options.threads, warm_up=False)
    engine = Engine.load(SHIPPED, settings, lambda bundle, given: WithUnet(bundle, given, run, kept))
    async with engine:
        for seed, text in enumerate(TEXTS[: options.pictures]):
            request = GenerationRequest(description=parser.parse(text), seed=seed, steps=options.steps)
            async for event in engine.generate(request):
                if isinstance(event, ImageReady):
                    drawn.append(np.asarray(Image.open(io.BytesIO(event.data)), np.float64))
    return drawn


def first_output_alone(path: Path) -> Any:
    """The UNet as OpenVINO's model, without the second output."""
    model = core().read_model(path)
    take_out(model, {each.any_name for each in model.inputs} & {TOKEN_GROUPS})
    return model


def calibrated(model: Any, inputs: list[Inputs]) -> Any:
    """The model with activations in eight bits, by NNCF's quantisation after training."""
    import nncf

    every = inputs[:: max(1, len(inputs) // 64)]
    return nncf.quantize(
        model,
        nncf.Dataset(every, lambda each: dict(each)),
        subset_size=len(every),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
    )


def contestants(options: argparse.Namespace, inputs: list[Inputs]) -> dict[str, tuple[Run, float]]:
    """What runs each, and the megabytes of its graph."""
    import importlib.util

    full = options.folder / "figurine-fp32"
    megabytes = {path: (path / UNET_FILE).stat().st_size / 1e6 for path in (full, SHIPPED)}
    found: dict[str, tuple[Run, float]] = {
        REFERENCE: (on_onnx_runtime(full, options.threads), megabytes[full]),
        "int8 weights (shipped) on ONNX Runtime": (on_onnx_runtime(SHIPPED, options.threads), megabytes[SHIPPED]),
    }
    if not installed():
        print("OpenVINO is not installed: pip install openvino")
        return found
    native = computes_bfloat16()
    for label, path in (("float32", full), ("int8 weights (shipped)", SHIPPED)):
        model = first_output_alone(path / UNET_FILE)
        for precision in ("f32", "bf16") if native else ("f32",):
            name = f"{label} on OpenVINO, {precision}"
            found[name] = (on_openvino(model, options.threads, precision), megabytes[path])
    if not native:
        print("bfloat16 is left out: this processor does not compute it natively")
    if importlib.util.find_spec("nncf") is None:
        print("NNCF is not installed: pip install nncf")
        return found
    model = calibrated(first_output_alone(full / UNET_FILE), inputs)
    library().save_model(model, options.folder / "unet-nncf.xml", compress_to_fp16=False)
    size = (options.folder / "unet-nncf.bin").stat().st_size / 1e6
    return found | {"int8 activations (NNCF) on OpenVINO": (on_openvino(model, options.threads, "f32"), size)}


def rows_of(inputs: Inputs, rows: int) -> Inputs:
    """The first rows again and again."""
    return {name: np.resize(value, (rows, *value.shape[1:])) for name, value in inputs.items()}


def times(
    found: Mapping[str, tuple[Run, float]], inputs: Inputs, options: argparse.Namespace
) -> dict[str, list[float]]:
    """Median milliseconds of each at each number of rows."""
    result: dict[str, list[float]] = {name: [] for name in found}
    for rows in options.rows:
        given = rows_of(inputs, rows)
        taken: dict[str, list[float]] = {name: [] for name in found}
        for turn in range(options.rounds + 1):
            for name, (run, _) in found.items():
                began = time.perf_counter()
                run(given)
                if turn:  # the first compiles
                    taken[name].append(1000 * (time.perf_counter() - began))
        for name, each in taken.items():
            result[name].append(statistics.median(each))
    return result


def likeness(drawn: list[Any], reference: list[Any]) -> list[float]:
    """PSNR in dB of each picture."""
    errors = (float(np.mean((one - other) ** 2)) for one, other in zip(drawn, reference, strict=True))
    return [10 * float(np.log10(255.0**2 / error)) if error else float("inf") for error in errors]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, nargs="+", default=[1, 2, 8])
    arguments.add_argument("--rounds", type=int, default=41)
    arguments.add_argument("--pictures", type=int, default=16, help=f"at most {len(TEXTS)}")
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--folder", type=Path, default=ROOT / "out" / "int8", help="of what is exported; kept")
    options = arguments.parse_args()
    if not (options.folder / "figurine-fp32" / "manifest.json").exists():
        from engine.export.onnx import export_bundle

        export_bundle(CHECKPOINT, options.folder / "figurine-fp32", precision="fp32")
    kept: list[Inputs] = []
    full = on_onnx_runtime(options.folder / "figurine-fp32", options.threads)
    reference = asyncio.run(pictures(full, options, kept))
    found = contestants(options, kept)
    print(f"{describe()}, {options.threads} threads, {options.pictures} pictures of {options.steps} steps")
    taken = times(found, kept[len(kept) // 2], options)
    print(f"| UNet | {' | '.join(f'ms, {rows} rows' for rows in options.rows)} | MB | worst and mean likeness, dB |")
    print("|---" * (len(options.rows) + 3) + "|")
    for name, (run, megabytes) in found.items():
        decibels = likeness(asyncio.run(pictures(run, options)), reference)
        cells = " | ".join(f"{each:.2f}" for each in taken[name])
        print(
            f"| {name} | {cells} | {megabytes:.1f} | {min(decibels):.1f}, {statistics.mean(decibels):.1f} |", flush=True
        )


if __name__ == "__main__":
    main()
