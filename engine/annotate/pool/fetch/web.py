"""The seam to an HTTP client: one GET to one address that was judged, its answer read piece by piece.

Redirects, limits, retries and refusals are not its business; the engine itself has no client.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from engine.annotate.pool.fetch.address import Place


class WebError(OSError):
    """No connection, no certificate for the name, or an answer that is no HTTP, or ends before it said it would."""


class Reply(Protocol):
    """An answer whose body has not been read yet."""

    @property
    def status(self) -> int:
        """HTTP's status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields; any case finds them."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, never decompressed; raises WebError."""


class Web(Protocol):
    """An HTTP client."""

    def get(self, place: Place, address: str, headers: Mapping[str, str]) -> AbstractAsyncContextManager[Reply]:
        """Asks `address` for what `place` names, following no redirect; raises WebError."""
