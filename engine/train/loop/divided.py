"""Tensors divided among processes on disk: each process writes what it holds, and reads what it needs.

It knows torch.distributed.checkpoint with its safetensors files (no pickle); it does not know what the tensors are.
Any number of processes may read what another number wrote.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.metadata import TensorStorageMetadata
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save


def write(folder: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a share of each tensor to a file of this process in `folder`; every process must call.

    Raises:
        OSError: A process could not write; all of them are told.
    """
    try:
        save(_sides(tensors), storage_writer=HuggingFaceStorageWriter(str(folder), save_distributed=True))
    except CheckpointException as error:
        raise _first_of(error) from error


def read(folder: Path, into: Mapping[str, Tensor]) -> None:
    """Fill these tensors, divided as they are, from `folder`; every process must call.

    Raises:
        ValueError: `folder` lacks one of them, has it in another shape, or is damaged.
    """
    _load(folder, into, alone=False)


def read_whole(folder: Path) -> dict[str, Tensor]:
    """All tensors of `folder` in this process's memory, which need not know of any other.

    Raises:
        ValueError: A file is damaged or missing.
    """
    found = {name: torch.empty(size, dtype=kind) for name, (size, kind) in described(folder).items()}
    _load(folder, found, alone=True)
    return found


def described(folder: Path) -> dict[str, tuple[torch.Size, torch.dtype]]:
    """Shape and type of each tensor of `folder`, by name.

    Raises:
        ValueError: A file is damaged.
    """
    try:
        entries = HuggingFaceStorageReader(str(folder)).read_metadata().state_dict_metadata
    except Exception as error:  # of safetensors, which has one class for all of them, or of a header's JSON
        raise ValueError(f"{folder} is damaged: {error}") from error
    tensors = {name: entry for name, entry in entries.items() if isinstance(entry, TensorStorageMetadata)}
    return {name: (entry.size, entry.properties.dtype) for name, entry in tensors.items()}


def _load(folder: Path, into: Mapping[str, Tensor], *, alone: bool) -> None:
    has = described(folder)
    for name, value in _sides(into).items():
        if name not in has:
            raise ValueError(f"{folder} lacks {name}: was the recipe changed since?")
        if has[name][0] != value.shape:
            got, expected = tuple(has[name][0]), tuple(value.shape)
            raise ValueError(f"{name} must be {expected} for this recipe, the checkpoint's is {got}")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "torch.distributed is disabled")  # as one alone asks for
            load(_sides(into), storage_reader=HuggingFaceStorageReader(str(folder)), no_dist=alone)
    except CheckpointException as error:
        raise ValueError(f"{folder} is damaged: {_first_of(error)}") from error


def _sides(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Numbers as arrays of one: a file's slices need a side. They share their memory."""
    return {name: value.view(1) if value.dim() == 0 else value for name, value in tensors.items()}


def _first_of(error: CheckpointException) -> OSError:
    first = next(iter(error.failures.values()))[0]
    return first if isinstance(first, OSError) else OSError(str(first).splitlines()[0] if str(first) else str(error))
