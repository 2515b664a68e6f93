"""Tests that run for both families of the tiny models."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(family: str, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    """The checkpoint of the family."""
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[family]
