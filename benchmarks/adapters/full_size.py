"""Exports SDXL's UNet of full size plain and with adapters, and reads a full-size adapter: time, memory, sizes.

Run from the repository root: `python benchmarks/adapters/full_size.py --folder out/sdxl`. No weights are downloaded:
shapes and precision are those of the published model, the numbers are noise. The two graphs share one file of weights.
The adapter is of rank 16 beside all attention matrices, under diffusers' names, in float16. Needs the train extra, 11
GB of disk, and memory as docs/benchmarks.md says.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

# The engine tells the packages that are imported later not to report to their makers.
import engine  # noqa: E402, F401
from benchmarks.full_size import SDXL_UNET, save, sdxl_manifest, timed  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402

RANK = 16
ATTENTION = (".to_q", ".to_k", ".to_v", ".to_out.0")
CELL = 16  # pixels a side of a cell of attention, as an export finds it


def write_weights(folder: Path) -> None:
    import torch
    from accelerate import init_empty_weights
    from diffusers import UNet2DConditionModel

    with timed("write random weights, float16"), init_empty_weights():
        model = UNet2DConditionModel.from_config(SDXL_UNET)
        save(folder / "unet", "diffusion_pytorch_model", SDXL_UNET, model, torch.float16)


def export(folder: Path) -> Any:
    """Both graphs by the exporter's own code; gives the manifest."""
    import torch
    from diffusers import UNet2DConditionModel

    from engine.export.write import write_graph
    from engine.pipeline_folder.adapted import adapted_of
    from engine.pipeline_folder.graphs import Graph, adapted_graph, unet_graph
    from engine.pipeline_folder.weights import load_part

    manifest = replace(sdxl_manifest(), adapted=adapted_of(SDXL_UNET), attention_cell=CELL)
    out = folder / "graph"
    out.mkdir()

    def loaded(build: Callable[[Any, Any], Graph]) -> Callable[[], Graph]:
        return lambda: build(load_part(UNet2DConditionModel, folder / "unet", SDXL_UNET, torch.float16), manifest)

    for what, build in (("plain", unet_graph), ("adapted", adapted_graph)):
        with timed(f"export and check the {what} UNet, fp16"):
            write_graph(loaded(build), out, finished=out)
        gc.collect()
    for path in sorted(out.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return manifest


def read_adapter_of(folder: Path, manifest: Any) -> None:
    """A random adapter as a training script of diffusers leaves it, in the folder that an operator registers."""
    import numpy as np
    from safetensors.numpy import save_file

    from engine.adapters.folder import Adapters

    numbers = np.random.default_rng(0)
    layers = {name: widths for name, widths in manifest.adapted.layers.items() if name.endswith(ATTENTION)}
    tensors = {}
    for name, (read, given) in layers.items():
        tensors[f"unet.{name}.lora_A.weight"] = numbers.standard_normal((RANK, read), np.float32).astype(np.float16)
        tensors[f"unet.{name}.lora_B.weight"] = numbers.standard_normal((given, RANK), np.float32).astype(np.float16)
    (folder / "adapters").mkdir()
    save_file(tensors, folder / "adapters" / "random.safetensors")
    with timed("look at the adapter, as at a start"):
        adapters = Adapters(folder / "adapters", manifest.adapted, half=True, keep_bytes=1 << 31)
    [info] = adapters.infos
    if info.refused:
        sys.exit(f"the adapter was refused: {info.refused}")
    with timed("read it for a request"):
        read = adapters.load("random")
    print(
        f"{info.layers} of {len(manifest.adapted.layers)} layers matched, rank {info.rank}, {info.scaling}, "
        f"file {info.size_bytes / 1e6:.1f} MB, in memory {read.size_bytes / 1e6:.1f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, help="where to work; kept (a temporary folder, removed)")
    options = parser.parse_args()
    print(f"{describe()}: {' '.join(sys.argv)}")
    print("| stage | time | processor | peak memory of the process so far | its own |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_weights(folder)
        read_adapter_of(folder, export(folder))


if __name__ == "__main__":
    main()
