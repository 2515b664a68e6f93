"""Features whose packages an installation may lack: what is asked for and cannot be done is said at the start."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs(extra: str, purpose: str) -> Iterator[None]:
    """Wraps imports of packages that come with an extra.

    Raises:
        ValueError: One is missing; it says how to install them.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("engine", "server"):
            raise
        raise ValueError(
            f"{purpose} needs {package}, which is not installed; install the extra {extra}, "
            f"in a checkout with: python -m pip install --constraint constraints.txt --editable '.[{extra}]'"
        ) from error
