"""Forward and backward passes that a GPU replays by itself: one CUDA graph for each set of shapes.

A small model's step is thousands of kernels of a few microseconds, which Python launches more slowly than the GPU runs
them. Recorded once, they are launched with one call (NVIDIA's CUDA graphs; PyTorch's "whole-network capture"). It knows
batches and gradients; it does not know losses.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Numbers = dict[str, Tensor]
Pass = Callable[[dict[str, Tensor]], Numbers]  # adds a batch's gradients to the parameters' and gives its numbers


@dataclass(frozen=True, kw_only=True)
class _Recording:
    graph: torch.cuda.CUDAGraph
    batch: dict[str, Tensor]  # where the graph reads
    numbers: Numbers  # where it writes


class RecordedPass:
    """`one_pass` as graphs on the present CUDA device; what it computes must depend on shapes and tensors alone."""

    def __init__(self, one_pass: Pass, parameters: Iterable[nn.Parameter]) -> None:
        """Give every parameter that learns a gradient that stays where it is: graphs add to it, steps set it to 0."""
        self._pass = one_pass
        self._recordings: dict[Hashable, _Recording] = {}
        self._pool = torch.cuda.graph_pool_handle()  # one for all: no two of them run at the same time
        for parameter in parameters:
            if parameter.requires_grad:
                parameter.grad = torch.zeros_like(parameter)

    def __len__(self) -> int:
        """How many sets of shapes are recorded."""
        return len(self._recordings)

    def __call__(self, shapes: Hashable, batch: dict[str, Tensor]) -> Numbers:
        """Add the gradients of a batch of these shapes and give its numbers.

        The pass must have run once with such a batch: what libraries choose and allocate the first time cannot be
        recorded.
        """
        if shapes not in self._recordings:
            self._recordings[shapes] = self._record(batch)
        recording = self._recordings[shapes]
        for name, tensor in recording.batch.items():
            tensor.copy_(batch[name], non_blocking=True)
        recording.graph.replay()
        return {name: value.clone() for name, value in recording.numbers.items()}

    def _record(self, batch: dict[str, Tensor]) -> _Recording:
        """Recording computes nothing. Other threads, such as one that pins memory, may go on calling CUDA meanwhile."""
        graph, mine = torch.cuda.CUDAGraph(), {name: tensor.clone() for name, tensor in batch.items()}
        torch.cuda.synchronize()
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            numbers = self._pass(mine)
        return _Recording(graph=graph, batch=mine, numbers=numbers)
