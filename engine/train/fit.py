"""The one training loop: optimise a stage, keep its average, write it down, continue it exactly.

It knows steps, rates and checkpoints; it does not know pictures or text. A stage's batch is a pure function of the
step, so the step number is all the random state there is.
"""

from __future__ import annotations

import logging
import math
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn
from tqdm import tqdm

from engine.train import checkpoint
from engine.train.board import Board
from engine.train.config import FitConfig, as_tree
from engine.train.ema import MovingAverage
from engine.train.optimizer import MuonAdamW

logger = logging.getLogger(__name__)

Batch = dict[str, torch.Tensor]


class Stage(Protocol):
    """What the loop needs from a stage."""

    name: str

    @property
    def objective(self) -> nn.Module:
        """forward(batch) -> {"loss": scalar, other scalars to report}; its parameters are trained."""
        ...

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """The samples of one step and process: a pure function of its arguments and the recipe."""
        ...

    def report(self, step: int) -> None:
        """Called beside every checkpoint and at the end, with the averaged weights in place."""
        ...


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a stage cost."""

    steps: int
    seconds: float  # in the loop, over all its runs
    samples: int
    losses: tuple[float, ...]  # of the steps of this run
    numbers: dict[str, float]  # running means at the end


def learning_rate(config: FitConfig, step: int) -> float:
    """Rate of step number `step` (from 0): linear warm-up, a plateau, a cosine to `final_fraction`."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    decay_steps = max(1, round(config.steps * config.decay_fraction))
    progress = min(1.0, max(0.0, (step - (config.steps - decay_steps)) / decay_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return config.learning_rate * (config.final_fraction + (1 - config.final_fraction) * cosine)


class Fit:
    """One stage under optimisation."""

    def __init__(self, stage: Stage, config: FitConfig, folder: Path, *, cpu: bool = False) -> None:
        """Prepare the objective for this machine; checkpoints live in `folder`."""
        self.stage, self.config, self.folder = stage, config, folder
        self.board: Board | None = None
        AcceleratorState._reset_state()  # it remembers one precision a process; stages may differ in theirs
        self.accelerator = Accelerator(mixed_precision=config.mixed_precision, cpu=cpu)
        self.model = stage.objective
        kind = {"adamw": torch.optim.AdamW, "muon": MuonAdamW}[config.optimizer]
        self.optimizer: torch.optim.Optimizer = kind(
            parameter_groups(self.model, config.weight_decay), lr=0.0, betas=config.betas
        )
        self.average = MovingAverage(self.model, config.ema_decay) if config.ema_decay else None
        self.step, self.seconds, self.samples = 0, 0.0, 0
        self.wrapped, self.prepared = self.accelerator.prepare(self.model, self.optimizer)
        if config.compile:
            self.wrapped = torch.compile(self.wrapped, dynamic=False)

    def resume(self) -> bool:
        """Continue from the newest checkpoint; False where there is none."""
        if not checkpoint.steps_saved(self.folder):
            return False
        state = checkpoint.load(self.folder)
        checkpoint.restore_model(self.model, state.model)
        checkpoint.restore_optimizer(self.model, self.optimizer, state.optimizer)
        if self.average:
            self.average.load(state.average)
        self.step, self.seconds, self.samples = state.step, state.facts["seconds"], state.facts["samples"]
        logger.info("stage=%s resumed at step %d of %d", self.stage.name, self.step, self.config.steps)
        now = as_tree(self.config)
        for key in sorted(key for key, value in state.facts.get("fit", {}).items() if key in now and now[key] != value):
            logger.warning("stage=%s %s was %s, is %s", self.stage.name, key, state.facts["fit"][key], now[key])
        return True

    def save(self) -> None:
        """Write a checkpoint of this moment, unless it has one (main process only)."""
        if not self.accelerator.is_main_process or self.step in checkpoint.steps_saved(self.folder):
            return
        facts = {"seconds": self.seconds, "samples": self.samples, "fit": as_tree(self.config), "machine": machine()}
        state = checkpoint.State(
            step=self.step,
            model=self.model.state_dict(),
            average=self.average.tensors if self.average else {},
            optimizer=checkpoint.optimizer_tensors(self.model, self.optimizer),
            facts=facts,
        )
        checkpoint.save(self.folder, state)

    def run(self, until: int | None = None) -> Outcome:
        """Optimise up to step `until`, or the last; the model then holds its averaged weights.

        Raises FloatingPointError where a loss is no longer finite; the newest checkpoint is from before.
        """
        last = min(self.config.steps, until if until is not None else self.config.steps)
        meter, losses = _Meter(), []
        saved_at, begun, before = time.monotonic(), time.monotonic(), self.seconds
        quiet = not self.accelerator.is_main_process
        total, start = self.config.steps, self.step
        with tqdm(total=total, initial=start, desc=self.stage.name, disable=quiet, mininterval=2) as bar:
            while self.step < last:
                numbers = self._one()
                losses.append(numbers["loss"])
                self.seconds = before + time.monotonic() - begun
                meter.add(numbers)
                bar.update()
                if self.step % self.config.log_every == 0:
                    self._log(bar, meter, begun, before)
                if time.monotonic() - saved_at > 60 * self.config.checkpoint_minutes and self.step < last:
                    self._write_down()
                    saved_at = time.monotonic()
        self._write_down()
        if self.step >= self.config.steps and self.average:
            self._keep_average()
        return Outcome(
            steps=self.step,
            seconds=self.seconds,
            samples=self.samples,
            losses=tuple(losses),
            numbers=meter.means(),
        )

    def _one(self) -> dict[str, float]:
        batch = self.stage.batch(self.step, self.accelerator.process_index, self.accelerator.num_processes)
        batch = {name: tensor.to(self.accelerator.device) for name, tensor in batch.items()}
        rate = learning_rate(self.config, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.wrapped.train()
        numbers = self.wrapped(batch)
        self.accelerator.backward(numbers["loss"])
        self.accelerator.clip_grad_norm_(self.wrapped.parameters(), self.config.max_grad_norm)
        self.prepared.step()
        self.prepared.zero_grad()
        self.step += 1
        self.samples += self.config.batch_size * self.accelerator.num_processes
        if self.average:
            self.average.update(self.model, self.step)
        return {name: float(value.detach()) for name, value in numbers.items()}

    def _write_down(self) -> None:
        self.save()
        if not self.accelerator.is_main_process:
            return
        self.model.eval()
        if self.average:
            with self.average.applied(self.model):
                self.stage.report(self.step)
        else:
            self.stage.report(self.step)

    def _keep_average(self) -> None:
        assert self.average is not None
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                if name in self.average.tensors:
                    value.copy_(self.average.tensors[name])

    def _log(self, bar: Any, meter: _Meter, begun: float, before: float) -> None:
        done = len(meter)
        rate = done * self.config.batch_size * self.accelerator.num_processes / max(1e-9, self.seconds - before)
        means = meter.means()
        bar.set_postfix({**{name: f"{value:.4f}" for name, value in means.items()}, "samples/s": f"{rate:.0f}"})
        text = " ".join(f"{name}={value:.5f}" for name, value in means.items())
        logger.info("stage=%s step=%d %s samples/s=%.1f", self.stage.name, self.step, text, rate)
        if self.board:
            facts = {"learning_rate": self.optimizer.param_groups[0]["lr"], "samples_per_second": rate}
            self.board.add(self.step, {**means, **facts})


class _Meter:
    """Running means with a memory of about 100 steps."""

    def __init__(self) -> None:
        self._means: dict[str, float] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, numbers: dict[str, float]) -> None:
        self._count += 1
        share = max(0.01, 1 / self._count)
        for name, value in numbers.items():
            if not math.isfinite(value):
                raise FloatingPointError(f"{name} is {value}: lower the learning rate or use mixed_precision=no")
            self._means[name] = self._means.get(name, 0.0) * (1 - share) + value * share

    def means(self) -> dict[str, float]:
        return dict(self._means)


def machine() -> str:
    """The machine in words, for the record of what training cost."""
    if torch.cuda.is_available():
        return f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}"
    return f"{torch.get_num_threads()} CPU threads, {platform.machine()}, torch {torch.__version__}"


def run_stage(
    stage: Stage,
    config: FitConfig,
    folder: Path,
    *,
    resume: bool,
    board: Path | None = None,
) -> Outcome:
    """Train one stage from its newest checkpoint (`resume`) or from the start; `board` is a folder of scalars."""
    fit = Fit(stage, config, folder)
    if resume:
        fit.resume()
    elif checkpoint.steps_saved(folder):
        raise FileExistsError(f"{folder} holds checkpoints: pass --resume to continue them, or choose another --out")
    if board and fit.accelerator.is_main_process:
        fit.board = Board(board, step=fit.step)
    outcome = fit.run()
    if fit.board:
        fit.board.close()
    return outcome


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Matrices and kernels decay; biases, norms and other vectors do not."""
    trainable = [value for value in model.parameters() if value.requires_grad]
    return [
        {"params": [value for value in trainable if value.ndim > 1], "weight_decay": weight_decay},
        {"params": [value for value in trainable if value.ndim <= 1], "weight_decay": 0.0},
    ]
