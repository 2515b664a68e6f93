"""One line in place of a library's traceback, where another process of the run has ended.

It knows how torch's libraries say so; it does not know why a process ends: its own output says that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch.distributed import DistError

from engine.train.loop import checkpoint

_SAID = ("gloo", "nccl", "connection closed", "connection reset", "connection refused", "broken pipe", "timed out")


@contextmanager
def naming_a_lost_process(stage: str, folder: Path, num_processes: int) -> Iterator[None]:
    """Turn what the libraries raise where a process is gone into an error that says how to go on from `folder`.

    Raises:
        ConnectionError: A process that this one exchanges gradients with has ended, or cannot be reached.
    """
    try:
        yield
    except RuntimeError as error:  # gloo raises no kind of its own
        first = str(error).strip().partition("\n")[0]
        is_lost = isinstance(error, DistError) or any(word in first.lower() for word in _SAID)
        if num_processes < 2 or not is_lost:
            raise
        steps = checkpoint.steps_saved(folder)
        newest = f"--resume goes on from step {max(steps)}" if steps else "no checkpoint was written before"
        raise ConnectionError(f"stage={stage}: another process of the run has ended ({first}); {newest}") from error
