"""Starts processes of a training from a clean one: a copy of a worker of tests, with all its threads, may crash."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from server.triton.ports import held_port
from tests.forking import Popen

#: What comes in is called. The word after it has the process that forks import what a training needs, once.
PROGRAM = "import pickle, sys; target, arguments = pickle.load(sys.stdin.buffer); target(*arguments)", "train"


def _started(target: Callable[..., None], *arguments: Any) -> Popen:
    process = Popen([sys.executable, "-c", *PROGRAM], stdin=subprocess.PIPE)
    assert process.stdin is not None
    with process.stdin as told:
        told.write(pickle.dumps((target, arguments)))
    return process


def exit_code(target: Callable[..., None], *arguments: Any) -> int:
    """Runs `target` in a process of its own; minus the number of the signal that ended it, if one did."""
    return int(_started(target, *arguments).wait())


def two(target: Callable[..., None], *arguments: Any) -> None:
    """Runs `target(*arguments)` in two processes of one gloo group and asserts that both end well."""
    with held_port() as port:
        work = [_started(_ranked, rank, port, target, arguments) for rank in range(2)]
        codes = [process.wait() for process in work]
    assert codes == [0, 0]


def until_one_ends(target: Callable[..., None], *arguments: Any, stop: bool = True) -> list[int]:
    """As `two`, but one may end badly, and the other is then told to `stop`, as a launcher does; both exit codes."""
    with held_port() as port:
        work = [_started(_ranked, rank, port, target, arguments) for rank in range(2)]
        select.select([process.end for process in work], [], [])
        for process in work:
            if stop and process.poll() is None and any(other.poll() for other in work):
                process.terminate()
            process.wait()
    return [process.wait() for process in work]


def _ranked(rank: int, port: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2}
    group = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": 1}  # what a launcher sets
    os.environ.update({name: str(value) for name, value in (place | group).items()})
    import torch
    from accelerate.state import AcceleratorState

    torch.set_num_threads(1)
    AcceleratorState._reset_state(reset_partial_state=True)
    target(rank, *arguments)
