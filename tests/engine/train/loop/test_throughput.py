"""Samples a second and MFU are what was counted over what was measured."""

import logging
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.train.loop.fit import Fit
from engine.train.loop.stage import Batch, Stage
from engine.train.loop.throughput import Throughput, measured_teraflops, peak_teraflops
from engine.train.recipe.fit import FitConfig

CPU = torch.device("cpu")


def test_numbers_are_those_since_the_last_look() -> None:
    throughput = Throughput(CPU, torch.float32, peak_teraflops=2.0)
    for _ in range(2):
        throughput.add(samples=6, operations=10**12, seconds=1.5)
    assert throughput.look() == pytest.approx({"samples_per_second": 4.0, "mfu": 1 / 3})
    throughput.add(samples=1, operations=10**12, seconds=0.5)
    assert throughput.look() == pytest.approx({"samples_per_second": 2.0, "mfu": 1.0})


def test_a_cpu_is_measured_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    throughput = Throughput(CPU, torch.float32, peak_teraflops=None)
    throughput.add(samples=1, operations=1, seconds=1.0)
    with caplog.at_level(logging.INFO):
        assert 0 < throughput.look()["mfu"] < 1
    assert "the best of ten products of 1024 x 1024 matrices in torch.float32" in caplog.text
    assert peak_teraflops(CPU, torch.float32)[0] == throughput.peak_teraflops
    assert 0 < measured_teraflops(CPU, torch.float32, 64)


class _Linear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 5, bias=False), nn.Linear(5, 7, bias=False)

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        return {"loss": self.second(self.first(batch["x"])).square().mean()}


class _Stage(Stage):
    name = "small"

    def __init__(self) -> None:
        self.objective = _Linear()

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        return {"x": torch.ones(4 + step % 2, 3)}  # of two shapes

    def report(self, step: int) -> None:
        pass


@pytest.mark.parametrize("compiled", [False, True])
def test_a_step_is_counted_as_its_products(tmp_path: Path, compiled: bool) -> None:
    """A product forward, one for its weight's gradient, and one for its input's, which the first layer has not."""
    config = FitConfig(steps=4, batch_size=4, accumulate=2, learning_rate=1e-3, log_every=10)
    fit = Fit(_Stage(), config, tmp_path, cpu=True)
    fit.wrapped = torch.compile(fit.plain, backend="eager", dynamic=False) if compiled else fit.plain
    fit.run()
    once = 2 * 2 * 3 * 5 + 3 * 2 * 5 * 7  # of one sample
    assert fit.throughput.operations == 4 * (4 + 5) * once and fit.throughput.samples == 32
    assert len(fit._operations) == 2
