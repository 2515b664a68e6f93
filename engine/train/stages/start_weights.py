"""Weights to start from: those of a diffusers folder, put into a model that the recipe describes.

It knows names and shapes of tensors; it does not know what the model is for.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import nn

WEIGHTS_FILE = "diffusion_pytorch_model.safetensors"


def start_from(model: nn.Module, folder: Path) -> None:
    """Copy the weights of `folder` into `model`, in the model's own precision.

    Raises:
        ValueError: The folder holds no readable weights, or those of another shape; the message names the tensors.
    """
    check_start(model, folder)
    with torch.no_grad():
        model.load_state_dict(load_file(folder / WEIGHTS_FILE))


def check_start(model: nn.Module, folder: Path) -> None:
    """Read the shapes in `folder` alone; `model` may be on the device "meta".

    Raises:
        ValueError: As of `start_from`.
    """
    path = folder / WEIGHTS_FILE
    try:
        with safe_open(path, framework="pt") as file:  # which has keys, but cannot be iterated
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path}: no readable weights to start from: {error}") from error
    wanted = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        expected, came = wanted.get(name, "nothing"), found.get(name, "nothing")
        raise ValueError(
            f"{path}: {len(wrong)} of {len(wanted)} tensors do not fit the recipe's model; "
            f"{name} should be {expected}, is {came}"
        )
