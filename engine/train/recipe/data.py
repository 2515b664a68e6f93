"""The data folder and the sizes trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class RayConfig:
    """A Ray cluster whose workers encode pictures; its machines see all folders under the same paths."""

    address: str = (
        "auto"  # of the cluster: host:port, auto = that which this machine is part of, local = one of its own
    )
    workers: int = 1  # processes, each with an autoencoder of its own
    num_gpus: float = 0.0  # of each worker: 1, or 0.25 where four share one; 0 = CPUs

    def __post_init__(self) -> None:
        if self.workers < 1 or self.num_gpus < 0:
            wrong = f"got {self.workers} and {self.num_gpus}"
            raise ValueError(f"workers must be at least 1 and num_gpus at least 0, {wrong}")


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """A data folder and the sizes trained on."""

    folder: Path
    format: str = "cosmicman"  # cosmicman (label/*.parquet) | webdataset (*.tar) | pictures (NAME.txt beside NAME.jpg)
    sizes: tuple[tuple[int, int], ...] = ((128, 192), (160, 160), (192, 128))  # width, height
    any_size: bool = False  # rows of other sizes are scaled and cropped into the nearest; otherwise they are left out
    mirror: bool = False  # learn from every picture's mirror image too
    max_unreadable: int = 0  # samples whose files may be missing or damaged before the run stops
    limit: int | None = None  # use only the first samples
    posterior: str = "mean"  # of the autoencoder: its mean, the same at every step, or a sample drawn at each
    workers: int = 0  # processes that read files and make batches ahead of the steps; 0 = between the steps
    ray: RayConfig | None = None  # encodes pictures on a cluster; None = the training's own processes do
    cache: Path | None = None  # where latents are kept, for several runs to share; None = cache/ of the output folder

    def __post_init__(self) -> None:
        if self.format not in ("cosmicman", "webdataset", "pictures"):
            raise ValueError(f"format must be cosmicman, webdataset or pictures, got {self.format!r}")
        if self.max_unreadable < 0 or (self.limit is not None and self.limit < 1):
            wrong = f"got {self.max_unreadable} and {self.limit}"
            raise ValueError(f"max_unreadable must be at least 0 and limit at least 1, {wrong}")
        if self.posterior not in ("mean", "sample"):
            raise ValueError(f"posterior must be mean or sample, got {self.posterior!r}")
        if self.workers < 0:
            raise ValueError(f"workers must be at least 0, got {self.workers}")


def check_sizes(sizes: Sequence[tuple[int, int]], step: int) -> None:
    """Whether a model whose smallest cell is `step` pixels wide can take pictures of these sizes.

    Raises:
        ValueError: It cannot.
    """
    for size in sizes:
        if any(side % step or side < step for side in size):
            raise ValueError(f"data.sizes must be multiples of {step} for this vae and unet, got {size}")
