"""The loop continues exactly: stopped, or killed, a run ends where an undisturbed one does, to the last digit."""

import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from engine.train.loop import checkpoint
from engine.train.loop.fit import Fit, run_stage
from engine.train.loop.rates import learning_rate
from engine.train.loop.shard import whole
from engine.train.loop.stage import Batch, Outcome, Stage
from engine.train.recipe.fit import FitConfig
from tests.engine.train.processes import exit_code, two

CONFIG = FitConfig(steps=8, batch_size=4, learning_rate=0.05, warmup_steps=2, ema_decay=0.8, log_every=2)


pytestmark = pytest.mark.usefixtures("one_thread")


class _Objective(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        error = (self.layers(batch["x"]) - batch["y"]).square().mean()
        return {"loss": error, "error": error}


class _Stage(Stage):
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


class _Shared(_Stage):
    """Eight samples a step, in as many batches as the config accumulates, each process its own share."""

    def __init__(self, accumulate: int = 1) -> None:
        super().__init__()
        self.accumulate = accumulate

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        step, place = divmod(step, self.accumulate)
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))[place :: self.accumulate]
        x = x[rank::world_size]
        return {"x": x, "y": x.sum(1, keepdim=True)}


def _run(
    folder: Path, *, until: int | None = None, config: FitConfig = CONFIG
) -> tuple[Outcome, dict[str, torch.Tensor]]:
    fit = Fit(_Stage(), config, folder, cpu=True)
    fit.resume()
    outcome = fit.run(until)
    return outcome, {name: value.clone() for name, value in fit.model.state_dict().items()}


@pytest.mark.parametrize(("optimizer", "accumulate"), [("adamw", 1), ("muon", 1), ("adamw", 3)])
def test_stopped_and_resumed_is_as_if_never_stopped(tmp_path: Path, optimizer: str, accumulate: int) -> None:
    config = replace(CONFIG, optimizer=optimizer, accumulate=accumulate)
    whole, weights = _run(tmp_path / "whole", config=config)
    first, _ = _run(tmp_path / "parts", until=3, config=config)
    second, resumed_weights = _run(tmp_path / "parts", config=config)
    assert len(whole.losses) == 8 and first.losses + second.losses == whole.losses
    assert all(torch.equal(weights[name], resumed_weights[name]) for name in weights)
    assert (second.steps, second.samples) == (whole.steps, whole.samples) == (8, 32 * accumulate)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_batches_made_ahead_train_the_same(tmp_path: Path, accumulate: int) -> None:
    config = replace(CONFIG, accumulate=accumulate)
    here = Fit(_Stage(), config, tmp_path / "here", cpu=True)
    ahead = Fit(_Stage(), config, tmp_path / "ahead", cpu=True, workers=2)
    assert ahead.run(3).losses + ahead.run().losses == here.run().losses
    same = zip(ahead.model.parameters(), here.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in same)


def test_accumulated_batches_make_the_step_of_one_large_batch(tmp_path: Path) -> None:
    whole = Fit(_Shared(), replace(CONFIG, batch_size=8), tmp_path / "whole", cpu=True)
    parts = Fit(_Shared(2), replace(CONFIG, accumulate=2), tmp_path / "parts", cpu=True)
    expected, outcome = whole.run(), parts.run()
    assert outcome.losses == pytest.approx(expected.losses, rel=1e-5)
    assert (outcome.steps, outcome.samples, parts.batches) == (8, 64, 16)
    for name, value in whole.model.state_dict().items():
        torch.testing.assert_close(parts.model.state_dict()[name], value, atol=1e-6, rtol=1e-5)


def test_the_order_of_the_data_goes_on_where_accumulation_has_changed(tmp_path: Path) -> None:
    _run(tmp_path, until=3, config=replace(CONFIG, accumulate=2))
    fit = Fit(_Stage(), CONFIG, tmp_path, cpu=True)
    fit.resume()
    assert (fit.step, fit.batches) == (3, 6)


def _die_at_batch_10(folder: Path, config: FitConfig) -> None:
    fit = Fit(_Stage(deadly_step=10), config, folder, cpu=True)
    fit.run(3)
    fit.run()


def _die_while_saving(folder: Path, config: FitConfig) -> None:
    fit = Fit(_Stage(), config, folder, cpu=True)
    fit.run(3)
    sys.stderr = open(os.devnull, "w")  # it may be a file itself
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))  # the kernel ends the process in the middle of a file
    fit.run(6)


