"""Numbers of a running stage for TensorBoard and Weights & Biases, where a recipe asks for them.

It knows names and values by step; it does not know what they mean. Both are optional packages.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class Tracker(Protocol):
    """A place that shows numbers."""

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Show `numbers` at `step`."""
        ...

    def close(self) -> None:
        """Nothing more will come."""
        ...


def require_trackers(*, tensorboard: bool, wandb: str | None) -> None:
    """Raise ValueError where a package is missing: before training starts, not after it."""
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise ValueError("tensorboard: true needs the tensorboard package; pip install tensorboard, or leave it false")
    if wandb and importlib.util.find_spec("wandb") is None:
        raise ValueError(f"wandb: {wandb} needs the wandb package; pip install wandb, or leave it null")


class TensorBoard:
    """Scalars in one folder, one run a stage."""

    def __init__(self, folder: Path, *, step: int) -> None:
        """Write to `folder`; what an interrupted run wrote after `step` is hidden."""
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder), purge_step=step + 1)

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Show `numbers` at `step`; flushed at once, so that the page is never behind the log."""
        for name, value in numbers.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class WeightsAndBiases:
    """One run a stage in a W&B project; WANDB_MODE=offline keeps it in the folder."""

    def __init__(self, folder: Path, project: str, *, name: str, settings: Mapping[str, Any]) -> None:
        """Continue the run that `folder` remembers, or begin one."""
        import wandb

        folder.mkdir(parents=True, exist_ok=True)
        remembered = folder / "run_id"
        if not remembered.is_file():
            remembered.write_text(wandb.util.generate_id(), encoding="utf-8")
        self._run = wandb.init(
            project=project,
            name=name,
            id=remembered.read_text(encoding="utf-8"),
            resume="allow",
            dir=str(folder),
            config=dict(settings),
        )
        # W&B drops numbers of steps that it has seen; with a step of our own a resumed run draws over them.
        self._run.define_metric("*", step_metric="step")

    def add(self, step: int, numbers: Mapping[str, float]) -> None:
        """Show `numbers` at `step`."""
        self._run.log({"step": step, **numbers})

    def close(self) -> None:
        """Send what is left."""
        self._run.finish()
