"""TensorRT's log lines as ours, and how its objects are made without waiting for ever.

It knows the module it is given, tensorrt or tensorrt_rtx, only by the names that both have.
"""

import gc
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

logger = logging.getLogger(__name__)

KEPT_ERRORS = 4


def messages(library: Any) -> Any:
    """An ILogger that writes to our log; `errors` are the latest ones of the calling thread.

    TensorRT's functions return a sign of failure at most, and the reason goes to the log.
    """
    severities = library.Logger
    levels = {
        severities.INTERNAL_ERROR: logging.ERROR,
        severities.ERROR: logging.ERROR,
        severities.WARNING: logging.WARNING,
    }

    class Messages(library.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            library.ILogger.__init__(self)
            self._local = threading.local()

        @property
        def errors(self) -> deque[str]:
            if not hasattr(self._local, "errors"):
                self._local.errors = deque(maxlen=KEPT_ERRORS)
            found: deque[str] = self._local.errors
            return found

        def log(self, severity: Any, message: str) -> None:
            level = levels.get(severity, logging.DEBUG)
            if level == logging.ERROR:
                self.errors.append(message)
            logger.log(level, "%s", message)

    return Messages()


def made(kind: Callable[[Any], Any], log: Any) -> Any:
    """A Builder or Runtime.

    TensorRT may log while it makes one, and holds a lock then that ending another one needs. If Python's collector ran
    in the logger and found one, the thread would wait for itself.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return kind(log)
    finally:
        if collects:
            gc.enable()
