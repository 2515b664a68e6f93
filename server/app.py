"""Puts the gateway together: `create_app(settings, engine)`.

The application owns the engine while it runs: starting it starts the engine, ending it ends every request.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from difflib import get_close_matches
from functools import cache

from fastapi import FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engine import __version__
from engine.description import Parser
from server.auth.authentication import AuthenticationMiddleware
from server.auth.ending import KeyEndMiddleware
from server.auth.keyring import Keyring
from server.auth.start import keyring_of
from server.backend import EngineBackend
from server.credentials.start import start_signing
from server.gateway import Gateway, Sign
from server.http import problems
from server.http.problems import ProblemError, shown
from server.http.route_table import RouteTable, route_path
from server.jobs.service import Jobs
from server.limits.places import Places
from server.limits.rate_limit import RateLimitMiddleware
from server.limits.rates import Rates
from server.middleware.allowed_hosts import PROBES, AllowedHostsMiddleware
from server.middleware.body_limit import BodyLimitMiddleware
from server.middleware.connection_limit import ConnectionLimitMiddleware
from server.middleware.cross_origin import CrossOriginMiddleware
from server.middleware.draining import DrainingMiddleware
from server.middleware.head import HeadMiddleware
from server.middleware.last_resort import LastResortMiddleware
from server.middleware.observe import ObserveMiddleware
from server.middleware.request_id import RequestIdMiddleware
from server.middleware.root_path import RootPathMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.observability.metrics import Metrics
from server.observability.watch import Watch
from server.openapi import document as openapi
from server.reader.reader import Reader
from server.replay.middleware import ReplayMiddleware
from server.replay.replays import Replays
from server.routes.docs import docs_route
from server.routes.status import OPERATORS_PATHS
from server.routes.studio import studio_routes
from server.settings import Settings
from server.tracing.start import Tracing, start_tracing

logger = logging.getLogger(__name__)

#: For the last traces to be sent at the end, once every request is over.
TRACES_SECONDS = 5.0

# By default FastAPI records requests and the messages of errors for whatever OpenTelemetry is set up in the process.
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


#: Their bodies may hold a picture, or latents.
WITH_PICTURES = (
    "/generate",
    "/denoise",
    "/jobs",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/images/variations",
)


def create_app(
    settings: Settings, engine: EngineBackend, keyring: Keyring | None = None, sign: Sign | None = None
) -> FastAPI:
    """An ASGI application that answers with `engine`, which it starts and ends itself.

    Args:
        settings: What the operator chose.
        engine: Makes the pictures.
        keyring: Whom it answers; None means what the settings say.
        sign: What `signing` gave, where that was asked before; None asks it now.

    Raises:
        NoKeysError: The settings need keys, and there are none.
        KeysFileError: They name keys that cannot be read.
        ValueError: What the settings want of signatures or traces cannot be done.
    """
    keyring = keyring_of(settings) if keyring is None else keyring
    metrics = Metrics(engine, [kind.slug for kind in problems.KINDS])
    watch = Watch(engine, metrics)
    gateway = Gateway(
        settings=settings,
        engine=engine,
        parser=Parser(),
        metrics=metrics,
        keyring=keyring,
        places=Places(keyring.concurrent),
        watch=watch,
        sign=signing(settings) if sign is None else sign,
        reader=None if settings.second_reader is None else Reader(settings.second_reader),
    )
    rates = Rates(settings.redis, redis_seconds=settings.redis_timeout_seconds)
    replays = Replays(settings, metrics)
    jobs = Jobs(gateway)
    traces = None if settings.traces is None else start_tracing(settings.traces, settings.trace_share, metrics.spans)
    pages = _pages(settings.root_path)
    table = RouteTable([*(route for router in openapi.ROUTERS for route in router.routes), *pages])

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with keyring.watched(), rates.kept(), engine, replays, watch.watching(), jobs.running():
                logger.info("serving %s %s", engine.model.name, engine.model.version)
                yield
        finally:
            if traces is not None:
                await traces.close(min(TRACES_SECONDS, settings.shutdown_timeout_seconds))

    app = FastAPI(
        title=openapi.TITLE,
        version=__version__,
        lifespan=lifespan,
        middleware=_middleware(gateway, table, rates, replays, traces, [page.path for page in pages]),
        exception_handlers={ProblemError: _problem, HTTPException: _http_problem},
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.gateway = gateway
    app.state.routes = table
    app.state.jobs = jobs
    for router in openapi.ROUTERS:
        app.include_router(router)
    app.router.routes.extend(pages)
    app.openapi = lambda: openapi.document(settings.root_path)  # type: ignore[method-assign]
    return app


def signing(settings: Settings) -> Sign | None:
    """What signs pictures.

    Raises:
        ValueError: It cannot be done as the settings want it.
    """
    return start_signing(
        settings.content_credentials, settings.credentials_key, settings.credentials_certificate, settings.state
    )


def _middleware(
    gateway: Gateway, table: RouteTable, rates: Rates, replays: Replays, traces: Tracing | None, pages: list[str]
) -> list[Middleware]:
    """Outermost first: every answer has an id, is counted and carries the security headers, refusals included.

    Who asks and how often is looked at before a body is read.
    """
    settings = gateway.settings
    cross_origin = [Middleware(CrossOriginMiddleware, origins=settings.cors_origins)] if settings.cors_origins else []
    free = {*pages, *PROBES, *(OPERATORS_PATHS if settings.open_metrics else ())}
    return [
        Middleware(RootPathMiddleware, root_path=settings.root_path),
        Middleware(RequestIdMiddleware),
        *([] if traces is None else [traces.middleware(table)]),
        Middleware(ObserveMiddleware, metrics=gateway.metrics, routes=table),
        Middleware(SecurityHeadersMiddleware),
        Middleware(DrainingMiddleware, draining=gateway.draining),
        *cross_origin,
        Middleware(LastResortMiddleware),
        Middleware(ConnectionLimitMiddleware),
        Middleware(AllowedHostsMiddleware, bound=settings.host, others=settings.allowed_hosts),
        Middleware(AuthenticationMiddleware, keyring=gateway.keyring, free=free),
        Middleware(RateLimitMiddleware, rates=rates, amount=gateway.requests_per_minute, routes=table),
        Middleware(
            BodyLimitMiddleware,
            max_body_bytes=settings.max_body_bytes,
            larger=dict.fromkeys(WITH_PICTURES, settings.max_image_body_bytes),
            timeout_seconds=settings.body_timeout_seconds,
        ),
        Middleware(HeadMiddleware, routes=table),
        Middleware(
            ReplayMiddleware,
            replays=replays,
            metrics=gateway.metrics,
            keep_alive_seconds=settings.keep_alive_seconds,
        ),
        Middleware(KeyEndMiddleware),
    ]


@cache
def _pages(root_path: str) -> tuple[Route, ...]:
    """What people and programs read about the interface, and the studio."""
    text = openapi.text(root_path)

    async def openapi_json(request: Request) -> Response:
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-cache"})

    return (
        Route("/openapi.json", openapi_json, methods=["GET"], include_in_schema=False),
        docs_route(openapi.document(root_path)),
        *studio_routes(),
    )


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problems.response(error, request.scope)


async def _http_problem(request: Request, error: Exception) -> Response:
    """What routing refuses (404, 405), in the gateway's own shape."""
    assert isinstance(error, HTTPException)
    if error.status_code == problems.METHOD_NOT_ALLOWED.status:
        refusal = _wrong_method(request, request.app.state.routes.methods_of(request.scope))
    elif not route_path(request.scope):
        return RedirectResponse(f"{request.scope['root_path']}/", headers={"Cache-Control": "no-store"})
    else:
        assert error.status_code == problems.NOT_FOUND.status, error
        refusal = ProblemError(problems.NOT_FOUND, _no_such_path(route_path(request.scope)))
    return problems.response(refusal, request.scope)


def _wrong_method(request: Request, methods: frozenset[str]) -> ProblemError:
    allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    return ProblemError(
        problems.METHOD_NOT_ALLOWED,
        f"The method must be {allowed.replace(', ', ' or ')}; got {shown(request.method)}.",
        headers={"Allow": allowed},
    )


def _no_such_path(path: str) -> str:
    known = list(openapi.document()["paths"])
    close = get_close_matches(path[:100], known, n=1)
    hint = f"did you mean {close[0]}?" if close else "GET /docs lists those that there are."
    return f"No such path: {shown(path)}; {hint}"
