"""Times the SDXL UNet at full size on a GPU: images/s, ms a step and share of peak, for every runtime that is here.

Run from the repository root on a machine with an NVIDIA GPU: `python benchmarks/sdxl_gpu.py`. Weights are random, so
nothing is downloaded; their values do not change the time. PyTorch runs eager and compiled with CUDA graphs, in
float16; ONNX Runtime runs every provider of its installation that has a GPU, on the UNet exported by the way (`--onnx
FILE` takes one that was exported before). Needs the train extra. `--tiny` runs a small UNet on the CPU instead, to see
that the script works; its numbers mean nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# First: the engine tells the packages below not to report to their makers.
from engine.errors import EngineError, OutOfMemoryError  # noqa: E402

# isort: split
import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import torch  # noqa: E402
from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: E402

from benchmarks.support.gpu import device_for  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.pipeline_folder.graphs import UNet  # noqa: E402
from engine.sessions import Session  # noqa: E402
from engine.sessions.onnx.providers import EXECUTION_PROVIDERS  # noqa: E402
from engine.sessions.onnx.session import OnnxSession  # noqa: E402
from engine.sessions.profiles import ShapeRange  # noqa: E402
from engine.sessions.runtime import onnxruntime  # noqa: E402
from engine.sessions.torch.sessions import CompiledForward, Forward, TorchSession  # noqa: E402
from engine.settings import SessionSettings  # noqa: E402

Inputs: TypeAlias = dict[str, npt.NDArray[np.float32]]

# FLOPs of one row, two for each multiply-add, counted on the published architecture: 77 tokens, 1024 x 1024.
ROW_FLOPS = 6.76e12
# Dense float16 FLOP/s with float32 sums, from the makers' data sheets, by a part of the device's name.
PEAKS = {
    "B200": 2250e12,
    "H200": 989.5e12,
    "H100 PCIe": 756.5e12,
    "H100": 989.5e12,
    "A100": 312e12,
    "L40S": 362e12,
    "L4": 121e12,
    "RTX 4090": 165e12,
    "A10": 125e12,
    "T4": 65e12,
}
UNET_CONFIG: dict[str, Any] = {
    "sample_size": 128,
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": (5, 10, 20),
    "transformer_layers_per_block": (1, 2, 10),
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
TINY_UNET: dict[str, Any] = {
    **UNET_CONFIG,
    "sample_size": 8,
    "block_out_channels": (32, 32, 64),
    "attention_head_dim": (1, 2, 2),
    "transformer_layers_per_block": (1, 1, 1),
    "cross_attention_dim": 64,
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 16 + 6 * 8,
}
VAE: dict[str, Any] = {
    "sample_size": 1024,
    "latent_channels": 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}
TINY_VAE: dict[str, Any] = {**VAE, "sample_size": 64, "block_out_channels": (32, 32, 32, 32), "layers_per_block": 1}


def random_model(kind: Any, config: Mapping[str, Any], device: torch.device, dtype: torch.dtype) -> Any:
    """A model of that shape, made on the device in its own precision: float32 would need twice the memory."""
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    try:
        with device:
            return kind(**config).eval().requires_grad_(False)
    finally:
        torch.set_default_dtype(torch.float32)


def inputs_of(config: Mapping[str, Any], rows: int) -> Inputs:
    rng = np.random.default_rng(0)
    side, width = config["sample_size"], config["cross_attention_dim"]
    pooled = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
    size = np.array([8 * side, 8 * side, 0, 0, 8 * side, 8 * side], np.float32)
    return {
        "sample": rng.standard_normal((rows, 4, side, side), np.float32),
        "timesteps": np.full(rows, 500.0, np.float32),
        "encoder_hidden_states": rng.standard_normal((rows, 77, width), np.float32),
        "text_embeds": rng.standard_normal((rows, pooled), np.float32),
        "time_ids": np.repeat(size[None], rows, axis=0),
    }


def torch_session(name: str, model: UNet, device: torch.device, *, compiled: bool) -> Session:
    def eager(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        output: torch.Tensor = model(**inputs)
        return output

    forward: Forward = eager
    if compiled:
        forward = CompiledForward(torch.compile(forward, dynamic=False), device)
    names = ("sample", "timesteps", "encoder_hidden_states", "text_embeds", "time_ids")
    return TorchSession(name, forward, names, device=device)


def exported(model: UNet, config: Mapping[str, Any], folder: Path) -> Path:
    """The UNet as an ONNX file with any number of rows, its weights beside it."""
    examples = {name: torch.from_numpy(value).to(model.model.device) for name, value in inputs_of(config, 2).items()}
    auto = torch.export.Dim.DYNAMIC
    with torch.no_grad():
        program = torch.onnx.export(
            model, kwargs=examples, dynamo=True, dynamic_shapes={name: {0: auto} for name in examples}, verbose=False
        )
    assert program is not None
    program.save(folder / "unet.onnx", external_data=True)
    return folder / "unet.onnx"


def onnx_session(path: Path, provider: str, config: Mapping[str, Any], max_rows: int) -> Session:
    shapes = {}
    for name, value in inputs_of(config, 1).items():
        rest = value.shape[1:]
        shapes[name] = ShapeRange(minimum=(1, *rest), usual=(2, *rest), maximum=(max_rows, *rest))
    settings = SessionSettings(provider=provider, half_precision=True)
    return OnnxSession(path, settings, provider=provider, shapes=shapes)


def contestants(options: argparse.Namespace, device: torch.device) -> Iterator[tuple[str, Callable[[], Session]]]:
    """Name and maker of each; every maker makes its own model, so that only one is in memory."""
    config = TINY_UNET if options.tiny else UNET_CONFIG
    dtype = torch.float32 if options.tiny else torch.float16

    def make() -> UNet:
        return UNet(random_model(UNet2DConditionModel, config, device, dtype)).eval()

    yield "torch, eager", lambda: torch_session("eager", make(), device, compiled=False)
    if not (options.tiny or options.no_compile):
        yield "torch, compiled, CUDA graphs", lambda: torch_session("compiled", make(), device, compiled=True)
    if options.no_onnx:
        return
    here = onnxruntime.get_available_providers()
    providers = [name for name, execution in EXECUTION_PROVIDERS.items() if execution in here]
    providers = providers if options.tiny else [name for name in providers if name != "cpu"]
    if not providers:
        print(f"ONNX Runtime here has no GPU provider, only {', '.join(here)}")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.onnx or exported(make(), config, Path(folder))
        for provider in providers:
            session = partial(onnx_session, path, provider, config, max(options.rows))
            yield f"onnxruntime, {provider}", session


def step_seconds(session: Session, config: Mapping[str, Any], rows: int, rounds: int) -> float:
    """Median of one forward with its copies to and from the device, as the engine pays them."""
    inputs = inputs_of(config, rows)
    for _ in range(2):
        session.run(inputs)
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        session.run(inputs)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def decode_seconds(options: argparse.Namespace, device: torch.device) -> float:
    """One picture's decode in eager PyTorch; SDXL's own VAE overflows float16, so in bfloat16."""
    config = TINY_VAE if options.tiny else VAE
    dtype = torch.float32 if options.tiny else torch.bfloat16
    vae = random_model(AutoencoderKL, config, device, dtype)
    side = config["sample_size"] // 8

    def forward(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        image: torch.Tensor = vae.decode(inputs["latents"].to(dtype)).sample
        return image

    session = TorchSession("decoder", forward, ("latents",), device=device)
    latents = {"latents": np.zeros((1, 4, side, side), np.float32)}
    for _ in range(2):
        session.run(latents)
    times = []
    for _ in range(options.rounds):
        begun = time.perf_counter()
        session.run(latents)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def report(options: argparse.Namespace, device: torch.device) -> None:
    config = TINY_UNET if options.tiny else UNET_CONFIG
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    peak = options.peak_tflops * 1e12 if options.peak_tflops else next((PEAKS[k] for k in PEAKS if k in name), None)
    decode = decode_seconds(options, device)
    print(f"{name}, {describe()}, torch {torch.__version__}, onnxruntime {onnxruntime.__version__}")
    print(f"decode of one picture {decode * 1000:.1f} ms; guidance: a picture is two rows; {options.steps} steps")
    print("| runtime | rows | ms a step | images/s | share of peak |")
    print("|---|---|---|---|---|")
    for runtime, make in contestants(options, device):
        try:
            session = make()
            for rows in options.rows:
                seconds = step_seconds(session, config, rows, options.rounds)
                print(f"| {runtime} | {rows} | {_cells(rows, seconds, decode, peak, options)} |", flush=True)
            del session
        except OutOfMemoryError as error:
            print(f"{runtime}: {error}")
        except EngineError as error:
            print(f"{runtime} does not run here: {error}")


def _cells(rows: int, seconds: float, decode: float, peak: float | None, options: argparse.Namespace) -> str:
    images = rows / 2 / (options.steps * seconds + rows / 2 * decode)
    share = f"{rows * ROW_FLOPS / seconds / peak:.1%}" if peak and not options.tiny else "-"
    return f"{seconds * 1000:.1f} | {images:.2f} | {share}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--rows", type=int, nargs="+", default=[2, 4, 8, 16], help="rows of a forward; two a picture"
    )
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=10, help="forwards of each; the median counts")
    arguments.add_argument("--onnx", type=Path, help="an exported SDXL UNet with dynamic rows")
    arguments.add_argument("--no-compile", action="store_true", help="leave out what takes a minute or two to compile")
    arguments.add_argument("--no-onnx", action="store_true", help="leave out the export and ONNX Runtime")
    arguments.add_argument("--peak-tflops", type=float, help="dense float16 peak of a GPU that is not in the list")
    arguments.add_argument("--tiny", action="store_true", help="a small UNet on the CPU")
    options = arguments.parse_args()
    report(options, device_for("sdxl_gpu", tiny=options.tiny))


if __name__ == "__main__":
    main()
