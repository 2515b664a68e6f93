"""Stores the weights of matrix products and convolutions as eight-bit integers with one scale for each output.

Weights only: w = scale * q with q in -127..127 and scale = max|w| / 127 over the weights of one output channel
(symmetric, Jacob et al. 2018, arXiv 1712.05877, section 2.1 with zero point 0). A DequantizeLinear restores them, and
compute stays float32.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir

from engine.export.weights.stored_weights import large_weights, replace_weight

LARGEST_INTEGER = 127


def store_weights_as_integers(model: Any) -> int:
    """Replaces each large weight whose outputs are known by integers, scales and a DequantizeLinear; returns how many.

    Args:
        model: An onnx_ir.Model; changed in place.
    """
    graph: onnx_ir.Graph = model.graph
    replaced = 0
    for value, tensor in large_weights(graph):
        axis = _output_axis(value)
        if axis is None:
            continue
        scales = scales_of(tensor.numpy(), axis)
        integers = onnx_ir.LazyTensor(
            lambda tensor=tensor, scales=scales, axis=axis: onnx_ir.tensor(  # type: ignore[misc]
                quantised(tensor.numpy(), scales, axis)
            ),
            dtype=onnx_ir.DataType.INT8,
            shape=onnx_ir.Shape(tensor.shape),
            name=f"{value.name}.integers",
        )
        stored = [integers, onnx_ir.tensor(scales, name=f"{value.name}.scales")]
        replace_weight(graph, value, "DequantizeLinear", stored, {"axis": axis})
        replaced += 1
    return replaced


def quantised(weights: npt.NDArray[np.float32], scales: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.int8]:
    """Nearest integers to weights over scales along an axis; of the weights' shape."""
    shape = [1] * weights.ndim
    shape[axis] = -1
    integers: npt.NDArray[np.int8] = np.rint(weights / scales.reshape(shape)).astype(np.int8)
    return integers


def scales_of(weights: npt.NDArray[np.float32], axis: int) -> npt.NDArray[np.float32]:
    """What the largest integer stands for, for each place along an axis."""
    others = tuple(each for each in range(weights.ndim) if each != axis)
    largest = np.abs(weights).max(axis=others)
    # A channel of zeros has no scale of its own.
    return np.where(largest > 0, largest / LARGEST_INTEGER, 1.0).astype(np.float32)


def _output_axis(value: onnx_ir.Value) -> int | None:
    """The axis of a weight that counts outputs, where all who read it agree; None for other tensors."""
    axes = {_output_axis_of(node, index, value) for node, index in value.uses()}
    return axes.pop() if len(axes) == 1 else None


def _output_axis_of(node: onnx_ir.Node, index: int, value: onnx_ir.Value) -> int | None:
    dimensions = 0 if value.shape is None else len(value.shape)
    if node.op_type == "Gather" and index == 0 and dimensions == 2:
        return 0  # an embedding: one scale for each token
    if node.op_type == "Conv" and index == 1:
        return 0
    if node.op_type == "Gemm" and index == 1:
        transposed = node.attributes.get("transB")
        return 0 if transposed is not None and transposed.as_int() else 1
    if node.op_type == "MatMul" and index == 1 and dimensions == 2:
        return 1
    if node.op_type == "Transpose" and dimensions == 2:
        return 0  # of a matrix product's right side, [out, in]
    return None
