"""A session's own work, on a device in host memory: the same numbers as ONNX Runtime, and failures in our words."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from engine.bundle.manifest import TEXT_ENCODER_FILE, TOKEN_GROUPS, UNET_FILE, VAE_DECODER_FILE, load_bundle
from engine.errors import DeviceLostError, GenerationError, OutOfMemoryError, ProviderError
from engine.export.tensorrt import with_first_output_alone
from engine.sessions import TellsMore
from engine.sessions.onnx.session import OnnxSession
from engine.sessions.profiles import shape_ranges
from engine.sessions.tensorrt import TensorRtSession, check_shape
from engine.sessions.tensorrt.sessions import find_library, runtime_of
from tests.engine.sessions.tensorrt.stand_ins import HostDevice, Library, has_gpu


def profile(bundle: Path, file: str) -> Mapping[str, Any]:
    ranges = shape_ranges(load_bundle(bundle).manifest, file, max_rows=4, max_windows=2)
    return {name: (each.minimum, each.usual, each.maximum) for name, each in ranges.items()}


def unet_inputs(rows: int, windows: int = 1) -> dict[str, Any]:
    numbers = np.random.default_rng(rows)
    return {
        "sample": numbers.normal(size=(rows, 4, 12, 8)).astype(np.float32),
        "timesteps": np.linspace(1, 999, rows).astype(np.float32),
        "encoder_hidden_states": numbers.normal(size=(rows, 77 * windows, 32)).astype(np.float32),
    }


@pytest.fixture
def device() -> HostDevice:
    return HostDevice()


@pytest.fixture
def library(device: HostDevice) -> Library:
    return Library(device)


def load(path: Path, profile: Mapping[str, Any], library: Library) -> TensorRtSession:
    """With the library's stand-in as its own runtime."""
    device = library.device
    return TensorRtSession(path, profile, library=library, log=library.messages, runtime=library, device=device)


@pytest.fixture
def unet_path(bundle: Path, tmp_path: Path) -> Path:
    """What an engine of the UNet is built from."""
    alone = with_first_output_alone(bundle / UNET_FILE)
    assert alone is not None
    (tmp_path / UNET_FILE).write_bytes(alone)
    return tmp_path / UNET_FILE


@pytest.fixture
def unet(unet_path: Path, bundle: Path, library: Library) -> TensorRtSession:
    return load(unet_path, profile(bundle, UNET_FILE), library)


def test_every_shape_gives_what_onnx_runtime_gives(unet: TensorRtSession, bundle: Path) -> None:
    twin = OnnxSession(bundle / UNET_FILE, num_threads=1)
    assert not isinstance(unet, TellsMore) and {*unet.input_names, TOKEN_GROUPS} == set(twin.input_names)
    for rows, windows in ((2, 1), (1, 1), (4, 2), (1, 1)):
        inputs = unet_inputs(rows, windows)
        np.testing.assert_allclose(unet.run(inputs), twin.run(inputs), atol=1e-5)


def test_whole_numbers_and_views_are_taken_as_they_come(bundle: Path, library: Library, device: HostDevice) -> None:
    text = load(bundle / TEXT_ENCODER_FILE, profile(bundle, TEXT_ENCODER_FILE), library)
    tokens = np.arange(154, dtype=np.int32).reshape(77, 2).T[:1] % 50
    expected = OnnxSession(bundle / TEXT_ENCODER_FILE, num_threads=1).run({"input_ids": tokens.astype(np.int64)})
    np.testing.assert_allclose(text.run({"input_ids": tokens}), expected, atol=1e-6)


