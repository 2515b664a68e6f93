"""A Ray cluster fills the cache as the training's own processes would, though a worker is killed in the middle."""

import logging
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from engine.train.data.latent_cache import load_cache
from engine.train.data.samples import Folder
from engine.train.recipe.data import RayConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.latents_on_ray import ACTORS, encode_on_ray
from engine.train.stages.vae import build_vae

ray = pytest.importorskip("ray", reason="the extra ray is not installed")

CLUSTER = RayConfig(address="auto", workers=2)
CELL, SHARD_SIZE = 4, 5


@pytest.fixture
def vae(recipe: Recipe) -> AutoencoderKL:
    torch.manual_seed(0)
    return build_vae(recipe.vae, 24).eval()


class _Killer(logging.Handler):
    """Kills a worker when the first shard is done, and keeps what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        if len(self.told) == 1:
            names = [name for name in ray.util.list_named_actors() if name.startswith(ACTORS)]
            os.kill(ray.get(ray.get_actor(names[0]).process_id.remote()), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.usefixtures("ray_cluster")
def test_workers_of_a_cluster_make_what_one_process_makes(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = Folder(recipe.data, tmp_path)
    expected = load_cache(folder, vae, tmp_path / "here", cell=CELL, shard_size=SHARD_SIZE)
    killer, logger = _Killer(), logging.getLogger("engine.train.stages.latents_on_ray")
    logger.addHandler(killer)
    caplog.set_level(logging.INFO, logger.name)
    encode_on_ray(folder, vae, tmp_path / "ray", CLUSTER, cell=CELL, table=tmp_path, shard_size=SHARD_SIZE)
    logger.removeHandler(killer)
    assert "8 of 8 shards encoded on auto" in killer.told[-1]
    found = load_cache(folder, vae, tmp_path / "ray", cell=CELL, shard_size=SHARD_SIZE, encodes=False)
    for one, other in zip(expected, found, strict=True):
        assert np.array_equal(one.samples, other.samples) and np.array_equal(one.regions[:], other.regions[:])
        np.testing.assert_allclose(one.latents[:], other.latents[:], atol=2e-3)
    assert not list((tmp_path / "ray").rglob(".*"))


@pytest.mark.slow
@pytest.mark.usefixtures("ray_cluster")
def test_a_damaged_picture_is_named_and_its_shard_is_not_there(
    recipe: Recipe, vae: AutoencoderKL, tmp_path: Path
) -> None:
    shutil.copytree(recipe.data.folder, tmp_path / "data")
    folder = Folder(replace(recipe.data, folder=tmp_path / "data"), tmp_path)
    broken = folder.samples[2].picture.file
    broken.write_bytes(b"no picture")
    with pytest.raises(
        ValueError, match=rf"{broken} cannot be read: its 10 bytes are no picture \(1 unreadable sample"
    ):
        encode_on_ray(folder, vae, tmp_path / "ray", CLUSTER, cell=CELL, table=tmp_path, shard_size=40)
    assert not list((tmp_path / "ray").rglob("*16x24*"))


def test_a_cluster_of_no_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="workers must be at least 1 and num_gpus at least 0, got 0 and 0.0"):
        RayConfig(workers=0)
