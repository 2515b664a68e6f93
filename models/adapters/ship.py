"""Writes a trained adapter as it is shipped: in float16, with alpha, licence and the scale to use in the metadata.

Run from the repository root: `python models/adapters/ship.py runs/pencil/lora pencil 0.7`.
"""

import sys
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
LICENCE = "Apache-2.0"


def ship(folder: Path, name: str, scale: float) -> Path:
    """The adapter of a training's output folder, under the name that requests call it."""
    with safe_open(folder / "pytorch_lora_weights.safetensors", "pt") as file:
        tensors = {key: file.get_tensor(key).half().contiguous() for key in sorted(file.keys())}
        metadata = dict(file.metadata() or {})
    out = HERE / f"{name}.safetensors"
    save_file(tensors, out, metadata | {"licence": LICENCE, "title": name, "recommended_scale": f"{scale:g}"})
    return out


if __name__ == "__main__":
    written = ship(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
    print(f"{written}: {written.stat().st_size} bytes")
