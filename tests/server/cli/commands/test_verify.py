"""`cosmicman verify`: whole and the one that was meant, or one line that says what is wrong."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.bundle.manifest import load_bundle


@pytest.fixture
def repository(cosmicman: Any, bundle: Path, tmp_path: Path) -> Path:
    assert cosmicman("model-repo", "--bundle", bundle, "--out", tmp_path / "models").status == 0
    return tmp_path / "models"


def test_bundle_and_repository_around_it_have_one_sha256(cosmicman: Any, bundle: Path, repository: Path) -> None:
    sha256 = load_bundle(bundle).sha256
    for folder in (bundle, repository):
        outcome = cosmicman("verify", folder, "--sha256", sha256)
        assert (outcome.status, outcome.out, outcome.err) == (0, f"tiny {sha256}\n", "")


def test_another_bundle_than_the_expected_one_is_refused(cosmicman: Any, bundle: Path) -> None:
    outcome = cosmicman("verify", bundle, "--sha256", "0" * 64)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"its sha256 is {load_bundle(bundle).sha256}, expected {'0' * 64}" in outcome.err


def test_one_changed_byte_in_a_repository_is_found(cosmicman: Any, repository: Path) -> None:
    weights = repository / "cosmicman/1/bundle/unet.onnx"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    outcome = cosmicman("verify", repository)
    assert (outcome.status, len(outcome.err.splitlines())) == (2, 1)
    assert "unet.onnx: damaged: its sha256 is" in outcome.err


def test_wrong_arguments_are_one_line(cosmicman: Any, bundle: Path, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, words in (
        ((bundle, "--sha256", "abc"), "expected 64 hexadecimal digits in lower case, got 'abc'"),
        ((repository, "--engines", tmp_path), "a model repository holds its engines"),
        ((bundle, "--engines", tmp_path), "engines.json: missing"),
        ((tmp_path / "empty",), "manifest.json: missing"),
    ):
        outcome = cosmicman("verify", *arguments)
        assert (outcome.status, outcome.out, len(outcome.err.splitlines())) == (2, "", 1), arguments
        assert words in outcome.err


def test_engines_of_a_repository_are_verified_too(cosmicman: Any, repository: Path) -> None:
    shutil.copytree(repository / "cosmicman/1/bundle", repository / "cosmicman/1/engines")
    outcome = cosmicman("verify", repository)
    assert (outcome.status, outcome.out) == (2, "")
    assert "engines.json: missing" in outcome.err
