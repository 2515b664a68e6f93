"""Stores a graph's weights as float16 and casts them back where they are used.

The file is half as long; a runtime folds the casts when it loads, so that compute stays float32.
"""

from typing import Any

import numpy as np
import onnx_ir

from engine.export.weights.stored_weights import replace_weight, smallest_weights

LARGEST_HALF = float(np.finfo(np.float16).max)


def store_weights_as_halves(model: Any, share: float = 1.0) -> int:
    """Replaces each large float32 weight by a float16 one and a cast; returns how many.

    A weight too large for float16 stays as it is.

    Args:
        model: An onnx_ir.Model; changed in place.
        share: Of the elements of all weights that may be replaced, those of the smallest weights first.
    """
    graph: onnx_ir.Graph = model.graph
    replaced = 0
    for value, tensor in smallest_weights(graph, share):
        if float(np.abs(tensor.numpy()).max()) > LARGEST_HALF:
            continue
        half = onnx_ir.LazyTensor(
            lambda tensor=tensor: onnx_ir.tensor(tensor.numpy().astype(np.float16)),  # type: ignore[misc]
            dtype=onnx_ir.DataType.FLOAT16,
            shape=onnx_ir.Shape(tensor.shape),
            name=f"{value.name}.half",
        )
        replace_weight(graph, value, "Cast", [half], {"to": onnx_ir.DataType.FLOAT})
        replaced += 1
    return replaced
