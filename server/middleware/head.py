"""Answers HEAD wherever GET is answered: the same status and headers, and no body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.route_table import RouteTable


class HeadMiddleware:
    """The application sees a GET; whoever counts or logs outside of this sees what was asked."""

    def __init__(self, app: ASGIApp, routes: RouteTable) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not self.routes.takes(scope, "GET"):
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)
