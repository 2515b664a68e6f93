"""What may only suggest: a model whose answers people see beside a question, and which never become labels.

Apparent age and gender are such: what a network makes of a face is no fact about a person.
"""

from __future__ import annotations

from typing import Protocol

from engine.annotate.machine.annotator import Asked, Replies


class Suggester(Protocol):
    """A model that suggests."""

    @property
    def name(self) -> str:
        """What suggests, with its version."""
        ...

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of what it suggests answers to."""
        ...

    def suggest(self, asked: Asked) -> Replies:
        """Answers about one picture, each with its chance; none where it sees nothing to go by."""
        ...
