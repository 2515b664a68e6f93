"""Stores a graph's weights as float16 and casts them back where they are used.

The file is half as long; a runtime folds the casts when it loads, so that compute stays float32.
"""

from typing import Any

import numpy as np
import onnx_ir

# Smaller tensors (biases, scalars, axes) are not worth a node of their own.
MIN_ELEMENTS = 1024
LARGEST_HALF = float(np.finfo(np.float16).max)


def store_weights_as_halves(model: Any) -> int:
    """Replaces each large float32 weight by a float16 one and a cast; returns how many.

    A weight too large for float16 stays as it is.

    Args:
        model: An onnx_ir.Model; changed in place.
    """
    graph: onnx_ir.Graph = model.graph
    replaced = 0
    for value in list(graph.initializers.values()):
        if value.const_value is None or value.const_value.dtype != onnx_ir.DataType.FLOAT:
            continue
        weights = value.const_value.numpy()
        if weights.size < MIN_ELEMENTS or float(np.abs(weights).max()) > LARGEST_HALF:
            continue
        name = value.name
        assert name is not None
        del graph.initializers[name]
        half = onnx_ir.Value(name=f"{name}.half", const_value=onnx_ir.tensor(weights.astype(np.float16)))
        half.shape = onnx_ir.Shape(weights.shape)
        half.dtype = onnx_ir.DataType.FLOAT16
        graph.initializers[f"{name}.half"] = half
        cast = onnx_ir.node("Cast", [half], {"to": onnx_ir.DataType.FLOAT})
        restored = cast.outputs[0]
        restored.name = f"{name}.restored"
        restored.shape = value.shape
        restored.dtype = onnx_ir.DataType.FLOAT
        value.replace_all_uses_with(restored)
        graph.insert_before(graph[0], cast)
        replaced += 1
    return replaced
