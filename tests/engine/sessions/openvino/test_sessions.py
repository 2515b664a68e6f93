"""A bundle in OpenVINO: what it refuses, what it keeps for the next start, what its failures mean."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bundle.manifest import ADAPTED_FILE, TEXT_ENCODER_FILE, UNET_FILE, Manifest, load_bundle
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings
from engine.errors import BundleError, GenerationError, ProviderError
from engine.sessions.openvino import OpenVinoSessions, library
from engine.sessions.openvino.compiler import Compiler
from engine.sessions.openvino.precision import chosen_precision
from engine.sessions.openvino.sessions import digest_of, shapes_that_fit
from tests.engine.bundle.test_manifest import MANIFEST

pytestmark = pytest.mark.skipif(not library.installed(), reason="the openvino extra is not installed")


def settings(**sessions: object) -> EngineSettings:
    return EngineSettings(num_threads=1, sessions=SessionSettings(provider="openvino", **sessions))  # type: ignore[arg-type]


async def picture(bundle: Path, asked: EngineSettings, *, images: int = 1, steps: int = 3) -> bytes:
    async with Engine.load(bundle, asked) as engine:
        request = GenerationRequest(
            description=parse("a woman in a red dress"), seed=3, steps=steps, guidance_scale=2.0, num_images=images
        )
        events = [event async for event in engine.generate(request)]
        assert engine.stats().compiled_shapes >= 3
        assert engine.stats().compiled_bytes > 0
        return next(event.data for event in events if isinstance(event, ImageReady) and event.index == 0)


async def test_a_picture_is_the_same_alone_and_in_company_and_after_a_restart(bundle: Path, tmp_path: Path) -> None:
    kept = settings(cpu_precision="float32", openvino_cache=tmp_path)
    first = await picture(bundle, kept)
    assert any(path.suffix == ".blob" for path in tmp_path.iterdir())
    assert await picture(bundle, kept, images=3) == first
    assert await picture(bundle, settings(cpu_precision="float32")) == first


def test_a_blob_that_openvino_does_not_take_is_compiled_again(
    bundle: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ids = np.full((1, 77), 3, np.int64)
    verified = load_bundle(bundle)
    answer = (
        OpenVinoSessions(verified, settings(openvino_cache=tmp_path)).load(TEXT_ENCODER_FILE).run({"input_ids": ids})
    )
    again = OpenVinoSessions(verified, settings(openvino_cache=tmp_path))
    [path] = tmp_path.glob("*.blob")
    assert again._blobs is not None
    again._blobs.write(path, b"of another OpenVINO, though whole")
    with caplog.at_level(logging.WARNING):
        assert np.array_equal(again.load(TEXT_ENCODER_FILE).run({"input_ids": ids}), answer)
    assert f"{path} is not used and is compiled again: " in caplog.text
    assert len(caplog.records) == 1


def test_a_file_that_is_no_graph_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "unet.onnx"
    path.write_bytes(b"\x08\x07 not a graph")
    with pytest.raises(BundleError, match=r"unet\.onnx: OpenVINO cannot read it: ") as caught:
        Compiler(path, "digest", precision="float32", num_threads=1, blobs=None)
    assert "\n" not in str(caught.value)


def test_a_failing_run_is_the_requests_error(bundle: Path) -> None:
    session = OpenVinoSessions(load_bundle(bundle), settings()).load(TEXT_ENCODER_FILE)
    with pytest.raises(GenerationError, match=r"text_encoder\.onnx failed: ") as caught:
        session.run({"input_ids": np.zeros((1, 78), np.int64)})
    assert "\n" not in str(caught.value)
    assert session.run({"input_ids": np.zeros((1, 77), np.int64)}).shape == (1, 77, 32)


def test_new_shapes_run_in_parts_until_they_are_compiled(bundle: Path) -> None:
    sessions = OpenVinoSessions(load_bundle(bundle), settings())
    unet = sessions.load(UNET_FILE)
    rows = {
        "sample": np.random.default_rng(0).normal(size=(4, 4, 12, 8)).astype(np.float32),
        "timesteps": np.array([999.0, 500.0, 100.0, 1.0], np.float32),
        "encoder_hidden_states": np.random.default_rng(1).normal(size=(4, 77, 32)).astype(np.float32),
    }
    unet.prepare({name: array.shape[1:] for name, array in rows.items()})
    assert sessions.compiled_shapes == 1
    first = unet.run(rows)
    sessions._background.shutdown(wait=True)
    assert sessions.compiled_shapes == 2
    assert np.array_equal(unet.run(rows), first)


def test_bfloat16_is_refused_where_the_processor_has_none(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if library.computes_bfloat16():
        assert OpenVinoSessions(load_bundle(bundle), settings(cpu_precision="bfloat16")).precision == "bfloat16"
        return
    with pytest.raises(ProviderError, match="cpu_precision bfloat16 needs a processor that computes it natively"):
        Engine.load(bundle, settings(cpu_precision="bfloat16"))


@pytest.mark.parametrize(
    ("psnr", "native", "expected"),
    [(None, True, "float32"), (41.0, True, "bfloat16"), (20.0, True, "float32"), (41.0, False, "float32")],
)
def test_auto_takes_bfloat16_where_its_cost_is_known_and_small(psnr: float | None, native: bool, expected: str) -> None:
    manifest: Manifest = replace(MANIFEST, bfloat16_psnr=psnr)
    assert chosen_precision("auto", manifest, native=native) == expected
    assert chosen_precision("float32", manifest, native=native) == "float32"


@pytest.mark.parametrize("provider", ["cpu", "cuda", "torch"])
def test_bfloat16_of_another_provider_is_refused(provider: str) -> None:
    with pytest.raises(
        ValueError, match=f"cpu_precision bfloat16 is computed by provider openvino alone; got provider {provider}"
    ):
        SessionSettings(provider=provider, cpu_precision="bfloat16")


def test_what_is_not_installed_is_named(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "NAME", "no_such_package_is_installed")
    library.library.cache_clear()
    library.core.cache_clear()
    try:
        with pytest.raises(ProviderError, match="not installed: install the openvino extra"):
            OpenVinoSessions(load_bundle(bundle), settings())
    finally:
        library.library.cache_clear()
        library.core.cache_clear()


def test_a_graph_with_its_weights_elsewhere_is_known_by_both_files(adapted_bundle: Path) -> None:
    bundle = load_bundle(adapted_bundle)
    files = bundle.manifest.files
    assert digest_of(bundle, UNET_FILE) == files[UNET_FILE].sha256
    assert digest_of(bundle, ADAPTED_FILE) == f"{files[ADAPTED_FILE].sha256} {files[UNET_FILE].sha256}"


def test_few_shapes_are_held_of_a_large_graph() -> None:
    assert shapes_that_fit(12, 1_000_000) == 12
    assert shapes_that_fit(12, 10**15) == 1
