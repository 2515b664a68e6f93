"""Latents made on a Ray cluster: each worker encodes whole shards of the cache, which all machines see.

It knows workers and shards; it does not know what is in one.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL

from engine.spread.ray_cluster import Actor, actors, cluster
from engine.train.data.latent_cache import SHARD_SIZE, encode, shards_of
from engine.train.data.samples import Folder
from engine.train.data.unreadable import Unreadable, outcome
from engine.train.recipe.data import DataConfig, RayConfig

logger = logging.getLogger(__name__)

ACTORS = "cosmicman-latents"  # names of actors begin so
_ATTEMPTS = 3  # at a shard whose worker dies


def require_ray(config: DataConfig) -> None:
    """Raise ValueError where a recipe asks for Ray and it is not installed: before training starts, not after it."""
    if config.ray and importlib.util.find_spec("ray") is None:
        raise ValueError("data.ray needs the ray package; install the extra ray, or leave it null")


def encode_on_ray(
    folder: Folder,
    vae: AutoencoderKL,
    root: Path,
    config: RayConfig,
    *,
    cell: int,
    table: Path,
    shard_size: int = SHARD_SIZE,
) -> None:
    """The shards that `root` lacks, encoded by the workers of a cluster; `load_cache` finds them then.

    A worker that dies is started again, and takes its shard up from the start. Each counts the samples that it cannot
    read by itself.

    Args:
        folder: The data.
        vae: Encodes.
        root: Folder of caches, the same for all machines.
        config: The cluster.
        cell: Pixels to a cell of region shares.
        table: Where the table of rows is kept, the same for all machines.
        shard_size: Samples of a shard, at most.

    Raises:
        ValueError: A worker cannot read more samples than `data.max_unreadable`, or died over the same shard again and
            again.
        ConnectionError: There is no such cluster.
    """
    shards = shards_of(folder, vae, root, cell=cell, size=shard_size)
    lacking = [number for number, shard in enumerate(shards) if not shard.path.exists()]
    if not lacking:
        return
    import ray

    try:
        with cluster(config.address):
            _encode(lacking, [folder.config, vae.to("cpu"), root, cell, table, shard_size], config)
    except ray.exceptions.RayError as error:
        told = str(error).partition("\n")[0]
        raise ValueError(f"data.ray: a shard of {root} could not be encoded in {_ATTEMPTS} attempts: {told}") from error


def _encode(lacking: Sequence[int], arguments: Sequence[Any], config: RayConfig) -> None:
    import ray
    from ray.util import ActorPool

    shared = [ray.put(argument) for argument in arguments]
    options = {"num_gpus": config.num_gpus, "max_task_retries": _ATTEMPTS - 1}
    pool: Any = ActorPool(actors(Encoder, min(config.workers, len(lacking)), ACTORS, *shared, **options))
    for done, found in enumerate(pool.map_unordered(lambda actor, shard: actor.encode.remote(shard), lacking), 1):
        if isinstance(found, ValueError):
            raise found
        logger.info("%d of %d shards encoded on %s", done, len(lacking), config.address)


class Encoder(Actor):
    """What runs on the cluster."""

    def __init__(
        self, config: DataConfig, vae: AutoencoderKL, root: Path, cell: int, table: Path, shard_size: int
    ) -> None:
        """Look at the data there; the main process has made the table of rows."""
        self._folder = Folder(replace(config, workers=0), table, is_main=False)
        self._shards = shards_of(self._folder, vae, root, cell=cell, size=shard_size)
        self._vae, self._cell = vae.to("cuda" if torch.cuda.is_available() else "cpu").eval(), cell
        self._unreadable = Unreadable(config.max_unreadable)

    def encode(self, number: int) -> ValueError | None:
        """Make a whole shard, unless it is there; what is wrong with the data comes back as it would be raised."""
        shard = self._shards[number]
        if shard.path.exists():
            return None
        found: ValueError | None = outcome(lambda: encode(self._folder, shard, self._vae, self._cell, self._unreadable))
        return found
