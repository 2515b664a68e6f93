"""The moving average moves in float32, by its decay, and gives the model back untouched."""

import pytest
import torch
from torch import nn

from engine.train.loop.ema import MovingAverage


def test_follows_its_recurrence() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    average = MovingAverage(model, 0.9)
    slow = {name: value.detach().double().clone() for name, value in model.named_parameters()}
    for step in range(1, 40):
        with torch.no_grad():
            for value in model.parameters():
                value += torch.randn(value.shape)
        average.update(model, step)
        decay = min(0.9, (1 + step) / (10 + step))
        for name, value in model.named_parameters():
            slow[name] = decay * slow[name] + (1 - decay) * value.detach().double()
    for name, value in average.tensors.items():
        torch.testing.assert_close(value.double(), slow[name], atol=1e-5, rtol=1e-5)


def test_keeps_moving_where_half_precision_would_stand_still() -> None:
    model = nn.Linear(1, 1, bias=False).to(torch.bfloat16)
    with torch.no_grad():
        model.weight.fill_(1.0)
    average = MovingAverage(model, 0.9999)
    average.tensors["weight"].fill_(0.99)
    before = average.tensors["weight"].item()
    for _ in range(10):
        average.update(model, 10**6)
    assert average.tensors["weight"].dtype == torch.float32
    assert before < average.tensors["weight"].item() < 1.0


def test_applied_and_taken_off_bit_for_bit() -> None:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    own = [value.detach().clone() for value in model.parameters()]
    average = MovingAverage(model, 0.5)
    for value in average.tensors.values():
        value += 1
    with pytest.raises(RuntimeError, match="inside"), average.applied(model):
        assert torch.equal(model.weight, average.tensors["weight"])
        raise RuntimeError("inside")
    assert all(torch.equal(value, before) for value, before in zip(model.parameters(), own, strict=True))


def test_frozen_tensors_have_no_average_and_a_missing_one_is_named() -> None:
    model = nn.Linear(3, 2)
    model.bias.requires_grad_(False)
    average = MovingAverage(model, 0.5)
    assert list(average.tensors) == ["weight"]
    with pytest.raises(ValueError, match="keeps no average of weight"):
        average.load({})
