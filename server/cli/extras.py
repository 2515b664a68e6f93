"""Imports that only some installations can do.

It knows which packages are ours and how an extra is installed; it does not know what a command does with them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from server.cli.errors import MissingExtraError

OURS = ("engine", "server")


@contextmanager
def needs_extra(extra: str) -> Iterator[None]:
    """Wraps imports that need an extra, and tells how to install it where it is missing."""
    # transformers reports on import which image back ends it found; a command's output is for its own words.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in OURS:
            raise
        raise MissingExtraError(
            f"this command needs {package}, which serving does without; install the extra {extra}, "
            f"in a checkout with: python -m pip install --constraint constraints.txt --editable '.[{extra}]'"
        ) from error
