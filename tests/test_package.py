"""The frame itself: what is declared in pyproject.toml is what is installed and pinned."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from engine import __version__

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None, requirement
    return canonical(match.group())


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonical(name): version for name, version in pairs}


DECLARED = sorted(
    {
        requirement_name(requirement)
        for requirements in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
        for requirement in requirements
    }
)


@pytest.mark.parametrize("name", DECLARED)
def test_every_declared_dependency_is_pinned(name: str) -> None:
    assert name in pins(), f"{name} is declared in pyproject.toml but not pinned in constraints.txt: run make lock"


def test_pins_are_public_versions_that_resolve_on_any_machine() -> None:
    for name, version in pins().items():
        assert re.fullmatch(r"[0-9][0-9A-Za-z.]*", version), f"{name}=={version} is no plain public version"


def test_installed_versions_are_the_pinned_ones() -> None:
    pinned = pins()
    installed = {canonical(dist.metadata["Name"]): dist.version.partition("+")[0] for dist in metadata.distributions()}
    different = {
        name: (installed[name], pinned[name])
        for name in installed.keys() & pinned.keys()
        if installed[name] != pinned[name]
    }
    assert not different, f"installed and pinned versions differ: {different}; run make test, or make lock to move pins"


def test_extras_are_the_documented_ones() -> None:
    assert set(PROJECT["optional-dependencies"]) == {
        "train",
        "annotate",
        "ray",
        "boards",
        "triton",
        "tensorrt",
        "openvino",
        "tracing",
        "credentials",
        "test",
    }


def test_version_stands_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "engine/__init__.py"
    literal = f'"{__version__}"'
    sources = [path for package in ("engine", "server", "model_repo") for path in (ROOT / package).rglob("*.py")]
    found = [str(path.relative_to(ROOT)) for path in sources if literal in path.read_text(encoding="utf-8")]
    assert found == ["engine/__init__.py"]
    assert json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["info"]["version"] == __version__


def test_documents_install_from_no_index_that_is_not_ours() -> None:
    """A name on a public index may be anybody's; what is built here is installed as a file or a folder."""
    documents = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "models").rglob("*.md")]
    by_name = re.compile(r"pip3? (?:install|download) [^\n`]*(?<![\w./-])cosmicman(?:-serve|-client)?(?![\w/-])")
    found = [f"{path.relative_to(ROOT)}: {match.group()}" for path in documents if path.is_file()
             for match in by_name.finditer(path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


def test_typed_packages_say_so() -> None:
    assert (ROOT / "engine" / "py.typed").is_file()
    assert (ROOT / "server" / "py.typed").is_file()
