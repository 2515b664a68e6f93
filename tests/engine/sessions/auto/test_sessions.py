"""`auto` measures once, says why, and stays with what it chose."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundle.manifest import Bundle, load_bundle
from engine.engine import EngineSettings, SessionSettings
from engine.sessions.auto import sessions as module
from engine.sessions.auto import sessions_for
from engine.sessions.onnx.session import OnnxSessions
from engine.sessions.openvino import OpenVinoSessions
from engine.sessions.openvino.library import installed
from engine.sessions.runtime import onnxruntime

pytestmark = [
    pytest.mark.skipif(not installed(), reason="the openvino extra is not installed"),
    pytest.mark.skipif("CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="CUDA is here"),
]


@pytest.fixture
def verified(bundle: Path) -> Bundle:
    return load_bundle(bundle)


def settings(folder: Path | None, **sessions: object) -> EngineSettings:
    return EngineSettings(
        num_threads=1,
        sessions=SessionSettings(openvino_cache=folder, **sessions),  # type: ignore[arg-type]
    )


def test_without_a_folder_to_remember_it_in_nothing_is_measured(verified: Bundle) -> None:
    assert isinstance(sessions_for(verified, settings(None)), OnnxSessions)


def test_a_measurement_decides_once(verified: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger=module.__name__)
    first = sessions_for(verified, settings(tmp_path))
    assert caplog.records[-1].getMessage().startswith(f"auto takes {first.provider}: 2 rows of the usual size take ")
    assert len(list(tmp_path.glob("choice-*.json"))) == 1
    again = sessions_for(verified, settings(tmp_path))
    assert again.provider == first.provider
    assert "as it was measured before: 2 rows of the usual size take " in caplog.records[-1].getMessage()


@pytest.mark.parametrize(("gain", "kind"), [(1.05, OnnxSessions), (1.5, OpenVinoSessions)])
def test_a_gain_within_the_noise_changes_nothing(
    verified: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gain: float, kind: type
) -> None:
    monkeypatch.setattr(module, "_measured", lambda *_: {"cpu": gain, "openvino": 1.0})
    assert isinstance(sessions_for(verified, settings(tmp_path)), kind)
    monkeypatch.setattr(module, "_measured", lambda *_: {"cpu": 1.5 / gain, "openvino": 1.0})
    assert isinstance(sessions_for(verified, settings(tmp_path)), kind), "the choice flipped"
    other = replace(settings(tmp_path), num_threads=None)
    assert module.physical_cores() == 1 or isinstance(sessions_for(verified, other), OnnxSessions | OpenVinoSessions)


def test_a_choice_that_cannot_be_read_is_measured_again(
    verified: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_measured", lambda *_: {"cpu": 2.0, "openvino": 1.0})
    sessions_for(verified, settings(tmp_path))
    [path] = tmp_path.glob("choice-*.json")
    path.write_text('{"provider": "gpu", "reason": ""}')
    assert isinstance(sessions_for(verified, settings(tmp_path)), OpenVinoSessions)
    assert f"{path} cannot be read, and the runtimes are measured again: " in caplog.text


def test_a_folder_that_cannot_be_written_leaves_onnx_runtime(
    verified: Bundle, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert isinstance(sessions_for(verified, settings(tmp_path / "file")), OnnxSessions)
    assert "auto takes ONNX Runtime: openvino_cache " in caplog.text
