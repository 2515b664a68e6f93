"""Engines are held against bundle, library, machine and settings; on a GPU they give ONNX Runtime's numbers."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundle.manifest import TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE, load_bundle
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings
from engine.errors import BundleError, ProviderError
from engine.sessions.onnx.session import OnnxSessions
from engine.sessions.tensorrt import TensorRtSessions
from tests.engine.sessions.tensorrt.stand_ins import has_gpu

pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is for Linux x86-64 alone")

from engine.export.tensorrt import THIS_GPU, BuildSettings, build_engines  # noqa: E402

LIMITS = {"max_rows": 4, "max_windows": 2}


@pytest.fixture(scope="module")
def engines(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model's: for this machine's GPU, or where there is none for a kind that is not here."""
    out = tmp_path_factory.mktemp("engines") / "tiny"
    build_engines(load_bundle(bundle), out, BuildSettings(target=THIS_GPU if has_gpu() else "sm89", **LIMITS))
    return out


@pytest.fixture
def copy(engines: Path, tmp_path: Path) -> Path:
    shutil.copytree(engines, tmp_path / "engines")
    return tmp_path / "engines"


def settings(engines: Path, provider: str = "tensorrt", **limits: int) -> EngineSettings:
    sessions = SessionSettings(provider=provider, engines=engines)
    return EngineSettings(num_threads=1, sessions=sessions, **(LIMITS | limits))


def edit(engines: Path, **changes: Any) -> None:
    file = engines / "engines.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.skipif(has_gpu(), reason="this machine has an NVIDIA GPU")
@pytest.mark.parametrize("provider", ["auto", "tensorrt", "tensorrt-rtx"])
def test_whole_engines_on_a_machine_without_a_gpu_are_refused_in_one_line(
    engines: Path, bundle: Path, provider: str
) -> None:
    with pytest.raises(ProviderError, match=r"TensorRT engines need an NVIDIA GPU, and there is none: ") as refusal:
        Engine.load(bundle, settings(engines, provider))
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"max_rows": 8}, r"unet\.engine: sample must have a shape from \(1, 4, 8, 8\) to .*; got \(8, .*--max-rows 8"),
        ({"max_windows": 3}, r"encoder_hidden_states must have .* \(4, 154, 32\), .* got \(4, 231, 32\).*-windows 3"),
    ],
)
def test_engines_narrower_than_the_settings_are_refused(
    engines: Path, bundle: Path, limits: dict[str, int], words: str
) -> None:
    with pytest.raises(ProviderError, match=words) as refusal:
        TensorRtSessions(load_bundle(bundle), settings(engines, **limits))
    assert "build the engines again with --max-rows" in str(refusal.value)


def test_missing_library_is_named(copy: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verified = load_bundle(bundle)
    edit(copy, library="tensorrt")
    monkeypatch.setitem(sys.modules, "tensorrt", None)
    with pytest.raises(ProviderError, match="built by tensorrt, which is not installed"):
        TensorRtSessions(verified, settings(copy))
    with pytest.raises(ProviderError, match="built by tensorrt, which provider tensorrt-rtx is not"):
        TensorRtSessions(verified, settings(copy, "tensorrt-rtx"))
    edit(copy, library="another")
    with pytest.raises(ProviderError, match="engines run by tensorrt or tensorrt-rtx; these were built by 'another'"):
        TensorRtSessions(verified, settings(copy))


def test_what_is_no_folder_of_engines_is_named(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"engines\.json: missing; is it a folder written by `cosmicman export"):
        TensorRtSessions(load_bundle(bundle), settings(tmp_path))


@pytest.mark.parametrize("provider", ["cpu", "cuda", "torch"])
def test_engines_need_a_provider_that_runs_them(provider: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"engines are run by provider auto, tensorrt, tensorrt-rtx; got {provider}"):
        SessionSettings(provider=provider, engines=tmp_path)


@pytest.mark.gpu
def test_engines_of_another_version_bundle_or_gpu_are_refused(copy: Path, bundle: Path) -> None:
    verified = load_bundle(bundle)
    for changes, words in (
        ({"library_version": "0.1"}, r"built by tensorrt\S* 0\.1, and this is tensorrt"),
        ({"target": "sm10"}, "built for sm10, and this is sm"),
    ):
        edit(copy, **changes)
        with pytest.raises(BundleError, match=words):
            TensorRtSessions(verified, settings(copy))
    with pytest.raises(BundleError, match="built from bundle"):
        TensorRtSessions(replace(verified, sha256="0" * 64), settings(copy))


@pytest.mark.gpu
def test_engines_give_what_onnx_runtime_gives(engines: Path, bundle: Path) -> None:
    verified = load_bundle(bundle)
    ours = TensorRtSessions(verified, settings(engines))
    twins = OnnxSessions(verified, EngineSettings(sessions=SessionSettings(provider="cpu")))
    numbers = np.random.default_rng(0)
    tokens = {"input_ids": np.arange(77, dtype=np.int64)[None]}
    latents = {"latents": numbers.normal(size=(1, 4, 12, 8)).astype(np.float32)}
    for file, inputs in ((TEXT_ENCODER_FILE, tokens), (VAE_DECODER_FILE, latents)):
        np.testing.assert_allclose(ours.load(file).run(inputs), twins.load(file).run(inputs), atol=1e-2)
    unet, twin = ours.load(UNET_FILE), twins.load(UNET_FILE)
    for rows, windows in ((2, 1), (1, 1), (4, 2), (1, 1)):
        inputs = {
            "sample": numbers.normal(size=(rows, 4, 12, 8)).astype(np.float32),
            "timesteps": np.linspace(1, 999, rows).astype(np.float32),
            "encoder_hidden_states": numbers.normal(size=(rows, 77 * windows, 32)).astype(np.float32),
        }
        np.testing.assert_allclose(unet.run(inputs), twin.run(inputs), atol=1e-2)


@pytest.mark.gpu
async def test_pictures_come_out_of_engines(engines: Path, bundle: Path) -> None:
    engine = Engine.load(bundle, settings(engines))
    async with engine:
        request = GenerationRequest(description=parse("a woman in a red dress"), seed=1, steps=4)
        events = [event async for event in engine.generate(request)]
    assert any(isinstance(event, ImageReady) for event in events)
