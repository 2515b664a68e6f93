"""Exports models of full size with random weights and runs SD 1.5 for a picture: time and peak memory of each.

Run from the repository root, one at a time: `python benchmarks/full_size.py sdxl-unet`, `python
benchmarks/full_size.py sd15`, and after `sdxl-unet --folder out/sdxl` the TensorRT-RTX engine of its graph, which needs
no GPU: `python benchmarks/full_size.py sdxl-rtx --folder out/sdxl`. No weights are downloaded: shapes and precision are
those of the published models, the numbers are noise. Needs the train and tensorrt extras; 8 GB of disk (16 with the
engine), and memory as docs/benchmarks.md says.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# The engine tells the packages that are imported later not to report to their makers.
import engine  # noqa: E402, F401
from benchmarks.support.machine import describe  # noqa: E402

SKIPPED = 77  # the exit status with which `make bench` goes on
SDXL_UNET: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "in_channels": 4,
    "out_channels": 4,
    "sample_size": 128,
    "block_out_channels": [320, 640, 1280],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "attention_head_dim": [5, 10, 20],
    "transformer_layers_per_block": [1, 2, 10],
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
SD15_UNET: dict[str, Any] = {
    "_class_name": "UNet2DConditionModel",
    "in_channels": 4,
    "out_channels": 4,
    "sample_size": 64,
    "block_out_channels": [320, 640, 1280, 1280],
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "attention_head_dim": 8,
    "cross_attention_dim": 768,
}
SD15_VAE: dict[str, Any] = {
    "_class_name": "AutoencoderKL",
    "sample_size": 512,
    "latent_channels": 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "scaling_factor": 0.18215,
}
SD15_TEXT: dict[str, Any] = {
    "model_type": "clip_text_model",
    "vocab_size": 49408,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "max_position_embeddings": 77,
    "projection_dim": 768,
    "bos_token_id": 49406,
    "eos_token_id": 49407,
    "pad_token_id": 1,
}
SD15_SCHEDULE: dict[str, Any] = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "timestep_spacing": "leading",  # PNDM's default; another scheduler that reads this file has another one
}


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints what a stage took, on the clock and of the processor, and memory: the process's peak, and its own part.

    The peak counts mapped files, which the system drops where it needs room; what is the process's own it cannot.
    """
    started, used = time.monotonic(), time.process_time()
    own: list[int] = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            status = Path("/proc/self/status")
            lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
            own.extend(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield
    done.set()
    watcher.join()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"| {what} | {time.monotonic() - started:.0f} s | {time.process_time() - used:.0f} s "
        f"| {peak / 1e9:.1f} GB | {max(own) / 1e9:.1f} GB |",
        flush=True,
    )


