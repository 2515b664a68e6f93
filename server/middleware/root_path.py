"""Lets the application live at a path below a host's root, behind a proxy that shows it there.

Proxies that take the prefix off and proxies that leave it on are both understood.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPathMiddleware:
    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.root_path:
            scope["root_path"] = self.root_path
        await self.app(scope, receive, send)
