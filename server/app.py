"""Puts the gateway together: `create_app(settings, engine)`.

The application owns the engine while it runs: starting it starts the engine, ending it ends every request.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from difflib import get_close_matches

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from engine import __version__
from engine.description import Parser
from server.backend import EngineBackend
from server.gateway import Gateway
from server.http import problems
from server.http.problems import ProblemError, shown
from server.metrics import Metrics
from server.middleware.body_limit import BodyLimitMiddleware
from server.middleware.last_resort import LastResortMiddleware
from server.middleware.observe import ObserveMiddleware
from server.middleware.request_id import RequestIdMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.openapi import document as openapi
from server.routes.docs import docs_route
from server.routes.studio import studio_routes
from server.settings import Settings

logger = logging.getLogger(__name__)


def create_app(settings: Settings, engine: EngineBackend) -> FastAPI:
    """An ASGI application that answers with `engine`, which it starts and ends itself."""
    gateway = Gateway(settings=settings, engine=engine, parser=Parser(), metrics=Metrics(engine))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with engine:
            logger.info("serving %s %s", engine.model.name, engine.model.version)
            yield

    app = FastAPI(
        title=openapi.TITLE,
        version=__version__,
        lifespan=lifespan,
        middleware=_middleware(gateway),
        exception_handlers={ProblemError: _problem, HTTPException: _http_problem},
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.gateway = gateway
    _add_routes(app)
    return app


def _middleware(gateway: Gateway) -> list[Middleware]:
    """Outermost first: every answer has an id, is counted and carries the security headers, refusals included."""
    settings = gateway.settings
    return [
        Middleware(RequestIdMiddleware),
        Middleware(ObserveMiddleware, metrics=gateway.metrics),
        Middleware(SecurityHeadersMiddleware),
        Middleware(LastResortMiddleware),
        Middleware(
            BodyLimitMiddleware,
            max_body_bytes=settings.max_body_bytes,
            larger={"/generate": settings.max_image_body_bytes},
            timeout_seconds=settings.body_timeout_seconds,
        ),
    ]


def _add_routes(app: FastAPI) -> None:
    document, text = openapi.document(), openapi.text()

    async def openapi_json(request: Request) -> Response:
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-cache"})

    app.openapi = lambda: document  # type: ignore[method-assign]
    for router in openapi.ROUTERS:
        app.include_router(router)
    app.router.routes.append(Route("/openapi.json", openapi_json, methods=["GET"], include_in_schema=False))
    app.router.routes.append(docs_route(document))
    app.router.routes.extend(studio_routes())


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problems.response(error, request.scope)


async def _http_problem(request: Request, error: Exception) -> Response:
    """What routing refuses (404, 405), in the gateway's own shape."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == problems.METHOD_NOT_ALLOWED.status:
        allowed = headers.get("Allow", headers.get("allow", ""))
        detail = f"The method must be {allowed}; got {shown(request.method)}."
        refusal = ProblemError(problems.METHOD_NOT_ALLOWED, detail, headers=headers)
    else:
        assert error.status_code == problems.NOT_FOUND.status, error
        refusal = ProblemError(problems.NOT_FOUND, _no_such_path(request))
    return problems.response(refusal, request.scope)


def _no_such_path(request: Request) -> str:
    known = [path for path in openapi.document()["paths"]]
    close = get_close_matches(request.url.path[:100], known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known paths are {', '.join(known)}."
    return f"No such path: {shown(request.url.path)}; {hint}"
