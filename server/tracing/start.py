"""Traces as the settings want them, which is none unless an endpoint is named."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.middleware import Middleware

from server.http.route_table import RouteTable
from server.optional import needs

if TYPE_CHECKING:
    from server.tracing.export import Provider


class Tracing:
    """The provider of spans and the middleware that uses it."""

    def __init__(self, provider: "Provider", middleware: Callable[[RouteTable], Middleware]) -> None:
        self.middleware = middleware
        self.close = provider.close


def start_tracing(endpoint: str, share: float, counted: Callable[[str, int], None]) -> Tracing:
    """Starts the thread that sends.

    Args:
        endpoint: Of the collector; without a path its usual one is meant.
        share: Of requests whose caller does not say.
        counted: Told what became of spans.

    Raises:
        ValueError: The packages are not installed.
    """
    with needs("tracing", "COSMICMAN_TRACES"):
        from server.tracing.export import Provider
        from server.tracing.middleware import TraceMiddleware
    provider = Provider(_address(endpoint), share, counted)
    return Tracing(provider, lambda routes: Middleware(TraceMiddleware, provider=provider, routes=routes))


def _address(endpoint: str) -> str:
    bare = urlsplit(endpoint).path in ("", "/")
    return f"{endpoint.rstrip('/')}/v1/traces" if bare else endpoint
