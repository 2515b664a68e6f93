"""Merges adapter files into a checkpoint's weights, of every kind whose sum with a weight is known.

For what the graph for adapters cannot take: convolutions, text encoders, LyCORIS' LoHa and LoKr (arXiv 2309.14859). It
knows files and modules; it does not know what becomes of them.

Letters: O I widths of what a layer gives and reads, r rank, k l sides of a kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from engine.adapters.names import aliases, split_name
from engine.adapters.scaling import Scaling, scaling_of
from engine.adapters.tensors import read_tensors

Merge: TypeAlias = Callable[[str, Any], Any]
_Parts: TypeAlias = Mapping[str, Tensor]

_UNET = "unet"
# Beginnings of a tensor's name by the part of the checkpoint; whatever begins otherwise is the UNet's.
_TEXT = {
    "text_encoder_2": ("lora_te2_", "text_encoder_2."),
    "text_encoder": ("lora_te1_", "lora_te_", "text_encoder."),
}
_ENDS = (
    ".lora_mid.weight",
    *(f".hada_{name}" for name in ("w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")),
    *(f".lokr_{name}" for name in ("w1", "w2", "w1_a", "w1_b", "w2_a", "w2_b", "t2")),
)


def merging(loras: Sequence[tuple[Path, float]], folders: Collection[str]) -> Merge | None:
    """What adds adapters to the weights of a part, given its name; None where there are none.

    Args:
        loras: Files with their scales.
        folders: Names of the checkpoint's parts.

    Raises:
        ValueError: A file cannot be read, or changes a part that the checkpoint has not; the message names it.
    """
    if not loras:
        return None
    read = [_File(path, scale) for path, scale in loras]
    for file in read:
        lacking = file.parts() - set(folders)
        if lacking:
            raise ValueError(f"{file.path}: changes {min(lacking)}, which the checkpoint has not")

    def merge(part: str, model: Any) -> Any:
        for file in read:
            if part in (_UNET, *_TEXT):
                file.add_to(part, model)
        return model

    return merge


class _File:
    """One adapter file."""

    def __init__(self, path: Path, scale: float) -> None:
        if not math.isfinite(scale):
            raise ValueError(f"{path}: its scale must be a number; got {scale}")
        self.path, self._scale = path, scale
        try:
            file = read_tensors(path)
            self._scaling = scaling_of(file.metadata, None)
            self._layers = _by_layer(file.tensors)
        except OSError as error:
            raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def parts(self) -> set[str]:
        return {_part_of(layer) for layer in self._layers}

    def add_to(self, part: str, model: nn.Module) -> None:
        modules = {name: module for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)}
        known = aliases(modules) if part == _UNET else _text_aliases(part, modules)
        own = {layer: parts for layer, parts in self._layers.items() if _part_of(layer) == part}
        strange = sorted(layer for layer in own if layer not in known)
        if strange:
            shown = ", ".join(repr(layer[:80]) for layer in strange[:3])
            raise ValueError(f"{self.path}: {len(strange)} of its {len(own)} layers are none of the {part}: {shown}")
        for layer, parts in own.items():
            weight: Any = modules[known[layer]].weight
            try:
                change = _change(known[layer], parts, tuple(weight.shape), self._scaling)
            except (RuntimeError, KeyError, ValueError, IndexError) as error:
                reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error).splitlines()[0]
                raise ValueError(f"{self.path}: {layer[:80]!r} does not fit {known[layer]}: {reason}") from error
            with torch.no_grad():
                weight += (self._scale * change).to(weight.dtype)


def _by_layer(tensors: Mapping[str, Any]) -> dict[str, dict[str, Tensor]]:
    found: dict[str, dict[str, Tensor]] = {}
    strange = []
    for name, array in tensors.items():
        layer, part = split_name(name)
        if not part:
            end = next((end for end in _ENDS if name.endswith(end)), "")
            layer, part = name.removesuffix(end), end.removeprefix(".").removesuffix(".weight")
        if part:
            found.setdefault(layer, {})[part] = torch.from_numpy(array.copy())
        else:
            strange.append(name)
    if strange:
        shown = ", ".join(repr(name[:80]) for name in strange[:3])
        raise ValueError(f"{len(strange)} of its {len(tensors)} tensors are of no kind that can be merged: {shown}")
    if not found:
        raise ValueError("it holds no tensors")
    return found


def _part_of(layer: str) -> str:
    return next((part for part, begins in _TEXT.items() if layer.startswith(begins)), _UNET)


def _text_aliases(part: str, modules: Collection[str]) -> dict[str, str]:
    """Files write the layers below `text_model`, whether the installed library still has it or not."""
    known: dict[str, str] = {}
    for name in modules:
        full = name if name.startswith("text_model.") or "projection" in name else f"text_model.{name}"
        for begin in _TEXT[part]:
            known[begin + (full.replace(".", "_") if begin.endswith("_") else full)] = name
    return known


def _change(layer: str, parts: _Parts, shape: tuple[int, ...], scaling: Scaling) -> Tensor:
    """What is added to a weight."""
    if "down" in parts:
        change, rank = _lora(parts), len(parts["down"])
    elif any(name.startswith("hada") for name in parts):
        change, rank = _loha(parts), parts["hada_w1_b"].shape[0]
    else:
        change, rank = _lokr(parts)
    own = float(parts["alpha"].reshape(())) if "alpha" in parts else None
    return change.reshape(shape) * (scaling.factor(layer, rank, own) if rank else 1.0)


def _lora(parts: _Parts) -> Tensor:
    down, up = parts["down"], parts["up"]
    if "lora_mid" in parts:
        return torch.einsum("or,rskl,si->oikl", up.flatten(1), parts["lora_mid"], down.flatten(1))
    return up.flatten(1) @ down.flatten(1)  # [O, I k l]


def _loha(parts: _Parts) -> Tensor:
    def factor(number: int) -> Tensor:
        a, b = parts[f"hada_w{number}_a"], parts[f"hada_w{number}_b"]
        core = parts.get(f"hada_t{number}")
        return a @ b if core is None else torch.einsum("rskl,si,ro->oikl", core, b, a)

    return factor(1) * factor(2)


def _lokr(parts: _Parts) -> tuple[Tensor, int]:
    """The Kronecker product and its rank, 0 where neither factor is one of low rank."""
    rank = 0
    if "lokr_w1" in parts:
        first = parts["lokr_w1"]
    else:
        first, rank = parts["lokr_w1_a"] @ parts["lokr_w1_b"], parts["lokr_w1_b"].shape[0]
    if "lokr_w2" in parts:
        second = parts["lokr_w2"]
    else:
        a, b, core = parts["lokr_w2_a"], parts["lokr_w2_b"], parts.get("lokr_t2")
        rank = b.shape[0]
        second = a @ b.flatten(1) if core is None else torch.einsum("rskl,ro,si->oikl", core, a, b)
    if second.dim() == 4:
        first = first[:, :, None, None]
    return torch.kron(first.contiguous(), second.contiguous()), rank
