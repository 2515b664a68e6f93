"""What is left out of a pool or of a data set, and why: one error for all stages, which count by its reason."""

from __future__ import annotations


class Refused(ValueError):
    """A picture, or a line that names one, that is left out.

    Attributes:
        reason: A short name to count by, such as ``too_small``.
    """

    def __init__(self, reason: str, message: str) -> None:
        """Keeps the reason beside a message that says what was expected and what came."""
        super().__init__(message)
        self.reason = reason
