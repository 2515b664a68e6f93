"""What one fetch, and all of them together, may take."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """Bounds that hold whatever a server does.

    Attributes:
        size_bytes: Of one picture.
        seconds: Of one attempt with all its redirects, from the first byte sent to the last one read.
        attempts: How often a picture is asked for where the server or the way to it fails.
        redirects: Followed for one picture.
        at_once: Fetches under way.
        at_once_per_host: Of these to one host.
        longest_wait_seconds: Between two attempts, whatever Retry-After says.
    """

    size_bytes: int = 30_000_000
    seconds: float = 60.0
    attempts: int = 3
    redirects: int = 5
    at_once: int = 16
    at_once_per_host: int = 2
    longest_wait_seconds: float = 60.0

    def __post_init__(self) -> None:
        for name in ("size_bytes", "seconds", "attempts", "at_once", "at_once_per_host"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")
        if self.redirects < 0 or not 0 <= self.longest_wait_seconds < math.inf:
            raise ValueError("redirects and longest_wait_seconds must not be negative")
