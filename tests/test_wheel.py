"""The wheel holds all that an installation needs: unpacked alone in a folder, it draws from another one.

.ci/wheel does the same with pip and a fresh environment; this needs no network.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COSMICMAN_")}
    environment = {**kept, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_committed_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout: what is committed cannot be listed")
    packages = ["engine", "server", "model_repo"]
    listing = subprocess.run(["git", "ls-files", "-z", *packages], cwd=ROOT, capture_output=True, text=True, check=True)
    committed = {name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        assert committed - set(archive.namelist()) == set()


def test_default_paths_are_those_of_the_installation(installed: Path, tmp_path: Path) -> None:
    code = "from server.settings import Settings; from server.shipped import shipped_model as s\n"
    code += "print(Settings().bundle, s('judge'), sep='\\n')"
    paths = [Path(line) for line in run(installed, tmp_path, "-c", code).splitlines()]
    assert all(installed in path.parents for path in paths), paths
    assert [(path / name).is_file() for path, name in zip(paths, ("manifest.json", "judge.json"), strict=True)] == [
        True
    ] * 2


def test_it_draws_with_the_bundled_model(installed: Path, tmp_path: Path) -> None:
    arguments = ("generate", "a woman in a red dress", "--out", "one.png", "--steps", "4", "--num-threads", "1")
    assert run(installed, tmp_path, "-m", "server.cli", *arguments) == "one.png\n"
    with Image.open(tmp_path / "one.png") as picture:
        picture.load()


def test_it_writes_a_model_repository(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, "-m", "server.cli", "model-repo", "--out", "repository") == "repository\n"
    assert (tmp_path / "repository" / "cosmicman" / "1" / "model.py").is_file()


def test_wheel_is_named_after_the_one_version(wheel: Path) -> None:
    from engine import __version__

    assert wheel.name == f"cosmicman_serve-{__version__}-py3-none-any.whl"
