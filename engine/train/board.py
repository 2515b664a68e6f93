"""Numbers of a running stage for TensorBoard, where a recipe asks for them.

It knows names and values by step; it does not know what they mean. TensorBoard itself is an optional package.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path


def require_board() -> None:
    """Raise ValueError where the package is missing: before training starts, not after it."""
    if importlib.util.find_spec("tensorboard") is None:
        raise ValueError("tensorboard: true needs the tensorboard package; pip install tensorboard, or leave it false")


class Board:
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
