"""Turns any exception nobody expected into a 500 problem; the traceback goes to the log, not to the client."""

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http import problems

logger = logging.getLogger(__name__)


class LastResortMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception:  # past this handler there is only the server's plain-text 500
            if scope["type"] != "http" or started:
                raise
            logger.exception("unexpected error in request")
            await problems.response(problems.internal_error(), scope)(scope, receive, send)
