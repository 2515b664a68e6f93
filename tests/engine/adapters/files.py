"""Adapter files for tests, in the words of each writer, of layers that a small table names."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from engine.bundle.manifest import Adapted

LAYERS = {
    "down_blocks.0.attentions.0.proj_in": (8, 8),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": (8, 8),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k": (12, 8),
    "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0": (8, 8),
    "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj": (8, 64),
}
ADAPTED = Adapted(layers=LAYERS, max_columns=32)

Tensors = dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]


def factors(layers: Mapping[str, tuple[int, int]] = LAYERS, rank: int = 4, seed: int = 0) -> dict[str, tuple]:  # type: ignore[type-arg]
    """A down [rank, I] and an up [O, rank] matrix for each layer."""
    random = np.random.default_rng(seed)
    return {
        name: (
            random.normal(scale=0.1, size=(rank, read)).astype(np.float32),
            random.normal(scale=0.1, size=(given, rank)).astype(np.float32),
        )
        for name, (read, given) in layers.items()
    }


def tensors(made: Mapping[str, tuple], form: str) -> Tensors:  # type: ignore[type-arg]
    """The same factors as diffusers, PEFT, kohya's scripts or diffusers' older code would write them."""
    found: Tensors = {}
    for layer, (down, up) in made.items():
        if form == "kohya":
            start = "lora_unet_" + layer.replace(".", "_")
            if layer.endswith("proj_in"):
                down, up = down[:, :, None, None], up[:, :, None, None]
            found |= {f"{start}.lora_down.weight": down, f"{start}.lora_up.weight": up}
        elif form == "processor":
            if ".attn" not in layer:
                continue
            head, _, tail = layer.rpartition(".attn")
            number, _, matrix = tail.partition(".")
            start = f"unet.{head}.attn{number}.processor.{matrix.removesuffix('.0')}_lora"
            found |= {f"{start}.down.weight": down, f"{start}.up.weight": up}
        else:
            start = {"diffusers": "unet.", "peft": "base_model.model."}[form] + layer
            found |= {f"{start}.lora_A.weight": down, f"{start}.lora_B.weight": up}
    return found


def write(path: Path, told: Tensors, **metadata: object) -> Path:
    """A safetensors file; metadata that is no text becomes JSON."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in metadata.items()}
    save_file(told, path, metadata=texts or None)
    return path
