"""TensorRT engines: real ones of the bundled model, built ahead of time without a GPU, and what refuses to load."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.bundle.manifest import FEW_STEPS_FILE, Bundle, load_bundle
from engine.bundle.tensorrt_engines import EngineSet, gpu_architecture, load_engine_set, new_engine_set
from engine.errors import BundleError
from tests.thorough import few_or

ROOT = Path(__file__).resolve().parents[3]
FIGURINE = ROOT / "models" / "figurine-bundle"

tensorrt_rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is for Linux x86-64 alone")

from engine.export.tensorrt import BuildSettings, Range, build_engines, find_library, profile_ranges  # noqa: E402


@pytest.fixture(scope="module")
def figurine() -> Bundle:
    """Without its UNet of few steps, a graph like the other but for numbers, unless all cases are tried."""
    bundle = load_bundle(FIGURINE)
    less = {name: entry for name, entry in bundle.manifest.files.items() if name != FEW_STEPS_FILE}
    return few_or(replace(bundle, manifest=replace(bundle.manifest, files=less, few_steps=None)), bundle)


@pytest.fixture(scope="module")
def built(figurine: Bundle, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, EngineSet]:
    out = tmp_path_factory.mktemp("engines") / "figurine-sm89"
    return out, build_engines(figurine, out, BuildSettings(target="sm89", max_rows=4, max_windows=2))


def load(path: Path, bundle: Bundle, **changes: str) -> EngineSet:
    facts = {"library": "tensorrt-rtx", "library_version": find_library("sm89").version, "architecture": "sm89"}
    return load_engine_set(path, bundle, **(facts | changes))


@pytest.mark.slow
def test_every_graph_becomes_an_engine(built: Any, figurine: Bundle) -> None:
    out, engines = built
    graphs = {name.removesuffix(".onnx") for name in figurine.manifest.files if name.endswith(".onnx")}
    assert {"text_encoder", "unet", "vae_decoder"} <= graphs
    on_the_cpu = {"parser", "control_layout", "control_pose"}
    assert {name.removesuffix(".engine") for name in engines.files} == graphs - on_the_cpu
    assert all((out / name).stat().st_size > 10_000 for name in engines.files)
    assert load(out, figurine) == engines
    assert engines.bundle_sha256 == figurine.sha256


def test_profiles_span_rows_sizes_and_windows(built: Any) -> None:
    _, engines = built
    assert engines.profiles["unet.onnx"] == {
        "sample": ((1, 16, 8, 8), (2, 16, 12, 8), (4, 16, 12, 12)),
        "timesteps": ((1,), (2,), (4,)),
        "encoder_hidden_states": ((1, 77, 128), (2, 77, 128), (4, 154, 128)),
    }
    assert engines.profiles["vae_decoder.onnx"] == {"latents": ((1, 16, 8, 8), (1, 16, 12, 8), (1, 16, 12, 12))}
    assert engines.profiles["text_encoder.onnx"] == {"input_ids": ((1, 77),) * 3}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"library_version": "9.9"}, r"built by tensorrt-rtx [\d.]+, and this is tensorrt-rtx 9\.9"),
        ({"library": "tensorrt"}, "and this is tensorrt "),
        ({"architecture": "sm120"}, "built for sm89, and this is sm120"),
    ],
)
def test_engines_for_something_else_are_refused(built: Any, figurine: Bundle, changes: Any, words: str) -> None:
    out, _ = built
    with pytest.raises(BundleError, match=words) as refusal:
        load(out, figurine, **changes)
    target = changes.get("architecture", "sm89")
    assert f"cosmicman export {figurine.path} --tensorrt --target {target} --out {out}" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_engines_of_another_bundle_are_refused(built: Any, figurine: Bundle) -> None:
    with pytest.raises(BundleError, match="built from bundle"):
        load(built[0], replace(figurine, sha256="0" * 64))


def test_damage_is_found(built: Any, figurine: Bundle, tmp_path: Path) -> None:
    copy = tmp_path / "engines"
    shutil.copytree(built[0], copy)
    (copy / "vae_decoder.engine").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"vae_decoder\.engine: damaged"):
        load(copy, figurine)
    (copy / "vae_decoder.engine").unlink()
    with pytest.raises(BundleError, match=r"vae_decoder\.engine: missing"):
        load(copy, figurine)
    manifest = copy / "engines.json"
    for text, words in (
        ("{", "not JSON"),
        ("{}", "damaged"),
        (json.dumps(json.loads(manifest.read_text(encoding="utf-8")) | {"format_version": 2}), "newer than 1"),
    ):
        manifest.write_text(text, encoding="utf-8")
        with pytest.raises(BundleError, match=words):
            load(copy, figurine)
    with pytest.raises(BundleError, match=r"engines\.json: missing"):
        load(tmp_path, figurine)


def test_failed_build_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "engines"
    out.mkdir()
    (out / "old").touch()
    with pytest.raises(ValueError, match="no"), new_engine_set(out):
        raise ValueError("no")
    assert [path.name for path in tmp_path.iterdir()] == ["engines"]
    assert (out / "old").exists()


def test_graph_that_is_none_is_one_line(figurine: Bundle, tmp_path: Path) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(FIGURINE, copy)
    (copy / "text_encoder.onnx").write_bytes(b"not a graph")
    with pytest.raises(ValueError, match=r"text_encoder\.onnx: TensorRT cannot read it") as refusal:
        build_engines(replace(figurine, path=copy), tmp_path / "out", BuildSettings(target="sm89"))
    assert len(str(refusal.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_targets_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="target must be one of gpu, sm120"):
        find_library("sm1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="target gpu needs an NVIDIA GPU"):
        gpu_architecture()


def test_ranges_rise(figurine: Bundle) -> None:
    with pytest.raises(ValueError, match="must rise"):
        Range(least=3, usual=2, greatest=4)
    with pytest.raises(ValueError, match="max_rows must be at least 1"):
        BuildSettings(max_rows=0)
    free = replace(figurine, manifest=replace(figurine.manifest, sizes=(), side_limits=(128, 256, 32)))
    sample = profile_ranges(free, BuildSettings(), "unet.onnx")["sample"]
    assert (sample[2].least, sample[2].greatest) == (8, 16)
    assert profile_ranges(free, BuildSettings(), "unet.onnx")["text_embeds"][0].greatest == 8
