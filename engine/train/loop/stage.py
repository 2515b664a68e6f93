"""What the training loop needs of a stage, and what it says of one that is done."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import nn

Batch: TypeAlias = dict[str, torch.Tensor]


class Stage(ABC):
    """What the loop needs from a stage."""

    name: str
    objective: nn.Module  # forward(batch) -> {"loss": scalar, other scalars to report}; its parameters are trained

    @abstractmethod
    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """One process's samples of batch number `step`: a pure function of its arguments and the recipe.

        Where gradients are accumulated an optimiser step takes several batches in turn. It may be called in another
        process, ahead of its step, and so must not touch a GPU.
        """

    def complete(self, batch: Batch) -> Batch:
        """A batch on the device, with what only the process that trains can add: what a GPU reads of its text."""
        return batch

    @abstractmethod
    def report(self, step: int) -> Mapping[str, float] | None:
        """Called beside every checkpoint and at the end, with the averaged weights in place.

        Returns numbers for the log, if there are any.

        The main process calls it; of a sharded model all do, and the main process alone should write.
        """


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a stage cost."""

    steps: int
    seconds: float  # in the loop, over all its runs
    samples: int
    losses: tuple[float, ...]  # of the steps of this run
    numbers: dict[str, float]  # running means at the end
