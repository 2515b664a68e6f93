"""Worker threads that step aside for the thread that answers clients, where both want the same cores.

On Linux each thread has a niceness of its own, and the threads that it starts inherit it (setpriority(2), "C library/
kernel differences"). Elsewhere it belongs to the whole process, and nothing is done.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

MOST = 19


def step_aside(niceness: int) -> None:
    """Gives the calling thread, and those that it starts, a niceness; 0 leaves it as it is."""
    if niceness and sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(MOST, os.getpriority(os.PRIO_PROCESS, thread) + niceness))


def worker_pool(size: int, name: str, niceness: int) -> ThreadPoolExecutor:
    """Threads with a niceness."""
    return ThreadPoolExecutor(size, thread_name_prefix=name, initializer=step_aside, initargs=(niceness,))


def called_aside(function: Callable[[], Result], niceness: int) -> Result:
    """What a function returns, called in a thread with a niceness that all threads which it starts have, too."""
    with worker_pool(1, "loading", niceness) as pool:
        return pool.submit(function).result()
