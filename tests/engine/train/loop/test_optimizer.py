"""Muon and AdamW, all matrices of a shape and all vectors at once, against one parameter after the other."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.train.loop.optimizer import MuonAdamW, orthogonal
from engine.train.loop.rates import parameter_groups

SHAPES = [(6, 4), (4, 6), (6, 4), (3, 2, 3, 3), (3, 2, 3, 3), (5, 5), (7,), (1,), (7,)]
RATE, DECAY, BETAS, MOMENTUM = 0.02, 0.1, (0.9, 0.99), 0.95


@pytest.mark.parametrize("shape", [(5, 9), (9, 5), (4, 4), (3, 8, 5)])
def test_orthogonal_matrices_keep_their_singular_vectors(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    found = orthogonal(matrices)
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    stretched = torch.linalg.vecdot(left.mT, (found @ right.mT).mT)
    assert stretched.min() > 0.6 and stretched.max() < 1.3
    rest = found - (left * stretched[..., None, :]) @ right
    assert rest.abs().max() < 0.05


def _one_after_the_other(values: list[Tensor], gradients: list[list[Tensor]]) -> list[Tensor]:
    """The update rules as published, one parameter at a time: Muon's of Liu et al. 2025, AdamW's of Kingma and Ba."""
    moved = []
    for value, steps in zip(values, zip(*gradients, strict=True), strict=True):
        value, first, second = value.clone(), torch.zeros_like(value), torch.zeros_like(value)
        for number, gradient in enumerate(steps, 1):
            value *= 1 - RATE * (DECAY if value.ndim > 1 else 0)
            if value.ndim > 1:
                first = MOMENTUM * first + (1 - MOMENTUM) * gradient
                matrix = ((1 - MOMENTUM) * gradient + MOMENTUM * first).flatten(1)
                value -= RATE * 0.2 * max(matrix.shape) ** 0.5 * orthogonal(matrix).view(value.shape)
            else:
                first = BETAS[0] * first + (1 - BETAS[0]) * gradient
                second = BETAS[1] * second + (1 - BETAS[1]) * gradient**2
                mean, square = first / (1 - BETAS[0] ** number), second / (1 - BETAS[1] ** number)
                value -= RATE * mean / (square.sqrt() + 1e-8)
        moved.append(value)
    return moved


@pytest.mark.parametrize("together", [1, 1 << 24])
def test_all_at_once_is_one_after_the_other(monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    monkeypatch.setattr("engine.train.loop.optimizer._MOST_TOGETHER", together)
    generator = torch.Generator().manual_seed(1)
    values = [torch.randn(shape, generator=generator) for shape in SHAPES]
    gradients = [[torch.randn(shape, generator=generator) for shape in SHAPES] for _ in range(4)]
    model = nn.Module()
    for number, value in enumerate(values):
        model.register_parameter(str(number), nn.Parameter(value.clone()))
    optimizer = MuonAdamW(parameter_groups(model, DECAY), lr=RATE, betas=BETAS, momentum=MOMENTUM)
    parameters = [model.get_parameter(str(number)) for number in range(len(values))]
    for step in gradients:
        for parameter, gradient in zip(parameters, step, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
    for parameter, expected in zip(parameters, _one_after_the_other(values, gradients), strict=True):
        torch.testing.assert_close(parameter.detach(), expected, atol=1e-4, rtol=1e-4)


def test_what_has_no_gradient_stays() -> None:
    model = nn.Linear(3, 2)
    before = model.weight.detach().clone()
    optimizer = MuonAdamW(parameter_groups(model, DECAY), lr=RATE)
    model.bias.grad = torch.ones(2)
    optimizer.step()
    assert torch.equal(model.weight, before)
    assert not torch.equal(model.bias, torch.zeros(2)) and optimizer.state[model.bias]["step"] == 1
