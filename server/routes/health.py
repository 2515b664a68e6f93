"""Probes and metrics: is the process alive, does it answer now, what has it done."""

from fastapi import APIRouter, Request
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from server.gateway import gateway_of
from server.http import problems
from server.openapi.describe import FULL, NO_KEY, WRONG_HOST, gives, json_of, refuses
from server.schemas.model import HealthAnswer

router = APIRouter()

NO_STORE = {"Cache-Control": "no-store"}


@router.get(
    "/healthz",
    summary="Say that the process lives",
    response_class=Response,
    responses={200: gives("Always, whatever the engine does.", json_of(HealthAnswer, {"status": "ok"}))},
)
async def health() -> Response:
    return Response(HealthAnswer(status="ok").model_dump_json(), media_type="application/json", headers=NO_STORE)


@router.get(
    "/readyz",
    summary="Say whether requests are answered now",
    response_class=Response,
    responses={
        200: gives("The engine answers.", json_of(HealthAnswer, {"status": "ready"})),
        **refuses(
            FULL
            | {
                problems.NOT_READY: (str(problems.not_ready()), None),
                problems.DRAINING: (str(problems.draining()), None),
            }
        ),
    },
)
async def readiness(request: Request) -> Response:
    gateway = gateway_of(request)
    if gateway.draining.is_set():
        raise problems.draining()
    if not gateway.engine.ready:
        raise problems.not_ready()
    return Response(HealthAnswer(status="ready").model_dump_json(), media_type="application/json", headers=NO_STORE)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={
        200: gives("Prometheus or OpenMetrics text.", {"text/plain": {"schema": {"type": "string"}}}),
        **refuses(WRONG_HOST | NO_KEY),
    },
)
async def scrape(request: Request) -> Response:
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    text = encode(gateway_of(request).metrics.registry)
    return Response(text, headers={"Content-Type": content_type, **NO_STORE})
