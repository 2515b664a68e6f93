"""The models that all contestants draw with: diffusers' checkpoint, our bundle, OpenVINO's graphs, one file of weights.

SD 1.5 has random weights of the published shapes. It is written and exported once, and stays in the folder named.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("figurine", "sd15")
TEXT_ENCODER = "text_encoder/model.safetensors"
PARTS = {
    "unet.": "unet/diffusion_pytorch_model.safetensors",
    "vae.": "vae/diffusion_pytorch_model.safetensors",
    "te.text_model.": TEXT_ENCODER,
}
EXPORT = """
import pathlib, sys
from optimum.exporters.openvino import main_export
out = pathlib.Path(sys.argv[2])
main_export(sys.argv[1], out, task="text-to-image", library_name="diffusers", convert_tokenizer=True)
"""


@dataclass(frozen=True, kw_only=True)
class Model:
    """Where a model lies, and what is drawn with it; `openvino` and `file` may not be there."""

    name: str
    checkpoint: Path
    bundle: Path
    openvino: Path
    file: Path
    width: int
    height: int
    sampler: str
    guidance_scale: float


def model_of(name: str, folder: Path, side: int | None = None) -> Model:
    """Its places; `side` is that of a smaller picture, to try a contestant out."""
    if name == "figurine":
        return Model(
            name=name,
            checkpoint=ROOT / "models" / "figurine" / "checkpoint",
            bundle=ROOT / "models" / "figurine-bundle",
            openvino=folder / "figurine" / "openvino",
            file=folder / "figurine" / "all.safetensors",
            width=128,
            height=192,
            sampler="ddim",
            guidance_scale=2.5,
        )
    return Model(
        name=name,
        checkpoint=folder / name / "checkpoint",
        bundle=folder / name / "bundle",
        openvino=folder / name / "openvino",
        file=folder / name / "all.safetensors",
        width=side or 512,
        height=side or 512,
        sampler="euler",
        guidance_scale=7.5,
    )


def prepare(model: Model, *, python: str, openvino: bool) -> None:
    """Makes what is missing, each in a process of its own, so that none of it counts against a contestant.

    Args:
        model: Of which model.
        python: The interpreter that has optimum-intel.
        openvino: Whether graphs for OpenVINO's own pipelines are wanted.
    """
    if not (model.bundle / "manifest.json").exists():
        shutil.rmtree(model.bundle.parent, ignore_errors=True)  # what an attempt that was ended has left
        whole = ROOT / "benchmarks" / "full_size.py"
        _run(sys.executable, str(whole), model.name, "--folder", str(model.bundle.parent))
    if model.name == "sd15" and not model.file.exists():
        merge({prefix: model.checkpoint / path for prefix, path in PARTS.items()}, model.file)
    if openvino and not model.openvino.exists():
        half = model.openvino.with_name("openvino.half")
        shutil.rmtree(half, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory() as older:
                with_older_names(model.checkpoint, Path(older) / "checkpoint")
                _run(python, "-c", EXPORT, str(Path(older) / "checkpoint"), str(half))
            half.rename(model.openvino)
        except subprocess.CalledProcessError:
            print("OpenVINO's graphs were not made; contestants that need them will say so", flush=True)


def with_older_names(checkpoint: Path, out: Path) -> None:
    """Copies a checkpoint for a transformers before 5.6, which wants `text_model.` before a text encoder's weights."""
    shutil.copytree(checkpoint, out)
    merge({"text_model.": checkpoint / TEXT_ENCODER}, out / TEXT_ENCODER)


def merge(parts: Mapping[str, Path], out: Path) -> None:
    """Puts the weights of a checkpoint's parts into one file, under the prefixes that stable-diffusion.cpp knows."""
    from safetensors.numpy import load_file, save_file

    half = out.with_suffix(".half")
    weights = {prefix + name: value for prefix, path in parts.items() for name, value in load_file(path).items()}
    save_file(weights, half, metadata={"format": "pt"})
    half.rename(out)


def _run(*command: str) -> None:
    print(f"making: {' '.join(' '.join(command).split())}", flush=True)
    subprocess.run(command, check=True)
