"""The one training loop: optimise a stage, keep its average, write it down, continue it exactly.

It knows steps, rates and checkpoints; it does not know pictures or text. A stage's batch is a pure function of the
step, so the step number is all the random state there is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import broadcast_object_list, gather_object
from torch.distributed.fsdp import FSDPModule
from torch.nn.parallel import DistributedDataParallel
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from engine.train.loop import checkpoint
from engine.train.loop.cuda_graphs import RecordedPass
from engine.train.loop.ema import MovingAverage
from engine.train.loop.lost_process import naming_a_lost_process
from engine.train.loop.machine import machine
from engine.train.loop.meter import Meter, means_of
from engine.train.loop.optimizer import MuonAdamW
from engine.train.loop.rates import learning_rate, parameter_groups
from engine.train.loop.shard import gathered, own_part, shard
from engine.train.loop.stage import Batch, Outcome, Stage
from engine.train.loop.throughput import Throughput, shapes_of
from engine.train.loop.trackers import Tracker
from engine.train.prefetch import prefetched
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.reading import as_tree

logger = logging.getLogger(__name__)


class Fit:
    """One stage under optimisation."""

    def __init__(
        self,
        stage: Stage,
        config: FitConfig,
        folder: Path,
        *,
        cpu: bool = False,
        peak_teraflops: float | None = None,
        workers: int = 0,
    ) -> None:
        """Prepare the objective for this machine; checkpoints live in `folder`, `workers` processes make batches."""
        self.stage, self.config, self.folder, self.workers = stage, config, folder, workers
        self.trackers: list[Tracker] = []
        AcceleratorState._reset_state()  # it remembers one precision a process; stages may differ in theirs
        self.accelerator = Accelerator(mixed_precision=config.mixed_precision, cpu=cpu)
        self.model = stage.objective
        self.is_sharded = config.shard and self.accelerator.num_processes > 1
        if self.is_sharded:
            self.model.to(self.accelerator.device)
            shard(self.model)
        kind = {"adamw": torch.optim.AdamW, "muon": MuonAdamW}[config.optimizer]
        self.optimizer: torch.optim.Optimizer = kind(
            parameter_groups(self.model, config.weight_decay), lr=0.0, betas=config.betas
        )
        self.step, self.batches, self.seconds, self.samples = 0, 0, 0.0, 0
        self.prepared = self.accelerator.prepare(self.optimizer)
        self.plain: Any = self.model if self.is_sharded else self.accelerator.prepare(self.model)
        self.average = MovingAverage(self.model, config.ema_decay) if config.ema_decay else None
        self.wrapped: Any = torch.compile(self.plain, dynamic=False) if config.compile else self.plain
        self.recorded = self._recorder() if config.cuda_graphs else None
        precision = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(config.mixed_precision, torch.float32)
        self.throughput = Throughput(self.accelerator.device, precision, peak_teraflops)
        self._operations: dict[Any, int] = {}  # of one forward and backward pass, by shapes

    def resume(self) -> bool:
        """Continue from the newest checkpoint; False where there is none."""
        if not checkpoint.steps_saved(self.folder):
            return False
        path = checkpoint.newest(self.folder)
        state = self._read_own_part(path) if self.is_sharded and checkpoint.is_divided(path) else self._read_whole()
        self.step, self.seconds, self.samples = state.step, state.facts["seconds"], state.facts["samples"]
        self.batches = state.facts.get("batches", state.step)
        logger.info("stage=%s resumed at step %d of %d", self.stage.name, self.step, self.config.steps)
        now = as_tree(self.config)
        for key in sorted(key for key, value in state.facts.get("fit", {}).items() if key in now and now[key] != value):
            logger.warning("stage=%s %s was %s, is %s", self.stage.name, key, state.facts["fit"][key], now[key])
        return True

    def _read_whole(self) -> checkpoint.State:
        state = checkpoint.load(self.folder)
        checkpoint.restore_model(self.model, state.model)
        checkpoint.restore_optimizer(self.model, self.optimizer, state.optimizer)
        if self.average:
            self.average.load(state.average)
        return state

    def _read_own_part(self, path: Path) -> checkpoint.State:
        """What this process holds, of a checkpoint that several wrote."""
        parameters, saved = dict(self.model.named_parameters()), checkpoint.states_of(path)
        optimizer = {key: _state_like(parameters, key, kind) for key, kind in saved.items()}
        held = self._held(optimizer)
        state = checkpoint.load_divided(path, held)
        checkpoint.adopt_optimizer(self.model, self.optimizer, optimizer)
        return state

    def _held(self, optimizer: dict[str, torch.Tensor]) -> checkpoint.State:
        """This process's tensors, in their own memory."""
        return checkpoint.State(
            step=self.step,
            model={name: value.detach() for name, value in checkpoint.model_tensors(self.model).items()},
            average=self.average.tensors if self.average else {},
            optimizer=optimizer,
            facts={},
        )

    def save(self) -> None:
        """Write a checkpoint of this moment, unless it has one; every process calls.

        The main process writes it, or of a sharded model each its own part.

        Raises DiskFullError where it does not fit; the checkpoints before it are as they were.
        """
        is_main = self.accelerator.is_main_process
        if self._agreed(self.step in checkpoint.steps_saved(self.folder)) or not (is_main or self.is_sharded):
            return
        facts = {"seconds": self.seconds, "samples": self.samples, "batches": self.batches}
        held = self._held(checkpoint.optimizer_tensors(self.model, self.optimizer))
        state = replace(held, facts={**facts, "fit": as_tree(self.config), "machine": machine()})
        keep = self.config.keep_checkpoints
        if self.is_sharded:
            checkpoint.save_divided(self.folder, state, is_main=is_main, total=self._total, keep=keep)
        else:
            checkpoint.save(self.folder, state, keep=keep)

    def run(self, until: int | None = None) -> Outcome:
        """Optimise up to step `until`, or the last; the model then holds its averaged weights.

        Raises FloatingPointError where a loss is no longer finite; the newest checkpoint is from before. A full disk is
        logged, and training goes on until the last checkpoint must be written: DiskFullError.
        """
        last = min(self.config.steps, until if until is not None else self.config.steps)
        meter, losses = Meter(), list[float]()
        unread: list[dict[str, torch.Tensor]] = []  # numbers of steps that a GPU may still be at work on
        batches = self._batches(last)
        saved_at, begun, before = time.monotonic(), time.monotonic(), self.seconds
        quiet = not self.accelerator.is_main_process
        total, start = self.config.steps, self.step
        with tqdm(total=total, initial=start, desc=self.stage.name, disable=quiet, mininterval=2) as bar:
            while self.step < last:
                unread.append(self._one(batches))
                bar.update()
                due = self._agreed(time.monotonic() - saved_at > 60 * self.config.checkpoint_minutes)
                logs = self.step % self.config.log_every == 0
                if due or logs or self.step == last or self.accelerator.device.type == "cpu":
                    losses += self._read(unread, meter)
                self.seconds = before + time.monotonic() - begun
                if logs:
                    self._log(bar, meter)
                if due and self.step < last:
                    self._write_down(must=False)
                    saved_at = time.monotonic()
        self._write_down(must=True)
        if self.step >= self.config.steps and self.average:
            self._keep_average()
        return Outcome(
            steps=self.step,
            seconds=self.seconds,
            samples=self.samples,
            losses=tuple(losses),
            numbers=meter.means(),
        )

    def _batches(self, last: int) -> Iterator[Batch]:
        """This process's batches from where it is to step `last`."""
        rank, world_size = self.accelerator.process_index, self.accelerator.num_processes
        numbers = range(self.batches, self.batches + (last - self.step) * self.config.accumulate)
        return prefetched(lambda number: self.stage.batch(number, rank, world_size), numbers, self.workers)

    def _read(self, unread: list[dict[str, torch.Tensor]], meter: Meter) -> list[float]:
        """The losses of these steps, which are waited for, noted and forgotten.

        Reading a number waits until the GPU is done, and would have it wait for the next step in turn.
        """
        begun = time.perf_counter()
        read = [{name: float(value) for name, value in numbers.items()} for numbers in unread]
        unread.clear()
        self.throughput.add(samples=0, operations=0, seconds=time.perf_counter() - begun)
        for numbers in read:
            meter.add(numbers)
        return [numbers["loss"] for numbers in read]

    def _one(self, batches: Iterator[Batch]) -> dict[str, torch.Tensor]:
        """One optimiser step; the mean of its batches' numbers."""
        begun = time.perf_counter()
        rate = learning_rate(self.config, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.wrapped.train()
        parts, operations = [], 0
        for place in range(self.config.accumulate):
            batch = self.stage.complete(self._on_device(next(batches)))
            self.batches += 1
            with self._gradients_stay_here(place + 1 < self.config.accumulate):
                numbers, counted = self._forward_backward(batch)
            parts.append(numbers)
            operations += counted
        self.accelerator.clip_grad_norm_(self.wrapped.parameters(), self.config.max_grad_norm)
        self.prepared.step()
        self.prepared.zero_grad(set_to_none=self.recorded is None)
        self.step += 1
        seen = self.config.batch_size * self.accelerator.num_processes * self.config.accumulate
        self.samples += seen
        if self.average:
            self.average.update(self.model, self.step)
        means = means_of(parts)
        self.throughput.add(samples=seen, operations=operations, seconds=time.perf_counter() - begun)
        return means

    def _forward_backward(self, batch: Batch) -> tuple[dict[str, torch.Tensor], int]:
        """Add a batch's gradients; its numbers and what it cost in floating-point operations.

        Operations are counted the first time that shapes appear, by a pass that is not compiled.
        """
        batch = self._on_device(batch)
        shapes = shapes_of(batch)
        is_known = shapes in self._operations
        if is_known and self.recorded is not None:
            return self.recorded(shapes, batch), self._operations[shapes]
        if not is_known and isinstance(self.plain, DistributedDataParallel):
            self._operations[shapes], is_known = self._counted_apart(batch), True
        counter = FlopCounterMode(display=False)
        with nullcontext() if is_known else counter:
            numbers = self._pass(self.wrapped if is_known else self.plain, batch)
        if not is_known:
            self._operations[shapes] = counter.get_total_flops()
        return numbers, self._operations[shapes]

    def _counted_apart(self, batch: Batch) -> int:
        """Operations of a pass whose gradients are thrown away.

        Under DDP a pass that is counted adds gradients in another order, so that a run which was resumed, and counts
        anew, would differ in the last digit from one that never stopped.
        """
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        counter = FlopCounterMode(display=False)
        with torch.random.fork_rng(), counter, self.accelerator.autocast():
            torch.autograd.grad(self.model(batch)["loss"], trained, allow_unused=True)
        return int(counter.get_total_flops())

    def _pass(self, model: Any, batch: Batch) -> dict[str, torch.Tensor]:
        with self.accelerator.autocast():
            numbers = model(batch)
        self.accelerator.backward(numbers["loss"] / self.config.accumulate)
        return {name: value.detach() for name, value in numbers.items()}

    def _recorder(self) -> RecordedPass:
        if self.accelerator.device.type != "cuda" or self.accelerator.num_processes > 1:
            found = f"{self.accelerator.num_processes} on {self.accelerator.device.type}"
            raise ValueError(f"cuda_graphs needs one process on a CUDA device, got {found}")
        return RecordedPass(partial(self._pass, self.wrapped), self.model.parameters())

    def _on_device(self, batch: Batch) -> Batch:
        return {name: tensor.to(self.accelerator.device, non_blocking=True) for name, tensor in batch.items()}

    @contextmanager
    def _gradients_stay_here(self, stay: bool) -> Iterator[None]:
        """Within the block gradients add up in their own process; the last batch of a step exchanges them."""
        if self.is_sharded:
            cast(FSDPModule, self.model).set_requires_gradient_sync(not stay)
        ddp = self.plain if stay and isinstance(self.plain, DistributedDataParallel) else None
        with ddp.no_sync() if ddp else nullcontext():
            yield

    def _write_down(self, *, must: bool) -> None:
        try:
            self.save()
        except checkpoint.DiskFullError as error:
            if must:
                raise
            logger.error("stage=%s %s; training goes on", self.stage.name, error)
        if not (self.accelerator.is_main_process or self.is_sharded):
            return
        self.model.eval()
        with self.average.applied(self.model) if self.average else nullcontext(), gathered(self.model):
            numbers = self.stage.report(self.step)
        if numbers and self.accelerator.is_main_process:
            self._tell(numbers)

    def _keep_average(self) -> None:
        assert self.average is not None
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                if name in self.average.tensors:
                    own_part(value).copy_(own_part(self.average.tensors[name]))

    def _agreed(self, mine: bool) -> bool:
        """The main process's answer, in all: their clocks differ, and who waits alone for the others waits forever."""
        answer = [mine]
        if self.accelerator.num_processes > 1:
            broadcast_object_list(answer)
        return answer[0]

    def _total(self, mine: int) -> int:
        """Summed over all processes, which wait for each other."""
        return sum(gather_object([mine]))

    def _tell(self, numbers: Mapping[str, float]) -> None:
        """What the stage found beside a checkpoint."""
        text = " ".join(f"{name}={value:.5f}" for name, value in numbers.items())
        logger.info("stage=%s step=%d %s", self.stage.name, self.step, text)
        for tracker in self.trackers:
            tracker.add(self.step, numbers)

    def _log(self, bar: Any, meter: Meter) -> None:
        means, speed = meter.means(), self.throughput.look()
        rate, share = speed["samples_per_second"], speed["mfu"]
        bar.set_postfix({**{name: f"{value:.4f}" for name, value in means.items()}, "samples/s": f"{rate:.0f}"})
        text = " ".join(f"{name}={value:.5f}" for name, value in means.items())
        logger.info("stage=%s step=%d %s samples/s=%.1f mfu=%.3f", self.stage.name, self.step, text, rate, share)
        for tracker in self.trackers:
            tracker.add(self.step, {**means, "learning_rate": self.optimizer.param_groups[0]["lr"], **speed})


def run_stage(
    stage: Stage,
    config: FitConfig,
    folder: Path,
    *,
    resume: bool,
    open_trackers: Callable[[int], list[Tracker]] | None = None,
    peak_teraflops: float | None = None,
    workers: int = 0,
) -> Outcome:
    """Train one stage from its newest checkpoint (`resume`) or from the start.

    `open_trackers` gives the places that show numbers after the step given. Raises ConnectionError where another
    process of the run has ended.
    """
    fit = Fit(stage, config, folder, peak_teraflops=peak_teraflops, workers=workers)
    if resume:
        fit.resume()
    elif checkpoint.steps_saved(folder):
        raise FileExistsError(f"{folder} holds checkpoints: pass --resume to continue them, or choose another --out")
    if open_trackers and fit.accelerator.is_main_process:
        fit.trackers = open_trackers(fit.step)
    try:
        with naming_a_lost_process(stage.name, folder, fit.accelerator.num_processes):
            return fit.run()
    finally:
        for tracker in fit.trackers:
            tracker.close()


def _state_like(parameters: Mapping[str, torch.nn.Parameter], key: str, kind: torch.dtype) -> torch.Tensor:
    """An empty tensor for an entry of the optimiser's state: a number for its step, else divided as its parameter is.

    Raises:
        ValueError: This model has no such parameter.
    """
    name, _, entry = key.partition("/")
    if name not in parameters:
        raise ValueError(f"the checkpoint's optimiser has {name}, which this model has not")
    return torch.zeros((), dtype=kind) if entry == "step" else torch.zeros_like(parameters[name].detach(), dtype=kind)
