"""Whose layer a tensor of an adapter file belongs to, by the names that diffusers, PEFT and kohya's scripts give.

It knows names; what the tensors hold is `engine.adapters.read`'s to check.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.adapters.original_names import original_name

DOWN, UP, ALPHA = "down", "up", "alpha"
DIFFUSERS, PEFT, KOHYA = "diffusers", "peft", "kohya"

_PEFT_PREFIX, _KOHYA_PREFIX = "base_model.model.", "lora_unet_"
_SHOWN = 3
# What is no plain adapter beside a matrix, by a mark in the names of its tensors.
_OTHER_KINDS = (
    ("LoHa factors", re.compile(r"\.hada_")),
    ("LoKr factors", re.compile(r"\.lokr_")),
    ("magnitudes of DoRA", re.compile(r"\.dora_scale$|lora_magnitude_vector")),
    ("Tucker cores of convolutions", re.compile(r"\.lora_mid\.")),
    ("of convolutions", re.compile(r"resnets|samplers|conv_(?:in|out)|_(?:in|out)_layers_")),
    ("of a text encoder", re.compile(r"^(?:base_model\.model\.)?(?:lora_te|text_encoder)")),
)
_PARTS = (
    (re.compile(r"\.lora_A(?:\.[A-Za-z0-9_-]+)?\.weight$"), DOWN),
    (re.compile(r"\.lora_B(?:\.[A-Za-z0-9_-]+)?\.weight$"), UP),
    (re.compile(r"\.lora(?:_|\.)down\.weight$"), DOWN),
    (re.compile(r"\.lora(?:_|\.)up\.weight$"), UP),
    (re.compile(r"\.alpha$"), ALPHA),
)
# diffusers' older form: attn1.processor.to_out_lora.down.weight.
_PROCESSOR = re.compile(r"\.processor\.(to_(?:q|k|v|out))_lora\.(down|up)\.weight$")


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file's tensors by what they are.

    Attributes:
        format: Whose names they have.
        layers: Name of the tensor of each part, by part and by layer.
    """

    format: str
    layers: Mapping[str, Mapping[str, str]]


def named(tensors: Iterable[str], layers: Iterable[str]) -> Named:
    """Finds the layer of every tensor.

    Args:
        tensors: Their names in the file.
        layers: Names of the layers that may have adapters.

    Raises:
        ValueError: Some belong to nothing that may have adapters; how many, of which kind, and the first of them.
    """
    known = aliases(layers)
    found: dict[str, dict[str, str]] = {}
    strange: dict[str, list[str]] = {}
    tensors = sorted(tensors)
    for tensor in tensors:
        path, part = split_name(tensor)
        layer = known.get(path)
        kind = next((kind for kind, mark in _OTHER_KINDS if mark.search(tensor)), None)
        if kind is not None or layer is None:
            strange.setdefault(kind or "of no layer that may have adapters", []).append(tensor)
        elif part in found.setdefault(layer, {}):
            raise ValueError(f"{tensor[:80]!r} and {found[layer][part][:80]!r} are both {part} of {layer}")
        else:
            found[layer][part] = tensor
    if strange:
        raise ValueError(_told(strange, len(tensors)))
    return Named(format=_format(tensors), layers=found)


def _told(strange: Mapping[str, list[str]], num_tensors: int) -> str:
    kinds = ", ".join(f"{len(names)} {kind}" for kind, names in strange.items())
    first = [name for names in strange.values() for name in names][:_SHOWN]
    shown = ", ".join(repr(name[:80]) for name in first)
    return (
        f"of its {num_tensors} tensors the graph cannot take {kinds}: {shown}; `cosmicman export --lora` may merge them"
    )


def _format(tensors: Iterable[str]) -> str:
    names = tuple(tensors)
    if any(name.startswith(_KOHYA_PREFIX) for name in names):
        return KOHYA
    return PEFT if any(name.startswith(_PEFT_PREFIX) for name in names) else DIFFUSERS


def split_name(tensor: str) -> tuple[str, str]:
    """The layer as a file writes it, and the part of it; "" where the name has none of these endings."""
    processor = _PROCESSOR.search(tensor)
    if processor is not None:
        layer = processor[1] + (".0" if processor[1] == "to_out" else "")
        return f"{tensor[: processor.start()]}.{layer}", processor[2]
    for pattern, part in _PARTS:
        match = pattern.search(tensor)
        if match is not None:
            return tensor[: match.start()], part
    return tensor, ""


def aliases(layers: Iterable[str]) -> dict[str, str]:
    """Every way in which files write a layer of the UNet, to its own name."""
    known: dict[str, str] = {}
    for layer in layers:
        for prefix in ("", "unet.", _PEFT_PREFIX, f"{_PEFT_PREFIX}unet."):
            known[prefix + layer] = layer
        known[_KOHYA_PREFIX + layer.replace(".", "_")] = layer
        known.setdefault(_KOHYA_PREFIX + original_name(layer).replace(".", "_"), layer)
    return known
