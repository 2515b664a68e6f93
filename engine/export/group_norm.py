"""Writes group normalisation in operators for which runtimes on CPUs have code of their own.

``GroupNormalization`` has none in ONNX Runtime on the CPU: it becomes a dozen small operations. An instance
normalisation over [R, G, C / G H W], and one scale and shift for each channel, is the same.

Letters: R rows, G groups, C H W channels and sides (or one side, where attention has joined them).
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx_ir

Weights: TypeAlias = npt.NDArray[Any]


def split_group_norms(graph: onnx_ir.Graph) -> int:
    """Replaces every group normalisation with known weights; returns how many.

    Args:
        graph: Changed in place; what nobody reads any more is left in it.
    """
    changed = 0
    for node in [each for each in graph if each.op_type == "GroupNormalization"]:
        scale, shift = (_weights(value) for value in node.inputs[1:3])
        shape = None if node.inputs[0] is None else node.inputs[0].shape
        if scale is None or shift is None or shape is None:
            continue
        normalised = _normalised(graph, node, scale.dtype)
        sides = [1] * (len(shape) - 2)
        scale, shift = scale.reshape(-1, *sides), shift.reshape(-1, *sides)
        scaled = _before(graph, node, "Mul", [normalised, _stored(graph, node, "scale", scale)])
        shifted = _before(graph, node, "Add", [scaled, _stored(graph, node, "shift", shift)])
        node.outputs[0].replace_all_uses_with(shifted)
        changed += 1
    return changed


def _normalised(graph: onnx_ir.Graph, node: onnx_ir.Node, dtype: npt.DTypeLike) -> onnx_ir.Value:
    """The node's input with mean 0 and deviation 1 in each group, [R, C, H, W]."""
    num_groups = node.attributes["num_groups"].as_int()
    [x] = node.inputs[:1]
    rows = _stored(graph, node, "groups", np.array([0, num_groups, -1], np.int64))
    ones = _stored(graph, node, "ones", np.ones(num_groups, dtype))
    zeros = _stored(graph, node, "zeros", np.zeros(num_groups, dtype))
    grouped = _before(graph, node, "Reshape", [x, rows])
    epsilon = {"epsilon": node.attributes["epsilon"].as_float()}
    instances = _before(graph, node, "InstanceNormalization", [grouped, ones, zeros], epsilon)
    shape = _before(graph, node, "Shape", [x])
    return _before(graph, node, "Reshape", [instances, shape])


def _weights(value: onnx_ir.Value | None) -> Weights | None:
    return None if value is None or value.const_value is None else value.const_value.numpy()


def _stored(graph: onnx_ir.Graph, node: onnx_ir.Node, name: str, array: npt.NDArray[Any]) -> onnx_ir.Value:
    """A new weight, named after what it is for."""
    tensor = onnx_ir.tensor(array, name=f"{node.outputs[0].name}.{name}")
    value = onnx_ir.Value(name=tensor.name, shape=onnx_ir.Shape(array.shape), const_value=tensor)
    value.dtype = tensor.dtype
    graph.register_initializer(value)
    return value


def _before(
    graph: onnx_ir.Graph,
    node: onnx_ir.Node,
    operator: str,
    inputs: Sequence[onnx_ir.Value | None],
    attributes: Mapping[str, float] | None = None,
) -> onnx_ir.Value:
    """The output of a new node in front of another one."""
    new = onnx_ir.node(operator, inputs, dict(attributes or {}))
    dtype = onnx_ir.DataType.INT64 if operator == "Shape" else node.outputs[0].dtype
    if dtype is not None:
        new.outputs[0].dtype = dtype
    graph.insert_before(node, new)
    return new.outputs[0]
