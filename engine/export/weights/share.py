"""Takes out of an exported graph every weight that a graph beside it has: the same bytes, wherever they lie there.

The UNet with adapters has the plain UNet's weights and another structure, and an exporter names what it folds as it
comes. So a weight is found by what it holds, in the form in which the bundle stores it.

It knows tensors of graphs; it does not know what a model is made of.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx_ir

from engine.export.weights.places import places_of
from engine.export.weights.refer import elsewhere, shorten_names

_LEAST_BYTES = 64  # of a tensor that is worth a reference
_MOST_OWN = 0.01  # of all bytes, what a graph of the same UNet may have for itself

_Content: TypeAlias = tuple[str, tuple[int, ...], bytes]


def share_with(model: Any, base: Path) -> None:
    """Refers to another graph's file for every tensor that it has too.

    Args:
        model: An onnx_ir.Model with its weights stored as the other's are; changed in place.
        base: The other graph's file, which must lie beside the one that is written.

    Raises:
        ValueError: The other graph has other weights.
    """
    graph: onnx_ir.Graph = model.graph
    others = {_content(value.const_value): value for value in onnx_ir.load(base).graph.initializers.values()}
    places = places_of(base)
    total = own = 0
    for value in graph.initializers.values():
        tensor: Any = value.const_value
        total += tensor.nbytes
        other = others.get(_content(tensor)) if tensor.nbytes >= _LEAST_BYTES else None
        if other is None:
            own += tensor.nbytes
        else:
            value.const_value = elsewhere(other, places, base)
    if own > _MOST_OWN * total:
        raise ValueError(f"{base.name} lacks {own} of {total} bytes of weights: it is no graph of this UNet")
    shorten_names(graph)


def _content(tensor: Any) -> _Content:
    array = np.ascontiguousarray(tensor.numpy())
    return str(tensor.dtype), tuple(array.shape), hashlib.sha256(array.tobytes()).digest()
