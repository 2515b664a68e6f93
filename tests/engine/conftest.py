"""Tests that run for both families of the tiny models, and those that run on a Ray cluster."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.once import locked, shared_base


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(family: str, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    """The checkpoint of the family."""
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[family]


@pytest.fixture(scope="module")
def ray_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ray, with a cluster of two cores; one at a time, since two on a machine are found by each other's tests."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    with (
        locked(shared_base(tmp_path_factory) / "ray.lock", wait=True),
        # The path of a socket of Ray's must be short.
        tempfile.TemporaryDirectory(dir="/tmp", prefix="ray-", ignore_cleanup_errors=True) as folder,  # noqa: S108
    ):
        told = {"include_dashboard": False, "log_to_driver": False, "configure_logging": False}
        ray.init(num_cpus=2, _temp_dir=folder, **told)
        yield ray
        ray.shutdown()
