"""Rows of noise for a tiny model, by every runtime that is here, and how alike two outputs are."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.description.groups import DRAWN_GROUPS
from engine.model.diffusion import DiffusionModel

PROVIDERS = ("cpu", "openvino", "torch")


def rows(model: DiffusionModel, number: int) -> dict[str, Any]:
    random = np.random.default_rng(7)
    manifest = model.manifest
    shapes = {
        "sample": (manifest.latent_channels, 12, 8),
        "encoder_hidden_states": (77, manifest.context_width),
    }
    if manifest.family == "sdxl":
        shapes |= {"text_embeds": (manifest.pooled_width,), "time_ids": (6,)}
    told = {name: random.normal(size=(number, *shape)).astype(np.float32) for name, shape in shapes.items()}
    return told | {"timesteps": np.linspace(900, 100, number, dtype=np.float32)}


def row(inputs: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {name: value[index : index + 1] for name, value in inputs.items()}


def psnr(found: Any, expected: Any) -> float:
    error = np.mean((found - expected) ** 2)
    return float(10 * np.log10(np.ptp(expected) ** 2 / error)) if error else float("inf")


def same(found: Any, expected: Any, model: DiffusionModel) -> bool:
    """PyTorch promises no bits, with adapters or without."""
    return psnr(found, expected) >= 60 if model.provider == "torch" else np.array_equal(found, expected)


def token_groups(number: int) -> Any:
    """Five tokens of one window for each row, of the first five groups."""
    groups = np.zeros((number, 77, len(DRAWN_GROUPS)), np.float32)
    groups[:, range(1, 6), range(5)] = 1.0
    return groups
