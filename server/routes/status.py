"""GET /statusz: one server at a glance, as a page for people or as JSON; whoever may read /metrics may read it."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from engine import __version__
from server.gateway import Gateway, gateway_of
from server.http import problems
from server.http.negotiation import choose
from server.http.problems import ProblemError, shown
from server.observability.memory import resident_bytes
from server.openapi import examples
from server.openapi.describe import ANYWHERE, gives, json_of, refuses
from server.routes.status_page import POLICY, render
from server.schemas.status import BucketStatus, CostStatus, StatusAnswer

router = APIRouter()

HTML, JSON = "text/html", "application/json"
#: The page asks again by itself.
REFRESH_SECONDS = 5
#: What operators read and others need not: one access rule for both.
OPERATORS_PATHS = frozenset({"/metrics", "/statusz"})
WRONG_TYPE = 'Accept must allow one of text/html, application/json; got "image/png".'


@router.get(
    "/statusz",
    summary="Show one server at a glance",
    description=(
        "A page for people, which needs no script and asks again every 5 seconds, or the same as JSON under "
        "`Accept: application/json`. Rates and quantiles are of the last 5 minutes at most. No request is quoted."
    ),
    response_class=Response,
    responses={
        200: gives(
            "The server as it is now.",
            {HTML: {"schema": {"type": "string"}}, **json_of(StatusAnswer, examples.STATUS_ANSWER)},
        ),
        **refuses(ANYWHERE | {problems.NOT_ACCEPTABLE: (WRONG_TYPE, None)}),
    },
)
async def status(request: Request) -> Response:
    accept = ",".join(request.headers.getlist("accept"))
    media_type = choose(accept, [HTML, JSON])
    if media_type is None:
        raise ProblemError(problems.NOT_ACCEPTABLE, f"Accept must allow one of {HTML}, {JSON}; got {shown(accept)}.")
    answer = status_of(gateway_of(request))
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if media_type == JSON:
        return Response(answer.model_dump_json(), media_type=JSON, headers=headers)
    headers |= {"Content-Security-Policy": POLICY, "Refresh": str(REFRESH_SECONDS)}
    return HTMLResponse(render(answer), headers=headers)


def status_of(gateway: Gateway) -> StatusAnswer:
    engine, metrics = gateway.engine, gateway.metrics
    stats = engine.stats()
    rates = metrics.recent.rates(stats)
    return StatusAnswer(
        version=__version__,
        model=engine.model.name,
        model_version=engine.model.version,
        state="stopping"
        if gateway.stop.is_set() or gateway.draining.is_set()
        else "ready"
        if engine.ready
        else "not ready",
        uptime_seconds=gateway.watch.uptime_seconds,
        running=dict(stats.running_by_priority) or {"normal": stats.running},
        waiting=dict(stats.waiting_by_priority) or {"normal": stats.waiting},
        undecoded=stats.undecoded,
        minutes=rates.seconds / 60,
        steps_per_second=rates.steps_per_second,
        images_per_minute=rates.images_per_minute,
        mean_rows=rates.mean_rows,
        latency_seconds={f"{share:g}": seconds for share, seconds in metrics.recent.latencies().items()},
        problems=dict(metrics.recent.problems()),
        buckets=[BucketStatus(**_of(each, BucketStatus)) for each in stats.buckets],
        costs=[CostStatus(**_of(each, CostStatus)) for each in stats.costs],
        memory_bytes=resident_bytes(),
        connections=metrics.now("cosmicman_connections"),
        http_requests_running=metrics.now("cosmicman_http_requests_running"),
        event_loop_lag_seconds=gateway.watch.lag_seconds,
        content_credentials=gateway.sign is not None,
    )


def _of(row: object, kind: type[BucketStatus] | type[CostStatus]) -> dict[str, object]:
    return {name: value for name, value in asdict(row).items() if name in kind.model_fields}  # type: ignore[call-overload]
