"""The models that all contestants draw with, as folders: diffusers' checkpoint, our bundle, OpenVINO's graphs.

SD 1.5 has random weights of the published shapes. It is written and exported once, and stays in the folder named.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("figurine", "sd15")


@dataclass(frozen=True, kw_only=True)
class Model:
    """Where a model lies, and what is drawn with it; `openvino` may not be there."""

    name: str
    checkpoint: Path
    bundle: Path
    openvino: Path
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
    if not (model.checkpoint / "model_index.json").exists() or not (model.bundle / "manifest.json").exists():
        _run(
            sys.executable, str(ROOT / "benchmarks" / "full_size.py"), model.name, "--folder", str(model.bundle.parent)
        )
    if openvino and not (model.openvino / "model_index.json").exists():
        export = "from optimum.exporters.openvino import main_export; import sys; "
        export += "main_export(sys.argv[1], sys.argv[2], task='text-to-image', library_name='diffusers')"
        try:
            _run(python, "-c", export, str(model.checkpoint), str(model.openvino))
        except subprocess.CalledProcessError:
            print("OpenVINO's graphs were not made; contestants that need them will say so", flush=True)


def _run(*command: str) -> None:
    print(f"making: {' '.join(command)}", flush=True)
    subprocess.run(command, check=True)
