"""`cosmicman model-repo`: a repository on disk, or one line that says what is wrong."""

import shutil
from pathlib import Path
from typing import Any

from engine.bundle.manifest import load_bundle


def test_repository_is_written_and_its_path_printed(cosmicman: Any, bundle: Path, tmp_path: Path) -> None:
    out = tmp_path / "models"
    outcome = cosmicman("model-repo", "--bundle", bundle, "--profile", "cuda", "--gpus", "0,1", "--out", out)
    assert (outcome.status, outcome.out) == (0, f"{out}\n")
    assert "files verified, profile cuda" in outcome.err
    assert "gpus: 1" in (out / "cosmicman/config.pbtxt").read_text(encoding="utf-8")
    assert load_bundle(out / "cosmicman/1/bundle").sha256 == load_bundle(bundle).sha256


def test_damaged_weights_are_one_line(cosmicman: Any, bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "damaged")
    (tmp_path / "damaged/unet.onnx").unlink()
    outcome = cosmicman("model-repo", "--bundle", tmp_path / "damaged", "--out", tmp_path / "models")
    assert outcome.status == 2
    assert len(outcome.err.splitlines()) == 1
    assert "unet.onnx: missing" in outcome.err


def test_wrong_arguments_are_one_line(cosmicman: Any, bundle: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("--gpus", "0"), "profile cpu uses no GPU"),
        (("--gpus", "a"), "expected GPU ids between commas"),
        (("--profile", "tpu"), "invalid choice: 'tpu'"),
        (("--engines", tmp_path), "engines are run by profile tensorrt; got cpu"),
        (("--profile", "tensorrt", "--engines", tmp_path), "engines.json: missing"),
        (("--num-threads", "100000"), "num_threads must be from 1"),
    ):
        outcome = cosmicman("model-repo", "--bundle", bundle, "--out", tmp_path / "models", *arguments)
        assert outcome.status == 2
        assert len(outcome.err.splitlines()) == 1
        assert words in outcome.err
    assert not (tmp_path / "models").exists()
