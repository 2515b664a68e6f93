"""Logs and counts every answer: method, path, status, time and size; never a query string, header or body."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.route_table import RouteTable
from server.observability.metrics import Metrics

logger = logging.getLogger(__name__)

#: What probes and scrapers fetch all day; logged at debug.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
MAX_PATH = 200
#: Nobody was left to answer; the number that nginx gave it.
CLIENT_GONE = 499


class ObserveMiddleware:
    def __init__(self, app: ASGIApp, metrics: Metrics, routes: RouteTable) -> None:
        self.app = app
        self.metrics = metrics
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status, size_bytes = CLIENT_GONE, 0

        async def send_and_note(message: Message) -> None:
            nonlocal status, size_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            seconds = time.perf_counter() - began
            route = self.routes.name_of(scope)
            self.metrics.answered(scope["method"], route, status, seconds)
            path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")[:MAX_PATH]
            logger.log(
                logging.DEBUG if route in QUIET else logging.INFO,
                "%s %s %d %.1f ms %d bytes id=%s",
                scope["method"][:16],
                path,
                status,
                1000 * seconds,
                size_bytes,
                scope["state"]["request_id"],
            )
