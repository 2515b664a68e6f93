"""Training state on disk: everything a run needs to continue as if it had never stopped.

Tensors go to safetensors and numbers to JSON (no pickle); it does not know models, only names and tensors.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.files.whole import put_in_place, whole_folder
from engine.train.loop import divided
from engine.train.loop.shard import divided_like, own_part

_KINDS = ("model", "average", "optimizer")
_NAME = re.compile(r"step_(\d{8})")


@dataclass(frozen=True, kw_only=True)
class State:
    """One moment of one stage."""

    step: int  # optimiser steps done
    model: dict[str, torch.Tensor]  # of LoRA the adapters alone
    average: dict[str, torch.Tensor]  # float32 EMA of the trainable tensors; empty = none kept
    optimizer: dict[str, torch.Tensor]  # "<parameter name>/<state name>"
    facts: dict[str, Any]  # seconds spent, samples seen, the settings it ran with


def steps_saved(folder: Path) -> list[int]:
    """Steps that have a complete checkpoint, ascending."""
    matches = (_NAME.fullmatch(entry.name) for entry in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(match.group(1)) for match in matches if match)


class DiskFullError(OSError):
    """There is no room for another checkpoint; those before it are as they were."""


def save(folder: Path, state: State, *, keep: int = 2) -> Path:
    """Write one checkpoint whole, then remove all but the newest `keep`; raise DiskFullError where it does not fit."""
    path = folder / f"step_{state.step:08d}"
    _sweep(folder)  # only one process saves here
    needed = _num_bytes(state)
    with _told_of_room(folder, state.step, needed) as free:
        if free < needed:
            raise OSError(errno.ENOSPC, "no space left")
        _write_whole(path, state)
    _prune(folder, keep)
    return path


def _write_whole(path: Path, state: State) -> None:
    with whole_folder(path) as temporary:
        for name in _KINDS:
            tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in getattr(state, name).items()}
            save_file(tensors, temporary / f"{name}.safetensors")
        _write_facts(temporary, state)


def save_divided(folder: Path, state: State, *, is_main: bool, total: Callable[[int], int], keep: int = 2) -> None:
    """Write one checkpoint, each process the part of `state` that it holds, in a folder that all of them see.

    Args:
        folder: Of the stage's checkpoints.
        state: Whose tensors are divided among the processes.
        is_main: Whether this process makes the folder and puts it in its place.
        total: The sum of what all processes call it with; returns when every one has come.
        keep: All but the newest `keep` are removed.

    Raises:
        DiskFullError: It does not fit; all processes are told.
    """
    path = folder / f"step_{state.step:08d}"
    temporary = folder / f".{path.name}.divided"
    needed = total(_num_bytes(state))
    try:
        with _told_of_room(folder, state.step, needed):
            # One process begins for all: one that refused alone would leave the others waiting for its part.
            if problem := total(_begin_divided(temporary, state, needed) if is_main else 0):
                raise OSError(problem, os.strerror(problem))
            divided.write(temporary, _flat(state))
        total(0)
        if is_main:
            put_in_place(temporary, path)
            _prune(folder, keep)
    finally:
        if is_main:
            shutil.rmtree(temporary, ignore_errors=True)
    total(0)


def _begin_divided(temporary: Path, state: State, needed: int) -> int:
    """Makes the folder with its facts; the number of the error that stands in the way, 0 for none."""
    try:
        _sweep(temporary.parent)
        if shutil.disk_usage(temporary.parent).free < needed:
            return errno.ENOSPC
        temporary.mkdir(parents=True)
        _write_facts(temporary, state)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def load(folder: Path, step: int | None = None) -> State:
    """Read the newest checkpoint, or that of `step`; raise FileNotFoundError or ValueError naming the file."""
    saved = steps_saved(folder)
    if not saved or (step is not None and step not in saved):
        raise FileNotFoundError(f"no checkpoint in {folder}" + (f" for step {step}" if step is not None else ""))
    path = folder / f"step_{saved[-1] if step is None else step:08d}"
    if is_divided(path):
        tensors = _by_kind(divided.read_whole(path))
        for name, value in tensors["optimizer"].items():  # a step is a number, which a file has as an array of one
            tensors["optimizer"][name] = value.view(()) if name.endswith("/step") else value
    else:
        tensors = {name: _tensors(path / f"{name}.safetensors") for name in _KINDS}
    facts = _facts(path / "facts.json")
    return State(step=facts.pop("step"), facts=facts, **tensors)


def load_divided(path: Path, state: State) -> State:
    """Fill the tensors of `state`, as they are divided, from a divided checkpoint; the state with the facts it has.

    Raises:
        ValueError: The checkpoint is of another recipe, or damaged.
    """
    has = _by_kind(divided.described(path))
    for kind in _KINDS:
        for name in sorted(getattr(state, kind).keys() ^ has[kind].keys()):
            who = "the checkpoint lacks" if name in getattr(state, kind) else "the checkpoint has another tensor,"
            raise ValueError(f"{who} {kind}/{name}: was the recipe changed since?")
    divided.read(path, _flat(state))
    facts = _facts(path / "facts.json")
    return replace(state, step=facts.pop("step"), facts=facts)


def newest(folder: Path) -> Path:
    """Where the newest checkpoint lies, of which there is one."""
    return folder / f"step_{steps_saved(folder)[-1]:08d}"


def is_divided(path: Path) -> bool:
    """Whether each process wrote its part of a checkpoint."""
    return path.is_dir() and not (path / "model.safetensors").exists()


def states_of(path: Path) -> dict[str, torch.dtype]:
    """Names of what a divided checkpoint keeps of the optimiser, each with its type."""
    return {name: kind for name, (_, kind) in _by_kind(divided.described(path))["optimizer"].items()}


def model_tensors(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """What of a model is written down: everything, or where adapters are trained beside frozen weights, the adapters.

    The tensors share their memory with the model's.
    """
    tensors: dict[str, torch.Tensor] = model.state_dict()
    adapters = {name: value for name, value in tensors.items() if ".lora_" in name}
    return adapters or tensors


@torch.no_grad()
def restore_model(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    """Load weights; raise ValueError where they belong to another model."""
    own = model_tensors(model)
    for name in sorted(own.keys() ^ tensors.keys()):
        who = "the checkpoint lacks" if name in own else "the checkpoint's model has another tensor,"
        raise ValueError(f"{who} {name}: was the recipe changed since?")
    for name, value in tensors.items():
        if value.shape != own[name].shape:
            got, expected = tuple(value.shape), tuple(own[name].shape)
            raise ValueError(f"{name} must be {expected} for this recipe, the checkpoint's is {got}")
    for name, value in tensors.items():
        own[name].copy_(divided_like(value, own[name]))


def optimizer_tensors(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """The optimiser's state by parameter name."""
    return {
        f"{name}/{key}": value
        for name, parameter in model.named_parameters()
        for key, value in optimizer.state.get(parameter, {}).items()
    }


