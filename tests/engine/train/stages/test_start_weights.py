"""Weights to start from are taken whole, or refused by name."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from engine.train.stages.start_weights import WEIGHTS_FILE, start_from


def test_weights_are_copied_in_the_models_precision(tmp_path: Path) -> None:
    model = nn.Linear(3, 2)
    save_file({"weight": torch.full((2, 3), 0.5).half(), "bias": torch.ones(2).half()}, tmp_path / WEIGHTS_FILE)
    start_from(model, tmp_path)
    assert model.weight.dtype == torch.float32 and model.weight.unique().tolist() == [0.5]
    assert model.bias.tolist() == [1.0, 1.0]


def test_weights_of_another_shape_are_refused_by_name(tmp_path: Path) -> None:
    save_file({"weight": torch.zeros(2, 4), "bias": torch.zeros(2)}, tmp_path / WEIGHTS_FILE)
    before = nn.Linear(3, 2)
    kept = before.weight.clone()
    with pytest.raises(ValueError, match=r"1 of 2 tensors .* weight should be \(2, 3\), is \(2, 4\)"):
        start_from(before, tmp_path)
    assert torch.equal(before.weight, kept)


@pytest.mark.parametrize("content", [None, b"not safetensors"])
def test_missing_or_damaged_weights_are_refused(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / WEIGHTS_FILE).write_bytes(content)
    with pytest.raises(ValueError, match=r"diffusion_pytorch_model\.safetensors: no readable weights"):
        start_from(nn.Linear(3, 2), tmp_path)
