"""`cosmicman export BUNDLE --preview-map` and `--parser`: a bundle gets one more file, or is told why it cannot."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.bundle.manifest import MANIFEST_FILE, PREVIEW_MAP_FILE, VAE_ENCODER_FILE, load_bundle
from engine.export.group_attention.older_bundle import remove_from_bundle
from engine.sessions.openvino.library import computes_bfloat16, installed


@pytest.fixture
def older(bundle: Path, tmp_path: Path) -> Path:
    """A bundle without a map."""
    copy = tmp_path / "older"
    shutil.copytree(bundle, copy)
    forget(copy, PREVIEW_MAP_FILE)
    return copy


def forget(bundle: Path, file: str) -> None:
    manifest = json.loads((bundle / MANIFEST_FILE).read_text())
    del manifest["files"][file]
    (bundle / MANIFEST_FILE).write_text(json.dumps(manifest))
    (bundle / file).unlink()


def test_older_bundle_gets_a_map_in_its_place(cosmicman: Any, older: Path) -> None:
    outcome = cosmicman("export", str(older), "--preview-map", "--out", str(older))
    assert outcome.status == 0, outcome.err
    assert outcome.out.strip() == str(older)
    assert PREVIEW_MAP_FILE in load_bundle(older).manifest.files


def test_an_older_bundle_gets_attention_in_its_place(
    cosmicman: Any, refused: Any, bundle: Path, tmp_path: Path
) -> None:
    older = tmp_path / "before-attention"
    remove_from_bundle(bundle, older)
    outcome = cosmicman("export", str(older), "--attention", "--out", str(older))
    assert outcome.status == 0, outcome.err
    assert load_bundle(older).manifest.attention_cell == 8
    assert "tells of its attention already" in refused("export", str(older), "--attention", "--out", str(older))
    assert "leave out --tensorrt" in refused("export", str(older), "--attention", "--tensorrt", "--out", str(older))


def test_what_cannot_have_one_is_told_in_a_line(refused: Any, older: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "new")
    assert "missing; is nowhere a bundle" in refused("export", "nowhere", "--preview-map", "--out", out)
    assert "leave out --tensorrt" in refused("export", str(older), "--preview-map", "--tensorrt", "--out", out)
    forget(older, VAE_ENCODER_FILE)
    said = refused("export", str(older), "--preview-map", "--out", out)
    assert "a preview map is fitted with vae_encoder.onnx; it lists none" in said
    assert not (tmp_path / "new").exists()


def test_what_bfloat16_costs_is_measured_where_a_processor_has_it(refused: Any, bundle: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "new")
    measure = ("export", str(bundle), "--measure-bfloat16", "--out", out)
    assert "leave out --tensorrt" in refused(*measure, "--tensorrt")
    assert "ask for one after the other" in refused(*measure, "--preview-map")
    if not installed():
        assert "install the openvino extra" in refused(*measure)
    elif not computes_bfloat16():
        assert "needs a processor that computes it natively" in refused(*measure)
    assert not (tmp_path / "new").exists()


def test_a_parser_goes_from_one_bundle_to_another(cosmicman, refused, bundle: Path, parsing_bundle: Path) -> None:
    outcome = cosmicman("export", str(bundle), "--parser", str(parsing_bundle), "--out", "with")
    assert (outcome.status, outcome.out) == (0, "with\n"), outcome.err
    assert load_bundle(Path("with")).manifest.files == load_bundle(parsing_bundle).manifest.files
    assert "it lists no parser.onnx" in refused("export", str(bundle), "--parser", str(bundle), "--out", "without")
    assert "holds no readable parser" in refused("export", str(bundle), "--parser", "nowhere", "--out", "without")
    assert "--parser changes a bundle" in refused(
        "export", str(bundle), "--parser", str(parsing_bundle), "--tensorrt", "--out", "without"
    )
    assert not Path("without").exists()
