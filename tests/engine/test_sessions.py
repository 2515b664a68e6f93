"""A session names the file it cannot load and turns a runtime's failure into the request's error."""

from pathlib import Path

import numpy as np
import pytest

from engine.bundle import TEXT_ENCODER_FILE, UNET_FILE
from engine.errors import BundleError, GenerationError
from engine.sessions import OnnxSession, physical_cores


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


def test_there_is_at_least_one_core() -> None:
    assert physical_cores() >= 1