def random_state(model: Any, dtype: Any) -> dict[str, Any]:
    """Weights for a model whose parameters are on the meta device, scaled so that signals keep their size."""
    import torch

    block = torch.randn(1 << 20, generator=torch.Generator().manual_seed(0))
    state = {}
    for number, (name, value) in enumerate(model.state_dict().items()):
        count = value.numel()
        if value.ndim < 2:  # scales of norms are one, all else of one dimension is nothing
            flat = torch.full((count,), float("norm" in name and name.endswith("weight")))
        else:
            start = 7919 * number % 1000
            flat = block[start : start + 1_000_000].repeat(count // 1_000_000 + 1)[:count] / (count / len(value)) ** 0.5
        state[name] = flat.reshape(value.shape).to(dtype)
    return state


def save(folder: Path, stem: str, config: dict[str, Any], model: Any, dtype: Any) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    save_file(random_state(model, dtype), folder / f"{stem}.safetensors", metadata={"format": "pt"})


def sdxl_unet(folder: Path) -> None:
    """Writes the SDXL UNet in float16 and exports it to a float16 graph."""
    import torch
    from accelerate import init_empty_weights
    from diffusers import UNet2DConditionModel

    from engine.export.write import write_graph
    from engine.pipeline_folder.graphs import unet_graph
    from engine.pipeline_folder.weights import load_part

    with timed("write random weights, float16"), init_empty_weights():
        save(
            folder / "unet",
            "diffusion_pytorch_model",
            SDXL_UNET,
            UNet2DConditionModel.from_config(SDXL_UNET),
            torch.float16,
        )
    (folder / "graph").mkdir()
    with timed("export and check the SDXL UNet, fp16"):
        write_graph(
            lambda: unet_graph(
                load_part(UNet2DConditionModel, folder / "unet", SDXL_UNET, torch.float16), sdxl_manifest()
            ),
            folder / "graph",
        )
    for path in sorted((folder / "graph").iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB")


def sdxl_rtx(folder: Path, target: str, max_rows: int, max_windows: int) -> None:
    """Builds the TensorRT-RTX engine of the graph that `sdxl-unet` left in the folder."""
    from engine.bundle.manifest import UNET_FILE, Bundle, FileEntry
    from engine.export.tensorrt import BuildSettings, build_engines

    graph = folder / "graph"
    if not (graph / UNET_FILE).is_file():
        sys.exit(f"{graph / UNET_FILE}: missing; run `{sys.argv[0]} sdxl-unet --folder {folder}` first")
    files = {path.name: FileEntry(sha256="", size_bytes=path.stat().st_size) for path in sorted(graph.iterdir())}
    bundle = Bundle(path=graph, manifest=replace(sdxl_manifest(), files=files), sha256="0" * 64)
    settings = BuildSettings(target=target, max_rows=max_rows, max_windows=max_windows)
    with timed(f"TensorRT-RTX engine for {target}, rows 1..{max_rows}, windows 1..{max_windows}"):
        engines = build_engines(bundle, folder / f"engines-{target}", settings)
    for name, entry in engines.files.items():
        print(f"{name}: {entry.size_bytes / 1e9:.2f} GB, by {engines.library} {engines.library_version}")


def sdxl_manifest() -> Any:
    """The fields of SDXL's manifest that shape its UNet's graph."""
    from engine.bundle.manifest import Manifest

    return Manifest(
        name="sdxl",
        family="sdxl",
        source="random weights",
        licence="none",
        precision="fp16",
        noise_schedule={},
        scaling_factor=0.13025,
        shift_factor=0.0,
        latent_channels=4,
        vae_factor=8,
        context_width=2048,
        sizes=(),
        side_limits=(512, 2048, 32),
        tokenizer_length=77,
        start_token=49406,
        end_token=49407,
        padding_token=49407,
        default_width=1024,
        default_height=1024,
        default_steps=25,
        max_steps=150,
        default_guidance_scale=7.5,
        default_sampler="euler_a",
        pooled_width=1280,
        second_padding_token=0,
    )


SD15_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    **dict.fromkeys(("feature_extractor", "image_encoder", "safety_checker"), [None, None]),
    "requires_safety_checker": False,
}


def sd15(folder: Path, precision: str) -> None:
    """Writes an SD 1.5 pipeline, exports it whole, loads the bundle and draws one picture of one step at 512x512."""
    import torch
    from accelerate import init_empty_weights
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    from engine.export.onnx import export_bundle

    checkpoint = folder / "checkpoint"
    with timed("write random weights, float16"), init_empty_weights():
        unet, vae = UNet2DConditionModel.from_config(SD15_UNET), AutoencoderKL.from_config(SD15_VAE)
        save(checkpoint / "unet", "diffusion_pytorch_model", SD15_UNET, unet, torch.float16)
        save(checkpoint / "vae", "diffusion_pytorch_model", SD15_VAE, vae, torch.float16)
        text = CLIPTextModel(CLIPTextConfig(**SD15_TEXT))
        save(checkpoint / "text_encoder", "model", {**SD15_TEXT, "architectures": ["CLIPTextModel"]}, text, torch.half)
    save_tokenizer(checkpoint / "tokenizer")
    (checkpoint / "scheduler").mkdir()
    (checkpoint / "scheduler/scheduler_config.json").write_text(json.dumps(SD15_SCHEDULE), encoding="utf-8")
    (checkpoint / "model_index.json").write_text(json.dumps(SD15_INDEX), encoding="utf-8")
    with timed(f"export SD 1.5, {precision}"):
        export_bundle(checkpoint, folder / "bundle", precision=precision)
    for path in sorted((folder / "bundle").iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e9:.2f} GB")
    asyncio.run(draw(folder / "bundle"))


def save_tokenizer(folder: Path) -> None:
    """A tokenizer of CLIP's size and marks; its words are letters and numbers."""
    from tokenizers import pre_tokenizers
    from transformers import CLIPTokenizer

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    words += [f"#{number}" for number in range(SD15_TEXT["vocab_size"] - len(words) - 2)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    CLIPTokenizer(
        vocab={word: index for index, word in enumerate(words)},
        merges=[],
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        model_max_length=77,
    ).save_pretrained(folder)


async def draw(bundle: Path) -> None:
    from engine.description import Description
    from engine.engine import Engine, EngineSettings, Finished, GenerationRequest

    with timed("verify and load the bundle"):
        engine = Engine.load(bundle, EngineSettings(warm_up=False))
    request = GenerationRequest(description=Description(text="a man", spans=()), seed=1, steps=1, guidance_scale=1.0)
    async with engine:
        with timed("one picture of one step, 512x512, no guidance"):
            events = [event async for event in engine.generate(request)]
    [timings] = [event.timings for event in events if isinstance(event, Finished)]
    stages = {"text": timings.text_seconds, "denoise": timings.denoise_seconds, "decode": timings.decode_seconds}
    print(", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("sdxl-unet", "sdxl-rtx", "sd15"), nargs="?")
    parser.add_argument("--precision", default="fp16_weights", help="of SD 1.5 (%(default)s)")
    parser.add_argument("--target", default="sm89", help="GPU architecture of sdxl-rtx (%(default)s)")
    parser.add_argument("--max-rows", type=int, default=8, help="of sdxl-rtx (%(default)s)")
    parser.add_argument("--max-windows", type=int, default=16, help="of sdxl-rtx (%(default)s)")
    parser.add_argument("--folder", type=Path, help="where to work; kept (a temporary folder, removed)")
    options = parser.parse_args()
    if options.model is None:
        print("takes many minutes and gigabytes: name sdxl-unet, sdxl-rtx or sd15 to run it")
        sys.exit(SKIPPED)
    print(f"{describe()}: {' '.join(sys.argv)}")
    print("| stage | time | processor | peak memory of the process so far | its own |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if options.model == "sdxl-unet":
            sdxl_unet(folder)
        elif options.model == "sdxl-rtx":
            sdxl_rtx(folder, options.target, options.max_rows, options.max_windows)
        else:
            sd15(folder, options.precision)


if __name__ == "__main__":
    main()
