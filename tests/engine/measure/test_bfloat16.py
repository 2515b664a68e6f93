"""What a precision costs is measured on whole pictures, and kept with the bundle."""

from pathlib import Path

import pytest

from engine.bundle.manifest import load_bundle
from engine.engine import SessionSettings
from engine.errors import ProviderError
from engine.measure import bfloat16
from engine.measure.bfloat16 import FLOAT32, MOST_PSNR, add_bfloat16_psnr, psnr
from engine.sessions.openvino.library import computes_bfloat16, installed

pytestmark = pytest.mark.skipif(not installed(), reason="the openvino extra is not installed")
ONNX = SessionSettings(provider="cpu")


def test_two_runtimes_in_float32_draw_the_same_pictures_but_for_rounding(bundle: Path) -> None:
    assert psnr(bundle, ONNX, ONNX, steps=1) == MOST_PSNR
    assert psnr(bundle, FLOAT32, ONNX, steps=2) > 50


def test_what_was_measured_is_in_the_manifest(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bfloat16, "psnr", lambda *_: 41.236)
    out = tmp_path / "measured"
    assert add_bfloat16_psnr(bundle, out).bfloat16_psnr == 41.24
    loaded = load_bundle(out).manifest
    assert (loaded.bfloat16_psnr, loaded.files) == (41.24, load_bundle(bundle).manifest.files)


def test_a_processor_without_it_is_refused_before_anything_is_drawn(bundle: Path, tmp_path: Path) -> None:
    if computes_bfloat16():
        assert (add_bfloat16_psnr(bundle, tmp_path / "out").bfloat16_psnr or 0) > 20
        return
    with pytest.raises(ProviderError, match="bfloat16 needs a processor that computes it natively"):
        add_bfloat16_psnr(bundle, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
