"""A session names the file it cannot load and turns a runtime's failure into the request's error."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.bundle import TEXT_ENCODER_FILE, UNET_FILE
from engine.errors import BundleError, GenerationError, OutOfMemoryError
from engine.sessions import OnnxSession, physical_cores, run_error


def test_a_file_that_is_no_graph_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "unet.onnx"
    path.write_bytes(b"\x08\x07 not a graph")
    with pytest.raises(BundleError, match=r"unet\.onnx: ONNX Runtime cannot load it") as caught:
        OnnxSession(path)
    assert "\n" not in str(caught.value)


def test_inputs_have_the_names_the_engine_uses(bundle: Path) -> None:
    unet = OnnxSession(bundle / UNET_FILE, num_threads=1)
    assert unet.input_names == ("sample", "timesteps", "encoder_hidden_states")
    assert OnnxSession(bundle / TEXT_ENCODER_FILE, num_threads=1).input_names == ("input_ids",)


def test_a_failing_run_is_the_requests_error(bundle: Path) -> None:
    session = OnnxSession(bundle / TEXT_ENCODER_FILE, num_threads=1)
    with pytest.raises(GenerationError, match=r"text_encoder\.onnx failed"):
        session.run({"input_ids": np.zeros((1, 78), np.int64)})
    with pytest.raises(GenerationError, match=r"text_encoder\.onnx failed"):
        session.run({"input_ids": np.full((1, 77), 10**6, np.int64)})
    assert session.run({"input_ids": np.zeros((1, 77), np.int64)}).shape == (1, 77, 32)


@pytest.fixture
def fill(tmp_path: Path) -> OnnxSession:
    """A graph that makes as many zeros as it is told."""
    shape = helper.make_tensor_value_info("shape", TensorProto.INT64, [1])
    zeros = helper.make_tensor_value_info("zeros", TensorProto.FLOAT, ["n"])
    graph = helper.make_graph([helper.make_node("ConstantOfShape", ["shape"], ["zeros"])], "fill", [shape], [zeros])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), tmp_path / "fill.onnx"
    )
    return OnnxSession(tmp_path / "fill.onnx", num_threads=1)


@pytest.mark.parametrize("num_values", [1 << 45, 1 << 62], ids=["more than there is", "more than can be counted"])
def test_a_run_that_does_not_fit_is_told_apart_and_harms_nothing(fill: OnnxSession, num_values: int) -> None:
    with pytest.raises(OutOfMemoryError, match=r"fill\.onnx ran out of memory"):
        fill.run({"shape": np.array([num_values])})
    assert fill.run({"shape": np.array([3])}).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "message",
    [
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0",
        "BFCArena::AllocateRawInternal Available memory of 12 is smaller than requested bytes of 34",
        "Non-zero status code returned while running Conv node. Status Message: std::bad_alloc",
    ],
)
def test_what_allocators_say_is_out_of_memory(message: str) -> None:
    assert type(run_error("unet.onnx", RuntimeError(message))) is OutOfMemoryError
    assert type(run_error("unet.onnx", MemoryError())) is OutOfMemoryError
    assert type(run_error("unet.onnx", RuntimeError("Got invalid dimensions for input"))) is GenerationError


def test_there_is_at_least_one_core() -> None:
    assert physical_cores() >= 1
