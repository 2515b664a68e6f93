"""Replaces a graph's float32 weights by smaller tensors and a node that restores them.

New tensors may be lazy: a weight is then converted while it is written, and never held twice.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import onnx_ir

# Smaller tensors (biases, scalars, axes) are not worth a node of their own.
MIN_ELEMENTS = 1024


def large_weights(graph: onnx_ir.Graph) -> Iterator[tuple[onnx_ir.Value, Any]]:
    """Every float32 weight worth storing otherwise, with its tensor."""
    for value in list(graph.initializers.values()):
        tensor = value.const_value
        if tensor is not None and tensor.dtype == onnx_ir.DataType.FLOAT and tensor.size >= MIN_ELEMENTS:
            yield value, tensor


def smallest_weights(graph: onnx_ir.Graph, share: float) -> list[tuple[onnx_ir.Value, Any]]:
    """The smallest of `large_weights`, as many as together hold no more than `share` of all their elements."""
    weights = sorted(large_weights(graph), key=lambda weight: weight[1].size)
    ends = itertools.accumulate(tensor.size for _, tensor in weights)
    most = share * sum(tensor.size for _, tensor in weights)
    return [weight for weight, end in zip(weights, ends, strict=True) if end <= most]


def replace_weight(
    graph: onnx_ir.Graph,
    value: onnx_ir.Value,
    operator: str,
    tensors: Sequence[Any],
    attributes: Mapping[str, Any],
) -> onnx_ir.Value:
    """Puts `operator` over new weights in the place of one weight; its output.

    Args:
        graph: Changed in place.
        value: The float32 weight.
        operator: Makes the same values from the new weights.
        tensors: The new weights, named.
        attributes: The operator's.
    """
    name = value.name
    assert name is not None
    del graph.initializers[name]
    inputs = []
    for tensor in tensors:
        stored = onnx_ir.Value(name=tensor.name, const_value=tensor)
        stored.shape = onnx_ir.Shape(tensor.shape)
        stored.dtype = tensor.dtype
        graph.initializers[tensor.name] = stored
        inputs.append(stored)
    node = onnx_ir.node(operator, inputs, dict(attributes))
    restored = node.outputs[0]
    restored.name = f"{name}.restored"
    restored.shape = value.shape
    restored.dtype = onnx_ir.DataType.FLOAT
    value.replace_all_uses_with(restored)
    graph.insert_before(graph[0], node)
    return restored
