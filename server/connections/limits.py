"""How many connections the server keeps and how long each may take: the operator's numbers, and what the system allows.

Nothing here acts on them.
"""

import logging
import os
import resource
from dataclasses import dataclass, replace
from typing import Self

from server.settings import Settings

logger = logging.getLogger(__name__)

#: Descriptors kept for files, the engine, and connections over the limit that are told so.
RESERVED_DESCRIPTORS = 64
#: However few descriptors there are, some connections must be tried.
LEAST_CONNECTIONS = 4


@dataclass(frozen=True, kw_only=True)
class ConnectionLimits:
    """One number for each thing that a client could otherwise hold for ever."""

    max_connections: int
    first_byte_seconds: float
    header_seconds: float
    body_seconds: float
    idle_seconds: float
    send_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            max_connections=settings.max_connections,
            first_byte_seconds=settings.first_byte_timeout_seconds,
            header_seconds=settings.header_timeout_seconds,
            body_seconds=settings.body_timeout_seconds,
            idle_seconds=settings.idle_timeout_seconds,
            send_seconds=settings.send_timeout_seconds,
        )

    def that_fit(self) -> Self:
        """The same with no more connections than this process has descriptors for."""
        allowed = descriptors_allowed()
        if allowed is None:
            return self
        fit = max(LEAST_CONNECTIONS, allowed - descriptors_open() - RESERVED_DESCRIPTORS)
        if fit >= self.max_connections:
            return self
        logger.warning(
            "max_connections is %d instead of %d: this process may open %d descriptors (ulimit -n)",
            fit,
            self.max_connections,
            allowed,
        )
        return replace(self, max_connections=fit)


def descriptors_allowed() -> int | None:
    """None where the system sets no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def descriptors_open() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            return len(os.listdir(folder))
    return 0
