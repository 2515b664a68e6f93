"""Logs and counts every answer: method, path, status, time and size; never a query string, header or body."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.problems import PROBLEM_STATE, noted
from server.http.route_table import RouteTable
from server.observability.metrics import Metrics

logger = logging.getLogger(__name__)

#: What probes, scrapers and open pages fetch all day; logged at debug, and not traced.
QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/statusz"})
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
        self.metrics.begun()
        scope["state"][PROBLEM_STATE] = []
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
            problem = noted(scope)
            self.metrics.answered(scope["method"], route, status, seconds, problem)
            fields = {
                "method": scope["method"][:16],
                "path": scope.get("raw_path", b"").decode("ascii", "backslashreplace")[:MAX_PATH],
                "route": route,
                "status": status,
                "seconds": round(seconds, 6),
                "size_bytes": size_bytes,
                **({"problem": problem} if problem else {}),
            }
            logger.log(
                logging.DEBUG if route in QUIET else logging.INFO,
                "%(method)s %(path)s %(status)d %(milliseconds).1f ms %(size_bytes)d bytes",
                fields | {"milliseconds": 1000 * seconds},
                extra=fields,
            )
