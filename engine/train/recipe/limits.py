"""Limits that settings of several sections share, each refused with the setting's name."""

from __future__ import annotations

from typing import Any


def check_positive(config: Any, *names: str) -> None:
    """Raise ValueError unless each of these settings is more than 0."""
    for name in names:
        if not getattr(config, name) > 0:
            raise ValueError(f"{name} must be more than 0, got {getattr(config, name)!r}")


def check_fraction(config: Any, *names: str) -> None:
    """Raise ValueError unless each of these settings lies between 0 and 1."""
    for name in names:
        if not 0 <= getattr(config, name) <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {getattr(config, name)!r}")
