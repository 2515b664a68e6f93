"""A model divided among processes: each keeps its share of parameters, gradients and optimiser state (FSDP2).

It knows torch's sharded tensors and how to see one whole; it does not know what is trained. Accelerate shards on GPUs
alone; torch's own `fully_shard` does it on any device, so that two processes on a CPU test what eight GPUs run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

# Gathered and let go one at a time; what lies outside of them is gathered for the whole step.
_UNITS = ("BasicTransformerBlock", "ResnetBlock2D", "CLIPEncoderLayer")


def shard(model: nn.Module) -> None:
    """Divide `model`'s parameters in place among all processes; build the optimiser afterwards."""
    for module in model.modules():
        if type(module).__name__ in _UNITS:
            fully_shard(module)
    fully_shard(model)


def whole(tensor: Tensor) -> Tensor:
    """All of a sharded tensor; every process must ask. Other tensors as they are."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def own_part(tensor: Tensor) -> Tensor:
    """What this process holds of a sharded tensor, in the same memory; other tensors as they are."""
    part: Tensor = tensor.to_local() if isinstance(tensor, DTensor) else tensor
    return part


def divided_like(tensor: Tensor, example: Tensor) -> Tensor:
    """A whole tensor, the same in every process, on `example`'s device and divided as it is."""
    if not isinstance(example, DTensor):
        return tensor.to(example.device)
    tensor = tensor.to(example.device)
    divided: Tensor = distribute_tensor(tensor, example.device_mesh, example.placements, src_data_rank=None)
    return divided


@contextmanager
def gathered(model: nn.Module) -> Iterator[None]:
    """Within the block every process has all parameters, so that parts of a sharded model can be called by themselves.

    All processes must then call the same parts. A model that is not sharded stays as it is.
    """
    units = [module for module in model.modules() if isinstance(module, FSDPModule)]
    for unit in units:  # the root comes first: it makes itself known to the others
        unit.unshard()
    try:
        yield
    finally:
        for unit in units:
            unit.reshard()
