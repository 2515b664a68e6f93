"""One trace a request: what the timeline of a request holds, as spans, in the trace of the caller if it names one.

A caller's `traceparent` is untrusted: it counts only where there is one and it is well-formed (W3C Trace Context,
section 3.2), and it chooses no more than the trace's id and whether it is kept. `tracestate` and baggage are not read.
"""

import time
from collections.abc import Callable

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, format_span_id, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.problems import noted
from server.http.route_table import RouteTable
from server.middleware.observe import CLIENT_GONE, QUIET
from server.observability.metrics import METHODS
from server.observability.timeline import TIMELINE_STATE, Timeline
from server.tracing.export import Provider

HEADER = "traceparent"
SERVER_ERROR = 500


class TraceMiddleware:
    def __init__(self, app: ASGIApp, provider: Provider, routes: RouteTable) -> None:
        self.app = app
        self.provider = provider
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.routes.name_of(scope) in QUIET:
            await self.app(scope, receive, send)
            return
        wall = _wall_clock()
        began = time.monotonic()
        span = self._span(scope, wall(began))
        timeline, status = Timeline(), CLIENT_GONE
        context = span.get_span_context()
        scope["state"]["trace_id"] = format_trace_id(context.trace_id)
        if span.is_recording():
            scope["state"][TIMELINE_STATE] = timeline
        out = f"00-{format_trace_id(context.trace_id)}-{format_span_id(context.span_id)}-{context.trace_flags:02x}"

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = out
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            if span.is_recording():
                span.set_attributes({"http.response.status_code": status, **timeline.attributes})
                if problem := noted(scope):
                    span.set_attribute("error.type", problem)
                if status >= SERVER_ERROR:
                    span.set_status(Status(StatusCode.ERROR))
                self.provider.tell(context, timeline.stretches, wall)
            span.end(wall(time.monotonic()))

    def _span(self, scope: Scope, start: int) -> Span:
        """That of the whole request; its name and attributes hold nothing that a client may choose freely."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = self.routes.name_of(scope)
        return self.provider.tracer.start_span(
            f"{method} {route}",
            context=_parent(scope),
            kind=SpanKind.SERVER,
            attributes={
                "http.request.method": method,
                "http.route": route,
                "cosmicman.request_id": scope["state"]["request_id"],
            },
            start_time=start,
        )


def _parent(scope: Scope) -> Context:
    given = Headers(scope=scope).getlist(HEADER)
    carrier = {HEADER: given[0]} if len(given) == 1 else {}
    return TraceContextTextMapPropagator().extract(carrier, Context())


def _wall_clock() -> Callable[[float], int]:
    """From moments of the monotonic clock to nanoseconds since 1970, without a jump while a request runs."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda moment: round(moment * 1e9) + offset
