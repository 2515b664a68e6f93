"""Group normalisation in simpler operators: the same numbers, for float32 and float16, any size."""

import numpy as np
import numpy.typing as npt
import onnx_ir
import pytest
import torch

from engine.export.group_norm import split_group_norms
from engine.sessions.runtime import onnxruntime

CHANNELS, GROUPS = 12, 4


def model_of(scale: npt.NDArray[np.generic], shift: npt.NDArray[np.generic], num_sides: int) -> onnx_ir.Model:
    """One group normalisation."""
    weights = []
    for name, array in (("scale", scale), ("shift", shift)):
        value = onnx_ir.Value(name=name, const_value=onnx_ir.tensor(array))
        value.shape, value.dtype = onnx_ir.Shape(array.shape), onnx_ir.tensor(array).dtype
        weights.append(value)
    x = onnx_ir.val("x", onnx_ir.tensor(scale).dtype, (None, CHANNELS, *[None] * num_sides))
    node = onnx_ir.node("GroupNormalization", [x, *weights], {"num_groups": GROUPS, "epsilon": 1e-5})
    result = onnx_ir.node("Identity", node.outputs)
    result.outputs[0].name, result.outputs[0].dtype, result.outputs[0].shape = "y", x.dtype, x.shape
    graph = onnx_ir.Graph(
        [x], result.outputs, nodes=[node, result], initializers=weights, opset_imports={"": 23}, name="one"
    )
    return onnx_ir.Model(graph, ir_version=10)


@pytest.mark.parametrize("sides", [((3, 5), (8, 2)), ((15,), (16,))])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float16, 1e-2)])
def test_the_result_is_that_of_torch(dtype: type, tolerance: float, sides: tuple[tuple[int, ...], ...]) -> None:
    generator = np.random.default_rng(0)
    scale, shift = (generator.normal(size=CHANNELS).astype(dtype) for _ in range(2))
    model = model_of(scale, shift, len(sides[0]))
    assert split_group_norms(model.graph) == 1
    assert "GroupNormalization" not in {node.op_type for node in model.graph if node.outputs[0].uses()}
    session = onnxruntime.InferenceSession(
        onnx_ir.to_proto(model).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    for shape in ((rows, CHANNELS, *each) for rows, each in zip((1, 3), sides, strict=True)):
        x = (generator.normal(size=shape) * 2 + 1).astype(dtype)
        [found] = session.run(None, {"x": x})
        expected = torch.nn.functional.group_norm(
            torch.from_numpy(x.astype(np.float32)),
            GROUPS,
            torch.from_numpy(scale.astype(np.float32)),
            torch.from_numpy(shift.astype(np.float32)),
        )
        assert found.dtype == dtype
        np.testing.assert_allclose(found.astype(np.float32), expected.numpy(), atol=tolerance)