def restore_optimizer(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]
) -> None:
    """The inverse of `optimizer_tensors`; raise ValueError where the two do not belong together."""
    parameters = dict(model.named_parameters())
    for key, value in tensors.items():
        name, _, entry = key.partition("/")
        if name not in parameters:
            raise ValueError(f"the checkpoint's optimiser has {name}, which this model has not")
        target = value if entry == "step" else divided_like(value, parameters[name])
        optimizer.state[parameters[name]][entry] = target


def _flat(state: State) -> dict[str, torch.Tensor]:
    return {f"{kind}/{name}": value for kind in _KINDS for name, value in getattr(state, kind).items()}


def _by_kind(flat: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    for name, value in flat.items():
        kind, _, rest = name.partition("/")
        found[kind][rest] = value
    return found


def _write_facts(folder: Path, state: State) -> None:
    facts = {"step": state.step, **state.facts}
    (folder / "facts.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def _sweep(folder: Path) -> None:
    """Remove what a run left that was killed while it saved."""
    for left in folder.glob(".step_*"):
        shutil.rmtree(left)


def _prune(folder: Path, keep: int) -> None:
    for step in steps_saved(folder)[:-keep]:
        shutil.rmtree(folder / f"step_{step:08d}")


def adopt_optimizer(
    model: torch.nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor]
) -> None:
    """Take these tensors, which are divided as the parameters are, for the optimiser's state."""
    parameters = dict(model.named_parameters())
    for key, value in tensors.items():
        name, _, entry = key.partition("/")
        optimizer.state[parameters[name]][entry] = value


def _num_bytes(state: State) -> int:
    """Of what this process holds."""
    parts = (state.model, state.average, state.optimizer)
    return sum(own_part(tensor).nbytes for part in parts for tensor in part.values())


@contextmanager
def _told_of_room(folder: Path, step: int, needed: int) -> Iterator[int]:
    """The free bytes of the disk; an error of a full one is said in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    try:
        yield free
    except (OSError, SafetensorError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "os error 28" in str(error)
        if not full:
            raise
        room = f"it needs {needed / 1e6:.1f} MB, {free / 1e6:.1f} MB were free"
        kept = steps_saved(folder)
        before = f"the checkpoint of step {kept[-1]} is kept" if kept else "there is none before it"
        raise DiskFullError(f"no space in {folder} for the checkpoint of step {step}: {room}; {before}") from error


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged: {error}") from error


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    return facts