@pytest.mark.parametrize(
    ("target", "number"), [(_die_at_batch_10, signal.SIGKILL), (_die_while_saving, signal.SIGXFSZ)]
)
def test_killed_between_checkpoints_or_in_one_is_as_if_never_killed(
    tmp_path: Path, target: Callable[[Path, FitConfig], None], number: int
) -> None:
    config = replace(CONFIG, accumulate=2)
    whole, weights = _run(tmp_path / "whole", config=config)
    assert exit_code(target, tmp_path / "killed", config) == -number
    assert checkpoint.steps_saved(tmp_path / "killed") == [3]
    rest, resumed_weights = _run(tmp_path / "killed", config=config)
    assert rest.losses == whole.losses[3:]
    assert all(torch.equal(weights[name], resumed_weights[name]) for name in weights)


def test_the_end_leaves_the_average_in_the_model_and_both_on_disk(tmp_path: Path) -> None:
    _, weights = _run(tmp_path)
    state = checkpoint.load(tmp_path)
    assert all(torch.equal(weights[name], state.average[name]) for name in weights)
    assert any(not torch.equal(state.model[name], state.average[name]) for name in weights)


class _Late(_Objective):
    """Reports one number more from its fourth batch on."""

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        self.calls = getattr(self, "calls", 0) + 1
        return {**super().forward(batch), **({"late": torch.tensor(7.0)} if self.calls > 3 else {})}


def test_the_mean_of_a_number_that_comes_late_is_that_of_what_came(tmp_path: Path) -> None:
    stage = _Stage()
    stage.objective = _Late()
    assert Fit(stage, CONFIG, tmp_path, cpu=True).run().numbers["late"] == pytest.approx(7.0)


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


def _one_of_two(rank: int, folder: Path, config: FitConfig, until: int | None) -> None:
    fit = Fit(_Shared(config.accumulate), config, folder / "run", cpu=True)
    assert fit.accelerator.num_processes == 2
    fit.resume()
    losses = torch.tensor(fit.run(until).losses)
    weights = {name: whole(value) for name, value in fit.model.state_dict().items()}
    save_file({**weights, "losses": losses}, folder / f"{rank}.safetensors")


def _two(folder: Path, config: FitConfig, until: int | None = None) -> list[dict[str, torch.Tensor]]:
    """Weights and losses of two processes."""
    two(_one_of_two, folder, config, until)
    return [load_file(folder / f"{rank}.safetensors") for rank in range(2)]


@pytest.mark.parametrize(
    ("shard", "optimizer", "accumulate"),
    [(False, "adamw", 1), (False, "adamw", 2), (True, "adamw", 2), (True, "muon", 1)],
)
def test_two_processes_train_what_one_does_with_all_samples(
    tmp_path: Path, shard: bool, optimizer: str, accumulate: int
) -> None:
    config = replace(CONFIG, batch_size=4 // accumulate, shard=shard, optimizer=optimizer, accumulate=accumulate)
    first, second = _two(tmp_path, config)
    alone = Fit(_Shared(accumulate), replace(config, batch_size=8 // accumulate), tmp_path / "alone", cpu=True)
    losses = torch.tensor(alone.run().losses)
    torch.testing.assert_close((first.pop("losses") + second.pop("losses")) / 2, losses, atol=1e-5, rtol=1e-3)
    for name, value in alone.model.state_dict().items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(value, first[name], atol=1e-4 if optimizer == "muon" else 1e-5, rtol=1e-3)
    state = checkpoint.load(tmp_path / "run")
    expected = checkpoint.load(tmp_path / "alone")
    assert state.facts["samples"] == 64
    for part in ("model", "average", "optimizer"):
        tensors, others = getattr(state, part), getattr(expected, part)
        assert {name: value.shape for name, value in tensors.items()} == {
            name: value.shape for name, value in others.items()
        }
    assert all(value.dtype == torch.float32 for value in state.average.values())


def test_a_sharded_run_resumes_to_the_last_digit_and_one_process_can_take_it_over(tmp_path: Path) -> None:
    config = replace(CONFIG, shard=True)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    undisturbed = _two(tmp_path / "whole", config)
    begun = _two(tmp_path / "parts", config, until=3)
    alone = Fit(_Shared(), replace(config, batch_size=8), tmp_path / "parts" / "run", cpu=True)
    alone.resume()
    resumed = _two(tmp_path / "parts", config)
    for expected, first, rest in zip(undisturbed, begun, resumed, strict=True):
        assert torch.equal(torch.cat([first["losses"], rest.pop("losses")]), expected.pop("losses"))
        assert all(torch.equal(rest[name], value) for name, value in expected.items())
    alone.run()
    for name, value in alone.model.state_dict().items():
        torch.testing.assert_close(value, undisturbed[0][name], atol=1e-5, rtol=1e-3)
