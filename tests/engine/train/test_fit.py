"""The loop continues exactly: stopped, or killed, a run ends where an undisturbed one does, to the last digit."""

import logging
import multiprocessing
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate.state import AcceleratorState
from safetensors.torch import load_file, save_file
from torch import nn

from engine.train import checkpoint
from engine.train.config import FitConfig
from engine.train.fit import Batch, Fit, Outcome, learning_rate, run_stage

CONFIG = FitConfig(steps=8, batch_size=4, learning_rate=0.05, warmup_steps=2, ema_decay=0.8, log_every=2)


class _Objective(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        error = (self.layers(batch["x"]) - batch["y"]).square().mean()
        return {"loss": error, "error": error}


class _Stage:
    """A small regression; the process dies at `deadly_step`."""

    name = "small"

    def __init__(self, deadly_step: int | None = None, scale: float = 1.0) -> None:
        torch.manual_seed(0)
        self.objective = _Objective()
        self.deadly_step, self.scale = deadly_step, scale
        self.reported: list[int] = []

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        if step == self.deadly_step:
            os.kill(os.getpid(), signal.SIGKILL)
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(step))
        return {"x": x * self.scale, "y": x.sum(1, keepdim=True)}

    def report(self, step: int) -> None:
        self.reported.append(step)


def _run(
    folder: Path, *, until: int | None = None, config: FitConfig = CONFIG
) -> tuple[Outcome, dict[str, torch.Tensor]]:
    fit = Fit(_Stage(), config, folder, cpu=True)
    fit.resume()
    outcome = fit.run(until)
    return outcome, {name: value.clone() for name, value in fit.model.state_dict().items()}


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_stopped_and_resumed_is_as_if_never_stopped(tmp_path: Path, optimizer: str) -> None:
    config = replace(CONFIG, optimizer=optimizer)
    whole, weights = _run(tmp_path / "whole", config=config)
    first, _ = _run(tmp_path / "parts", until=3, config=config)
    second, resumed_weights = _run(tmp_path / "parts", config=config)
    assert len(whole.losses) == 8 and first.losses + second.losses == whole.losses
    assert all(torch.equal(weights[name], resumed_weights[name]) for name in weights)
    assert (second.steps, second.samples) == (whole.steps, whole.samples) == (8, 32)


def _die_at_step_5(folder: Path) -> None:
    fit = Fit(_Stage(deadly_step=5), CONFIG, folder, cpu=True)
    fit.run(3)
    fit.run()


def test_killed_between_checkpoints_is_as_if_never_killed(tmp_path: Path) -> None:
    whole, weights = _run(tmp_path / "whole")
    process = multiprocessing.get_context("fork").Process(target=_die_at_step_5, args=(tmp_path / "killed",))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert checkpoint.steps_saved(tmp_path / "killed") == [3]
    rest, resumed_weights = _run(tmp_path / "killed")
    assert rest.losses == whole.losses[3:]
    assert all(torch.equal(weights[name], resumed_weights[name]) for name in weights)


def test_the_end_leaves_the_average_in_the_model_and_both_on_disk(tmp_path: Path) -> None:
    _, weights = _run(tmp_path)
    state = checkpoint.load(tmp_path)
    assert all(torch.equal(weights[name], state.average[name]) for name in weights)
    assert any(not torch.equal(state.model[name], state.average[name]) for name in weights)


def test_a_finished_stage_resumed_trains_no_further(tmp_path: Path) -> None:
    _, weights = _run(tmp_path)
    outcome, again = _run(tmp_path)
    assert outcome.losses == () and outcome.steps == 8
    assert all(torch.equal(weights[name], again[name]) for name in weights)


def test_reports_come_with_checkpoints(tmp_path: Path) -> None:
    stage = _Stage()
    fit = Fit(stage, replace(CONFIG, checkpoint_minutes=1e-9), tmp_path, cpu=True)
    fit.run()
    assert stage.reported == list(range(1, 9))
    assert checkpoint.steps_saved(tmp_path) == [7, 8]


def test_checkpoints_in_the_way_are_not_trained_over(tmp_path: Path) -> None:
    run_stage(_Stage(), replace(CONFIG, steps=2), tmp_path, resume=False)
    with pytest.raises(FileExistsError, match="pass --resume"):
        run_stage(_Stage(), CONFIG, tmp_path, resume=False)
    assert run_stage(_Stage(), CONFIG, tmp_path, resume=True).steps == 8


def test_changed_settings_are_said_on_resume(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _run(tmp_path, until=2)
    with caplog.at_level(logging.WARNING):
        _run(tmp_path, config=replace(CONFIG, learning_rate=0.01))
    assert "learning_rate was 0.05, is 0.01" in caplog.text


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_checkpoint(tmp_path: Path) -> None:
    _run(tmp_path, until=2)
    fit = Fit(_Stage(scale=float("nan")), CONFIG, tmp_path, cpu=True)
    fit.resume()
    with pytest.raises(FloatingPointError, match="loss is nan"):
        fit.run()
    assert checkpoint.steps_saved(tmp_path) == [2]


def test_stages_may_differ_in_precision(tmp_path: Path) -> None:
    for name, precision in (("a", "no"), ("b", "bf16"), ("c", "no")):
        config = replace(CONFIG, steps=1, mixed_precision=precision)
        fit = Fit(_Stage(), config, tmp_path / name, cpu=True)
        assert fit.accelerator.mixed_precision == precision
        fit.run()


def test_learning_rate_warms_up_holds_and_falls() -> None:
    config = FitConfig(
        steps=100, batch_size=1, learning_rate=1.0, warmup_steps=10, decay_fraction=0.5, final_fraction=0.1
    )
    rates = [learning_rate(config, step) for step in range(101)]
    assert rates[0] == 0.1 and rates[9] == 1.0 and set(rates[10:51]) == {1.0}
    assert all(one > other for one, other in zip(rates[51:100], rates[52:101], strict=True))
    assert rates[75] == pytest.approx(0.55) and rates[100] == pytest.approx(0.1)


class _Shared(_Stage):
    """Eight samples a step, each process its own share."""

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))[rank::world_size]
        return {"x": x, "y": x.sum(1, keepdim=True)}


def _one_of_two(rank: int, port: int, folder: Path) -> None:
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in place.items()})
    AcceleratorState._reset_state(reset_partial_state=True)
    fit = Fit(_Shared(), CONFIG, folder / "run", cpu=True)
    assert fit.accelerator.num_processes == 2
    fit.run()
    save_file(dict(fit.model.state_dict()), folder / f"{rank}.safetensors")


def test_two_processes_train_what_one_does_with_all_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # what a launcher sets; accelerate warns where it is missing
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_one_of_two, args=(rank, port, tmp_path)) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    alone = Fit(_Shared(), CONFIG, tmp_path / "alone", cpu=True)
    alone.run()
    for name, value in alone.model.state_dict().items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(value, first[name], atol=1e-5, rtol=1e-4)
    assert checkpoint.load(tmp_path / "run").facts["samples"] == 64
