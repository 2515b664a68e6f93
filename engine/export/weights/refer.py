"""Stores a graph by what it changes in another: its weights stay in the other's file, and a product is added to some.

The UNet of few steps has the full UNet's graph and, but for adapters, its weights. So its file holds the graph, the
adapters' columns and rows, and for each weight the place in the other file (ONNX external data). A runtime that folds
constants adds them up when it loads the graph, and a step costs what it cost before.

It knows tensors of graphs; it does not know what a model is made of.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir
import torch

from engine.export.weights.places import places_of
from engine.export.weights.quantise import quantised, scales_of
from engine.export.weights.stored_weights import replace_weight
from engine.pipeline_folder.few_steps import LowRank, weight_key

_LEAST_BYTES = 64  # of a tensor that is worth a reference
# How the export stores a weight: what restores it, and what its tensors are called beside its own name.
_STORED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("",)),
    ("Cast", (".half",)),
    ("DequantizeLinear", (".integers", ".scales")),
)


def refer_to(model: Any, base: Path, changes: Mapping[str, LowRank], precision: str) -> None:
    """Takes the weights out of an exported graph that the graph beside it has under the same names.

    Args:
        model: An onnx_ir.Model as it was exported, its weights not yet stored otherwise; changed in place.
        base: The other graph's file, which must lie beside the one that is written.
        changes: What was added to weights, by `weight_key`.
        precision: Of the bundle; with int8 the adapters are eight-bit integers too, else float16.

    Raises:
        ValueError: The other graph is of another kind.
    """
    graph: onnx_ir.Graph = model.graph
    other = onnx_ir.load(base).graph.initializers
    places = places_of(base)
    applied: set[str] = set()
    for value in list(graph.initializers.values()):
        tensor = value.const_value
        assert tensor is not None
        if tensor.nbytes < _LEAST_BYTES or tensor.dtype not in (onnx_ir.DataType.FLOAT, onnx_ir.DataType.FLOAT16):
            continue
        change = changes.get(weight_key(torch.from_numpy(np.array(tensor.numpy()))))
        restored = _refer(graph, value, other, places, base)
        if change is not None:
            _add(graph, restored, change, precision)
            applied.add(change.layer)
    shorten_names(graph)
    lacking = sorted({change.layer for change in changes.values()} - applied)
    if lacking:
        raise ValueError(f"{base.name}: {len(lacking)} layers of the adapters are not in the graph, first {lacking[0]}")


def shorten_names(graph: onnx_ir.Graph) -> None:
    """Names everything but inputs and outputs by number: names are a quarter of a file that holds little else."""
    numbers = itertools.count()
    for value in list(graph.initializers.values()):
        assert value.const_value is not None
        value.name = value.const_value.name = f"{next(numbers):x}"
    kept = {id(output) for output in graph.outputs}
    for node in graph:
        node.name = ""
        for output in node.outputs:
            if id(output) not in kept:
                output.name = f"{next(numbers):x}"


def _refer(
    graph: onnx_ir.Graph,
    value: onnx_ir.Value,
    other: Mapping[str, onnx_ir.Value],
    places: Mapping[str, tuple[int, int]],
    base: Path,
) -> onnx_ir.Value:
    """Puts the other graph's tensors of a weight in its place; the value that has them restored."""
    forms = ((operator, [f"{value.name}{ending}" for ending in endings]) for operator, endings in _STORED)
    form = next(((operator, names) for operator, names in forms if all(name in other for name in names)), None)
    if form is None:
        raise ValueError(f"{base.name} has no weight {value.name}: it is no graph of this UNet")
    operator, names = form
    found = [other[name] for name in names]
    tensor = found[0].const_value
    assert tensor is not None and value.const_value is not None
    if tuple(tensor.shape) != tuple(value.const_value.shape):
        raise ValueError(f"{base.name} has {value.name} in another shape: it is no graph of this UNet")
    tensors = [elsewhere(each, places, base) for each in found]
    if not operator:
        value.const_value = tensors[0]
        return value
    [node] = {node for node, _ in found[0].uses()}
    to_float = {"to": onnx_ir.DataType.FLOAT}
    attributes = to_float if operator == "Cast" else {"axis": node.attributes["axis"].as_int()}
    return replace_weight(graph, value, operator, tensors, attributes)


def elsewhere(value: onnx_ir.Value, places: Mapping[str, tuple[int, int]], base: Path) -> Any:
    """The tensor by its place in the other graph's file, or in the file that this one has its weights in."""
    tensor = value.const_value
    assert tensor is not None and value.name is not None
    if isinstance(tensor, onnx_ir.ExternalTensor):
        location, offset, length = tensor.location, tensor.offset, tensor.length
    else:
        location, (offset, length) = base.name, places[value.name]
    sides: Any = tensor.shape
    return onnx_ir.ExternalTensor(
        location, offset, length, tensor.dtype, shape=onnx_ir.Shape(sides), name=value.name, base_dir=base.parent
    )


def _add(graph: onnx_ir.Graph, weight: onnx_ir.Value, change: LowRank, precision: str) -> None:
    """Has everybody who reads a weight read it with the change added."""
    shape, name = tuple(weight.shape or ()), str(weight.name)
    users = list(weight.uses())
    nodes: list[onnx_ir.Node] = []
    dtype = weight.dtype
    assert dtype is not None

    def node(operator: str, inputs: list[onnx_ir.Value], **attributes: int) -> onnx_ir.Value:
        new = onnx_ir.node(operator, inputs, attributes)
        new.outputs[0].dtype = dtype
        nodes.append(new)
        return new.outputs[0]

    def stored(part: str, array: npt.NDArray[Any]) -> onnx_ir.Value:
        tensor = onnx_ir.tensor(array, name=f"{name}.{part}")
        value = onnx_ir.Value(name=tensor.name, shape=onnx_ir.Shape(array.shape), const_value=tensor)
        value.dtype = tensor.dtype
        graph.register_initializer(value)
        return value

    def factor(part: str, array: npt.NDArray[np.float32]) -> onnx_ir.Value:
        if precision == "int8":
            scales = scales_of(array, 0)
            integers = [stored(part, quantised(array, scales, 0)), stored(f"{part}.scales", scales)]
            return node("DequantizeLinear", integers, axis=0)
        halves = stored(part, array.astype(np.float16))
        whole = dtype == onnx_ir.DataType.FLOAT
        return node("Cast", [halves], to=int(onnx_ir.DataType.FLOAT)) if whole else halves

    product = node("MatMul", [factor("columns", change.columns.numpy()), factor("rows", change.rows.numpy())])
    if len(shape) > 2:
        product = node("Reshape", [product, stored("shape", np.array(shape, np.int64))])
    total = node("Add", [weight, product])
    total.shape = weight.shape
    for user, index in users:
        user.replace_input_with(index, total)
    producer = weight.producer()
    if producer is None:
        graph.insert_before(graph[0], nodes)
    else:
        graph.insert_after(producer, nodes)
