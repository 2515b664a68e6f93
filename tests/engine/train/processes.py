"""Starts processes of a training from a clean one: a copy of a worker of tests, with all its threads, may crash."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from server.triton.ports import held_port

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["accelerate", "diffusers", "torch", "transformers"])  # once a worker, not a process


def exit_code(target: Callable[..., None], *arguments: Any) -> int | None:
    """Runs `target` in a process of its own; minus the number of the signal that ended it, if one did."""
    process = _CONTEXT.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def two(target: Callable[..., None], *arguments: Any) -> None:
    """Runs `target(*arguments)` in two processes of one gloo group and asserts that both end well."""
    with held_port() as port:
        work = [_CONTEXT.Process(target=_ranked, args=(rank, port, target, arguments)) for rank in range(2)]
        for process in work:
            process.start()
        for process in work:
            process.join()
    assert [process.exitcode for process in work] == [0, 0]


def until_one_ends(target: Callable[..., None], *arguments: Any, stop: bool = True) -> list[int | None]:
    """As `two`, but one may end badly, and the other is then told to `stop`, as a launcher does; both exit codes."""
    with held_port() as port:
        work = [_CONTEXT.Process(target=_ranked, args=(rank, port, target, arguments)) for rank in range(2)]
        for process in work:
            process.start()
        wait([process.sentinel for process in work])
        for process in work:
            if stop and process.exitcode is None and any(other.exitcode for other in work):
                process.terminate()
            process.join()
    return [process.exitcode for process in work]


def _ranked(rank: int, port: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
    group = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": 1}  # what a launcher sets
    os.environ.update({name: str(value) for name, value in (place | group).items()})
    import torch
    from accelerate.state import AcceleratorState

    torch.set_num_threads(1)
    AcceleratorState._reset_state(reset_partial_state=True)
    target(rank, *arguments)
