"""Sets this process up for training: what it is among several, its seed, its threads, its arithmetic."""

import os
from datetime import timedelta
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from engine.train.recipe.recipe import Recipe

_WAIT = timedelta(hours=2)  # the main process may write 41 GB, or draw samples


def joins_processes() -> bool:
    """Join the processes that train together, where there are several; return whether this is the main one."""
    return bool(PartialState(**_several()).is_main_process)


def set_up_process(recipe: Recipe) -> None:
    """Seed it, and have it compute as fast as the machine can, with so many threads as the recipe says."""
    torch.manual_seed(recipe.seed)
    torch.set_flush_denormal(True)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    if torch.cuda.is_available():  # products of float32 matrices in TF32, and the fastest convolution of each shape
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True


def _several() -> dict[str, Any]:
    """What accelerate must be told where there are several processes, and takes nowhere else.

    That is how long one waits for another at work, and that CPUs are a group too: asked for a state alone, it takes the
    processes that `accelerate launch --cpu` starts for as many runs of one.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return {}
    on_cpus = parse_flag_from_env("ACCELERATE_USE_CPU") or not torch.accelerator.is_available()
    if on_cpus:
        os.environ["ACCELERATE_USE_CPU"] = "true"  # which its other parts read
    return {"timeout": _WAIT, "cpu": on_cpus}
