"""Writes group normalisation in operators for which runtimes on CPUs have code of their own.

``GroupNormalization`` has none in ONNX Runtime on the CPU: it becomes a dozen small operations. An instance
normalisation over [R, G, C / G H W], and one scale and shift for each channel, is the same.

Letters: R rows, G groups, C H W channels and sides (or one side, where attention has joined them).
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx_ir

from engine.export.graph_edit import before, stored

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
        scaled = before(graph, node, "Mul", [normalised, stored(graph, node, "scale", scale)])
        shifted = before(graph, node, "Add", [scaled, stored(graph, node, "shift", shift)])
        node.outputs[0].replace_all_uses_with(shifted)
        changed += 1
    return changed


def _normalised(graph: onnx_ir.Graph, node: onnx_ir.Node, dtype: npt.DTypeLike) -> onnx_ir.Value:
    """The node's input with mean 0 and deviation 1 in each group, [R, C, H, W]."""
    num_groups = node.attributes["num_groups"].as_int()
    [x] = node.inputs[:1]
    rows = stored(graph, node, "groups", np.array([0, num_groups, -1], np.int64))
    ones = stored(graph, node, "ones", np.ones(num_groups, dtype))
    zeros = stored(graph, node, "zeros", np.zeros(num_groups, dtype))
    grouped = before(graph, node, "Reshape", [x, rows])
    epsilon = {"epsilon": node.attributes["epsilon"].as_float()}
    instances = before(graph, node, "InstanceNormalization", [grouped, ones, zeros], epsilon)
    shape = before(graph, node, "Shape", [x])
    return before(graph, node, "Reshape", [instances, shape])


def _weights(value: onnx_ir.Value | None) -> Weights | None:
    return None if value is None or value.const_value is None else value.const_value.numpy()
