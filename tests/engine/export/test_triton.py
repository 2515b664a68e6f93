"""The model repository: config.pbtxt as Triton itself reads it, weights verified, whole or not at all."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from engine.bundle.manifest import load_bundle
from engine.bundle.tensorrt_engines import new_engine_set, read_engine_set
from engine.errors import BundleError
from engine.export.triton import IMAGE, PROFILES, ModelConfig, adapter_source, write_repository

ROOT = Path(__file__).resolve().parents[3]


def parsed(config: ModelConfig) -> Any:
    return text_format.Parse(config.text(), model_config_pb2.ModelConfig())


def test_committed_config_is_the_generated_one() -> None:
    committed = (ROOT / "model_repo/cosmicman/config.pbtxt").read_text(encoding="utf-8")
    assert committed == ModelConfig(profile=PROFILES["cpu"]).text(), "write it again: engine.export.triton.ModelConfig"


@pytest.mark.parametrize("name", ["cpu", "cuda", "tensorrt"])
def test_config_is_one_triton_reads(name: str) -> None:
    config = parsed(ModelConfig(profile=PROFILES[name], instances=2))
    assert config.backend == "python"
    assert config.model_transaction_policy.decoupled
    assert config.max_batch_size == 0
    assert [(each.name, list(each.dims)) for each in config.input] == [("request", [-1])]
    assert [(each.name, list(each.dims)) for each in config.output] == [("event", [-1]), ("image", [-1])]
    (group,) = config.instance_group
    assert group.count == 2
    kinds = model_config_pb2.ModelInstanceGroup
    assert group.kind == (kinds.KIND_CPU if name == "cpu" else kinds.KIND_GPU)
    assert float(config.parameters["request_timeout_seconds"].string_value) == 600
    assert config.parameters["profile"].string_value == name


def test_gpus_and_settings_are_written() -> None:
    config = parsed(ModelConfig(profile=PROFILES["cuda"], gpus=(0, 3), engine={"max_waiting": 5}))
    assert list(config.instance_group[0].gpus) == [0, 3]
    assert json.loads(config.parameters["engine"].string_value)["max_waiting"] == 5


def test_odd_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="instances must be at least 1; got 0"):
        ModelConfig(profile=PROFILES["cpu"], instances=0)
    with pytest.raises(ValueError, match="profile cpu uses no GPU; got gpus 0, 1"):
        ModelConfig(profile=PROFILES["cpu"], gpus=(0, 1))
    with pytest.raises(ValueError, match="request_timeout_seconds must be more than 0; got 0"):
        ModelConfig(profile=PROFILES["cpu"], request_timeout_seconds=0)


@pytest.mark.parametrize("link", [False, True])
def test_repository_holds_config_adapter_and_verified_weights(bundle: Path, tmp_path: Path, link: bool) -> None:
    out = tmp_path / "models"
    config = ModelConfig(profile=PROFILES["cpu"])
    for _ in range(2):  # the second replaces the first
        found = write_repository(bundle, out, config, link=link)
    assert found.sha256 == load_bundle(bundle).sha256
    assert (out / "cosmicman/config.pbtxt").read_text(encoding="utf-8") == config.text()
    assert (out / "cosmicman/1/model.py").read_bytes() == adapter_source()
    assert (out / "cosmicman/1/bundle").is_symlink() == link
    assert [path.name for path in out.iterdir()] == ["cosmicman"]


@pytest.fixture
def engines(bundle: Path, tmp_path: Path) -> Path:
    """A folder of engines by its manifest; nothing runs them here."""
    out = tmp_path / "built"
    with new_engine_set(out) as work:
        (work.path / "unet.engine").write_bytes(b"an engine")
        facts = {"library": "tensorrt-rtx", "library_version": "1.7", "target": "sm89"}
        work.finish(**facts, bundle_sha256=load_bundle(bundle).sha256, profiles={})
    return out


@pytest.mark.parametrize("link", [False, True])
def test_engines_lie_beside_the_bundle(bundle: Path, engines: Path, tmp_path: Path, link: bool) -> None:
    out, config = tmp_path / "models", ModelConfig(profile=PROFILES["tensorrt"])
    write_repository(bundle, out, config, engines=engines, link=link)
    assert read_engine_set(out / "cosmicman/1/engines").target == "sm89"
    assert (out / "cosmicman/1/engines").is_symlink() == link


def test_engines_that_do_not_fit_leave_no_repository(
    bundle: Path, sdxl_bundle: Path, engines: Path, tmp_path: Path
) -> None:
    out, config = tmp_path / "models", ModelConfig(profile=PROFILES["tensorrt"])
    with pytest.raises(BundleError, match="built from bundle"):
        write_repository(sdxl_bundle, out, config, engines=engines)
    (engines / "unet.engine").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"unet\.engine: damaged"):
        write_repository(bundle, out, config, engines=engines)
    with pytest.raises(ValueError, match="engines are run by profile tensorrt; got cpu"):
        write_repository(bundle, out, ModelConfig(profile=PROFILES["cpu"]), engines=engines)
    assert not out.exists()


def test_damaged_bundle_leaves_the_old_repository(bundle: Path, tmp_path: Path) -> None:
    out, damaged = tmp_path / "models", tmp_path / "damaged"
    write_repository(bundle, out, ModelConfig(profile=PROFILES["cpu"]))
    shutil.copytree(bundle, damaged)
    (damaged / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BundleError, match=r"tokenizer\.json: damaged"):
        write_repository(damaged, out, ModelConfig(profile=PROFILES["cpu"]))
    load_bundle(out / "cosmicman/1/bundle")
    with pytest.raises(BundleError, match="missing"):
        write_repository(tmp_path / "nothing", tmp_path / "other", ModelConfig(profile=PROFILES["cpu"]))
    assert not (tmp_path / "other").exists()


def test_image_is_a_release_with_the_fixes() -> None:
    release = IMAGE.rpartition(":")[2].partition("-")[0]
    assert tuple(map(int, release.split("."))) >= (26, 7)
