"""The labelling page's application: its files, the next question, answers, and pictures for one who labels.

The gateway's habits hold: only known hosts are answered, nothing is loaded from elsewhere, every refusal is a problem,
and no log holds an answer or a picture. It does not know the ledger.
"""

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.http import problems
from server.http.json_body import BodyT, read_body
from server.http.problems import ProblemError, shown
from server.labelling.desk import GoneError, LabellingDesk, NotKeptError, Task
from server.middleware.allowed_hosts import AllowedHostsMiddleware
from server.middleware.body_limit import BodyLimitMiddleware
from server.middleware.last_resort import LastResortMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.routes.studio import studio_routes
from server.schemas.labelling import TakenBack, Told

PAGE = Path(__file__).resolve().parent / "page"
MAX_BODY_BYTES = 4096
BODY_SECONDS = 10.0
_NO_STORE = {"Cache-Control": "no-store"}

T = TypeVar("T")


def create_labelling_app(desk: LabellingDesk, host: str = "127.0.0.1") -> Starlette:
    """The application of one desk, for a server that listens on `host`."""
    page = _Page(desk)
    return Starlette(
        routes=[
            *studio_routes(PAGE),
            Route("/question", page.question, methods=["GET"]),
            Route("/left", page.left, methods=["GET"]),
            Route("/answer", page.answer, methods=["POST"]),
            Route("/undo", page.undo, methods=["POST"]),
            Route("/pictures/{picture}", page.picture, methods=["GET"]),
            Route("/pictures/{picture}/regions/{region}", page.shade, methods=["GET"]),
        ],
        middleware=[
            Middleware(SecurityHeadersMiddleware),
            Middleware(LastResortMiddleware),
            Middleware(AllowedHostsMiddleware, host),
            Middleware(BodyLimitMiddleware, MAX_BODY_BYTES, BODY_SECONDS),
        ],
        exception_handlers={ProblemError: _problem, HTTPException: _http_problem},
    )


class _Page:
    """The routes of one desk, which is asked by one thread at a time."""

    def __init__(self, desk: LabellingDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()

    async def question(self, request: Request) -> Response:
        annotator = request.query_params.get("annotator", "")
        if not 0 < len(annotator) <= 60:
            raise problems.of_mistakes(
                {"annotator": [f"annotator must be a name of 1 to 60 characters; got {shown(annotator)}"]}
            )
        return _told(await self._ask(lambda: self._desk.next(annotator)))

    async def left(self, request: Request) -> Response:
        return JSONResponse(asdict(await self._ask(self._desk.left)), headers=_NO_STORE)

    async def answer(self, request: Request) -> Response:
        told = await _body(request, Told)

        def keep() -> Task | None:
            self._desk.answer(told.picture, told.attribute, told.value, told.annotator, told.seconds)
            return self._desk.next(told.annotator)

        return _told(await self._ask(keep))

    async def undo(self, request: Request) -> Response:
        told = await _body(request, TakenBack)
        return _told(await self._ask(lambda: self._desk.undo(told.annotator)))

    async def picture(self, request: Request) -> Response:
        picture = request.path_params["picture"]
        return _png(await self._ask(lambda: self._desk.picture(picture)))

    async def shade(self, request: Request) -> Response:
        picture, region = request.path_params["picture"], request.path_params["region"]
        return _png(await self._ask(lambda: self._desk.shade(picture, region)))

    async def _ask(self, work: Callable[[], T]) -> T:
        def alone() -> T:
            with self._lock:
                return work()

        try:
            return await run_in_threadpool(alone)
        except KeyError as error:
            raise ProblemError(problems.NOT_FOUND, "No question is about this picture and region.") from error
        except GoneError as error:
            raise ProblemError(problems.NOT_FOUND, "The picture was taken down; nothing is asked about it.") from error
        except ValueError as error:
            raise ProblemError(problems.INVALID_REQUEST, str(error)) from error
        except NotKeptError as error:
            raise ProblemError(problems.STORAGE_FULL, str(error)) from error


async def _body(request: Request, schema: type[BodyT]) -> BodyT:
    """The body, from a page of this server alone: other sites' pages say where they come from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ProblemError(problems.ORIGIN_NOT_ALLOWED, f"The Origin must be this server's own; got {shown(origin)}.")
    reading = await read_body(request, schema, MAX_BODY_BYTES)
    if reading.body is None:
        raise problems.of_mistakes(reading.mistakes, unsaid=reading.unsaid)
    return reading.body


def _told(task: Task | None) -> Response:
    if task is None:
        return Response(status_code=204, headers=_NO_STORE)
    return JSONResponse(asdict(task), headers=_NO_STORE)


def _png(data: bytes) -> Response:
    return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=600"})


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problems.response(error, request.scope)


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = problems.METHOD_NOT_ALLOWED if error.status_code == 405 else problems.NOT_FOUND
    refusal = ProblemError(
        kind, f"{request.method} {shown(request.url.path)} is none of this page's.", headers=dict(error.headers or {})
    )
    return problems.response(refusal, request.scope)