def test_half_precision_is_the_session_s_own_business(tmp_path: Path, library: Library, device: HostDevice) -> None:
    half = TensorProto.FLOAT16
    nodes = [helper.make_node("Add", ["latents", "latents"], ["image"])]
    ends = [helper.make_tensor_value_info(name, half, ["n"]) for name in ("latents", "image")]
    model = helper.make_model(
        helper.make_graph(nodes, "double", ends[:1], ends[1:]),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    onnx.save(model, tmp_path / "double.onnx")
    double = load(tmp_path / "double.onnx", {"latents": ((1,), (2,), (4,))}, library)
    output = double.run({"latents": np.array([1.5, 2.0], np.float32)})
    assert output.dtype == np.float32
    assert output.tolist() == [3.0, 4.0]


def test_shape_outside_of_the_profile_names_the_range(unet: TensorRtSession) -> None:
    words = r"unet\.onnx: encoder_hidden_states must have a shape from \(1, 77, 32\) to \(4, 154, 32\).*\(1, 231, 32\)"
    with pytest.raises(GenerationError, match=words):
        unet.run(unet_inputs(1, windows=3))
    with pytest.raises(GenerationError, match=r"sample must have a shape from .* got \(5, 4, 12, 8\)"):
        unet.run(unet_inputs(5))
    assert unet.run(unet_inputs(4)).shape == (4, 4, 12, 8)
    with pytest.raises(ValueError, match=r"x must have a shape from \(1, 2\) to \(3, 4\), .*; got \(2,\)"):
        check_shape("x", (2,), ((1, 2), (1, 2), (3, 4)))


def test_memory_that_ran_out_is_the_request_s_error_and_less_fits_again(
    unet: TensorRtSession, device: HostDevice
) -> None:
    expected = unet.run(unet_inputs(1))
    device.capacity = sum(device.sizes()) + 100
    with pytest.raises(OutOfMemoryError, match=r"unet\.onnx ran out of memory: CUDA error 2 in cudaMalloc"):
        unet.run(unet_inputs(4, windows=2))
    np.testing.assert_array_equal(unet.run(unet_inputs(1)), expected)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("IExecutionContext::enqueueV3: Error Code 2: OutOfMemory (no further information)", OutOfMemoryError),
        ("Error Code 1: Cuda Runtime (cudaError 719: unspecified launch failure)", DeviceLostError),
        ("Error Code 3: API Usage Error", GenerationError),
    ],
)
def test_what_tensorrt_logs_becomes_the_error(
    unet: TensorRtSession, library: Library, message: str, kind: type, caplog: pytest.LogCaptureFixture
) -> None:
    expected = unet.run(unet_inputs(2))
    library.fails = message
    with caplog.at_level(logging.ERROR), pytest.raises(GenerationError, match=r"it was not started: ") as failure:
        unet.run(unet_inputs(2))
    assert type(failure.value) is kind
    assert message in caplog.text
    library.fails = ""
    np.testing.assert_array_equal(unet.run(unet_inputs(2)), expected)


def test_lost_device_is_told_apart(unet: TensorRtSession, device: HostDevice) -> None:
    device.lost = True
    with pytest.raises(DeviceLostError, match=r"unet\.onnx lost its device: CUDA error 700"):
        unet.run(unet_inputs(1))


def test_memory_is_given_back_with_the_session(
    unet: TensorRtSession, bundle: Path, library: Library, device: HostDevice
) -> None:
    decoder = load(bundle / VAE_DECODER_FILE, profile(bundle, VAE_DECODER_FILE), library)
    decoder.run({"latents": np.zeros((1, 4, 12, 8), np.float32)})
    assert len(device.sizes()) == 3  # the input, the output, the activations
    del decoder
    assert device.sizes() == []


def test_engine_that_does_not_load_is_one_line(bundle: Path, library: Library, device: HostDevice) -> None:
    library.fails = "Error Code 1: Serialization\nassertion failed"
    with pytest.raises(ProviderError, match=r"cannot run unet\.onnx: its engine was not loaded: Error Code 1: .*"):
        load(bundle / UNET_FILE, profile(bundle, UNET_FILE), library)


@pytest.mark.skipif(has_gpu(), reason="this machine has an NVIDIA GPU")
def test_the_real_runtime_says_why_it_cannot(tmp_path: Path, device: HostDevice) -> None:
    pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is for Linux x86-64 alone")
    real, runtime = find_library("tensorrt-rtx"), runtime_of("tensorrt-rtx")
    (tmp_path / "unet.engine").write_bytes(bytes(4096))
    with pytest.raises(ProviderError, match=r"cannot run unet\.engine: its engine was not loaded: .*") as refusal:
        TensorRtSession(tmp_path / "unet.engine", {}, library=real.module, log=real.log, runtime=runtime, device=device)
    assert len(str(refusal.value).splitlines()) == 1
    assert "no reason given" not in str(refusal.value)
