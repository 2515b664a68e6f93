"""Tells those who came when all connections were in use that they were; the server closes their connection after it.

Only the probe of life is answered: a server that is full lives, and restarting it would help nobody.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from server.http import problems
from server.http.problems import ProblemError
from server.http.route_table import route_path

#: In the state of a request's scope: there were too many connections when its own came.
OVER_LIMIT_STATE = "over_limit"
ANSWERED = frozenset({"/healthz", "/metrics"})
RETRY_SECONDS = 5


class ConnectionLimitMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        over = scope["type"] == "http" and scope.get("state", {}).get(OVER_LIMIT_STATE, False)
        if over and route_path(scope) not in ANSWERED:
            await problems.response(_refusal(), scope)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _refusal() -> ProblemError:
    return ProblemError(
        problems.TOO_MANY_CONNECTIONS,
        "All connections that the server keeps have a request under way.",
        headers={"Retry-After": str(RETRY_SECONDS), "Connection": "close"},
    )
