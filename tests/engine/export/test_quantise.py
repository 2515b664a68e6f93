"""Eight-bit weights: every weight within half a step of its channel's scale, and what outputs are for each operator."""

import numpy as np
import onnx_ir

from engine.export.weights.halves import store_weights_as_halves
from engine.export.weights.quantise import quantised, store_weights_as_integers
from engine.sessions.runtime import onnxruntime


def test_every_weight_is_within_half_a_step() -> None:
    weights = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    scales = np.abs(weights).max(axis=(0, 2)) / 127
    integers = quantised(weights, scales, 1)
    assert integers.dtype == np.int8
    assert np.abs(integers).max() == 127
    assert (np.abs(integers * scales[None, :, None] - weights) <= scales[None, :, None] * 0.5001).all()


def model_of(operator: str, weights: np.ndarray, shape: tuple[int, ...], **attributes: int) -> onnx_ir.Model:
    """One operator between an input and a large weight."""
    value = onnx_ir.Value(name="weight", const_value=onnx_ir.tensor(weights))
    value.shape, value.dtype = onnx_ir.Shape(weights.shape), onnx_ir.DataType.FLOAT
    source = onnx_ir.val("x", onnx_ir.DataType.FLOAT, shape)
    node = onnx_ir.node(operator, [source, value], attributes)
    node.outputs[0].name, node.outputs[0].dtype = "y", onnx_ir.DataType.FLOAT
    node.outputs[0].shape = onnx_ir.Shape([None] * len(shape))
    graph = onnx_ir.Graph(
        [source], node.outputs, nodes=[node], initializers=[value], opset_imports={"": 18}, name="one"
    )
    return onnx_ir.Model(graph, ir_version=10)


def test_each_operator_has_one_scale_for_each_output() -> None:
    generator = np.random.default_rng(1)
    # The outputs differ in size by far: one scale for all of them would lose the small ones.
    spread = np.geomspace(1e-3, 1e3, 32).astype(np.float32)
    product = generator.normal(size=(48, 32)).astype(np.float32) * spread
    kernel = generator.normal(size=(32, 6, 3, 3)).astype(np.float32) * spread[:, None, None, None]
    cases = [
        (model_of("MatMul", product, (5, 48)), 1),
        (model_of("Gemm", product, (5, 48)), 1),
        (model_of("Gemm", product.T.copy(), (5, 48), transB=1), 1),
        (model_of("Conv", kernel, (2, 6, 8, 8)), 1),
    ]
    for model, axis in cases:
        x = generator.normal(size=tuple(int(side) for side in model.graph.inputs[0].shape)).astype(np.float32)
        before = run(model, x)
        assert store_weights_as_integers(model) == 1
        assert model.graph.initializers["weight.integers"].dtype == onnx_ir.DataType.INT8
        after = run(model, x)
        others = tuple(each for each in range(before.ndim) if each != axis)
        error = np.sqrt(((after - before) ** 2).mean(axis=others)) / np.sqrt((before**2).mean(axis=others))
        assert error.max() < 0.05


def run(model: onnx_ir.Model, x: np.ndarray) -> np.ndarray:
    data = onnx_ir.to_proto(model).SerializeToString()
    output: np.ndarray = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    return output


def test_the_smallest_weights_keep_sixteen_bits() -> None:
    model = model_of("MatMul", np.ones((40, 40), np.float32), (5, 40))
    for name, size in (("small", 1200), ("tie", 1200), ("large", 4000), ("tiny", 100)):
        value = onnx_ir.Value(name=name, const_value=onnx_ir.tensor(np.ones(size, np.float32)))
        model.graph.initializers[name] = value
    # Of the 8,000 elements that are worth it, 2,400 are in the two smallest weights, 4,000 in three.
    assert store_weights_as_halves(model, 0.499) == 2
    assert {"small.half", "tie.half", "weight", "large", "tiny"} == set(model.graph.initializers)
    assert store_weights_as_integers(model) == 1
    assert {"weight.integers", "weight.scales"} < set(model.graph.initializers)


def test_a_weight_used_as_something_else_stays_as_it_is() -> None:
    model = model_of("Add", np.ones((40, 40), np.float32), (40, 40))
    assert store_weights_as_integers(model) == 0
