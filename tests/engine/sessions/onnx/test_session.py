"""A session names the file it cannot load and turns a runtime's failure into the request's error."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.bundle.manifest import TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE, load_bundle
from engine.errors import BundleError, GenerationError, OutOfMemoryError, ProviderError
from engine.sessions.onnx.session import OnnxSession, OnnxSessions
from engine.sessions.processors import physical_cores
from engine.sessions.runtime import onnxruntime
from engine.settings import EngineSettings, SessionSettings


def test_a_file_that_is_no_graph_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "unet.onnx"
    path.write_bytes(b"\x08\x07 not a graph")
    with pytest.raises(BundleError, match=r"unet\.onnx: ONNX Runtime cannot load it") as caught:
        OnnxSession(path)
    assert "\n" not in str(caught.value)


def test_inputs_have_the_names_the_engine_uses(bundle: Path) -> None:
    unet = OnnxSession(bundle / UNET_FILE, num_threads=1)
    assert unet.input_names == ("sample", "timesteps", "encoder_hidden_states", "token_groups")
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


def test_half_precision_is_the_session_s_own_business(tmp_path: Path) -> None:
    given = helper.make_tensor_value_info("given", TensorProto.FLOAT16, ["n"])
    doubled = helper.make_tensor_value_info("doubled", TensorProto.FLOAT16, ["n"])
    graph = helper.make_graph([helper.make_node("Add", ["given", "given"], ["doubled"])], "double", [given], [doubled])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, tmp_path / "double.onnx")
    output = OnnxSession(tmp_path / "double.onnx", num_threads=1).run({"given": np.array([1.5, -2.0], np.float32)})
    assert (output.dtype, output.tolist()) == (np.float32, [3.0, -4.0])


@pytest.mark.skipif("CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="CUDA is here")
def test_nothing_falls_back_to_the_cpu_in_silence(bundle: Path) -> None:
    with (
        pytest.warns(UserWarning, match="CUDAExecutionProvider"),
        pytest.raises(ProviderError, match="provider cuda does not start on this machine .*; cpu does$"),
    ):
        OnnxSession(bundle / TEXT_ENCODER_FILE, provider="cuda", num_threads=1)
    settings = EngineSettings(sessions=SessionSettings(provider="tensorrt"))
    with pytest.raises(ProviderError, match=r"provider tensorrt is not in this installation .*, which has cpu"):
        OnnxSessions(load_bundle(bundle), settings)


def test_auto_runs_every_graph_on_the_same_provider(bundle: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    sessions = OnnxSessions(load_bundle(bundle), EngineSettings(num_threads=1))
    for file in (TEXT_ENCODER_FILE, VAE_DECODER_FILE):
        sessions.load(file)
        assert f"{file} runs on {sessions.provider}" in caplog.text


def test_threads_that_sleep_and_threads_that_spin_give_the_same_answers(bundle: Path) -> None:
    ids = np.full((1, 77), 3, np.int64)
    sleeping, spinning = (
        OnnxSession(bundle / TEXT_ENCODER_FILE, SessionSettings(spin_microseconds=spin), num_threads=2)
        for spin in (0, 50)
    )
    assert np.array_equal(sleeping.run({"input_ids": ids}), spinning.run({"input_ids": ids}))
    with pytest.raises(ValueError, match="spin_microseconds must be from 0 to 10000; got -1"):
        SessionSettings(spin_microseconds=-1)


def test_without_the_arena_the_answers_are_the_same(bundle: Path) -> None:
    ids = np.zeros((1, 77), np.int64)
    answers = [
        OnnxSession(bundle / TEXT_ENCODER_FILE, SessionSettings(arena=arena), num_threads=1).run({"input_ids": ids})
        for arena in (True, False)
    ]
    np.testing.assert_array_equal(answers[0], answers[1])


@pytest.mark.gpu
def test_cuda_answers_like_the_cpu(bundle: Path) -> None:
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        pytest.skip("this build of ONNX Runtime has no CUDA provider")
    random = np.random.default_rng(0)
    rows = {
        "sample": random.normal(size=(3, 4, 12, 8)).astype(np.float32),
        "timesteps": np.array([999.0, 500.0, 1.0], np.float32),
        "encoder_hidden_states": random.normal(size=(3, 154, 32)).astype(np.float32),
    }
    cuda = OnnxSession(bundle / UNET_FILE, SessionSettings(tf32=False), provider="cuda").run(rows)
    np.testing.assert_allclose(cuda, OnnxSession(bundle / UNET_FILE).run(rows), atol=1e-4)


def test_there_is_at_least_one_core() -> None:
    assert physical_cores() >= 1
