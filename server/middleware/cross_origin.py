"""Lets pages of named origins ask from a browser (CORS); refusals carry its headers too, so that a page can read why.

There is no `*`: without keys any page that its user opens could draw here. Credentials are never allowed: a key is
sent by the page itself, and nothing here reads cookies.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http import problems
from server.http.problems import ProblemError, shown

METHODS = ("GET", "HEAD", "POST", "DELETE")
#: What a page may read of an answer beside what browsers always show.
ANSWER_HEADERS = (
    "Content-Disposition",
    "Idempotent-Replayed",
    "Location",
    "Retry-After",
    "Server-Timing",
    "WWW-Authenticate",
    "X-Image-Index",
    "X-Original-Request-Id",
    "X-Request-Id",
    "X-Seed",
)


class CrossOriginMiddleware(CORSMiddleware):
    """Starlette's, with a problem in the place of its plain text."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=("*",),
            expose_headers=ANSWER_HEADERS,
            allow_private_network=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope.get("method") == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers:
            answer = self.preflight_response(request_headers=headers)
            if answer.status_code >= 400:
                answer = self._refusal(headers, scope)
            await answer(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def _refusal(self, headers: Headers, scope: Scope) -> Response:
        if self.is_allowed_origin(headers["origin"]):
            detail = f"A page may use {', '.join(METHODS)}; got {shown(headers['access-control-request-method'])}."
        else:
            detail = (
                f"The Origin must be {', '.join(self.allow_origins)}; got {shown(headers['origin'])}. "
                "The server's operator may allow more: COSMICMAN_CORS_ORIGINS."
            )
        return problems.response(ProblemError(problems.ORIGIN_NOT_ALLOWED, detail, headers={"Vary": "Origin"}), scope)
