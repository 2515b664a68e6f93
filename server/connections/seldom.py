"""A warning that may have cause a thousand times a second and is written once a minute."""

import logging
import time


class Seldom:
    """Writes the first of a minute; the next one that is written says how many were left out."""

    def __init__(self, logger: logging.Logger, seconds: float = 60.0) -> None:
        self._logger = logger
        self._seconds = seconds
        self._next = 0.0
        self._left_out = 0

    def warn(self, message: str, *arguments: object) -> None:
        now = time.monotonic()
        if now < self._next:
            self._left_out += 1
            return
        suffix = f" (and {self._left_out} times since this was last said)" if self._left_out else ""
        self._next, self._left_out = now + self._seconds, 0
        self._logger.warning("%s%s", message % arguments, suffix)
