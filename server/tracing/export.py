"""Spans to a collector by OTLP over HTTP, from a thread of their own, bounded in number and in time.

A collector that is down, slow or full costs spans, which are counted; it never costs a request.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

from engine import __version__
from server.observability.timeline import Stretch

logger = logging.getLogger(__name__)

#: Of one attempt to hand a batch over, its own repetitions included.
EXPORT_SECONDS = 5.0
MAX_QUEUED_SPANS = 4096
PAUSE_MILLISECONDS = 2000

Counted = Callable[[str, int], None]


class CountingExporter(SpanExporter):
    """Counts what was sent and what was lost, and says once that a collector fails, and once that it is well again."""

    def __init__(self, exporter: SpanExporter, endpoint: str, counted: Counted) -> None:
        self._exporter = exporter
        self._endpoint = endpoint
        self._counted = counted
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        self._counted("lost" if failed else "sent", len(spans))
        if failed and not self._failing:
            logger.warning("the collector at %s takes no traces; requests go on without", self._endpoint)
        elif self._failing and not failed:
            logger.info("the collector at %s takes traces again", self._endpoint)
        self._failing = failed
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class Provider:
    """What makes spans; `close` sends what is left within the time it is given."""

    def __init__(self, endpoint: str, share: float, counted: Counted) -> None:
        facts = {
            SERVICE_NAME: "cosmicman-serve",
            SERVICE_VERSION: __version__,
            SERVICE_INSTANCE_ID: uuid.uuid4().hex,
        }
        otlp = OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)
        self._exporter = CountingExporter(otlp, endpoint, counted)
        self._processor = BatchSpanProcessor(
            self._exporter, max_queue_size=MAX_QUEUED_SPANS, schedule_delay_millis=PAUSE_MILLISECONDS
        )
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)), resource=Resource.create(facts), shutdown_on_exit=False
        )
        self._provider.add_span_processor(self._processor)
        self._ids = RandomIdGenerator()
        self._scope = InstrumentationScope("cosmicman", __version__)
        self.tracer = self._provider.get_tracer("cosmicman", __version__)

    def tell(self, parent: SpanContext, stretches: Sequence[Stretch], wall: Callable[[float], int]) -> None:
        """Stretches that are over, as spans below `parent`.

        They are made as what a span is at its end: a tracer's would cost three times as much, on the event loop.
        """
        for each in stretches:
            context = SpanContext(
                trace_id=parent.trace_id,
                span_id=self._ids.generate_span_id(),
                is_remote=False,
                trace_flags=parent.trace_flags,
            )
            span = ReadableSpan(
                name=each.name,
                context=context,
                parent=parent,
                resource=self._provider.resource,
                attributes=each.attributes,
                start_time=wall(each.began),
                end_time=wall(each.ended),
                instrumentation_scope=self._scope,
            )
            self._processor.on_end(span)
            self.tell(context, each.parts, wall)

    async def close(self, seconds: float) -> None:
        ending = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, seconds)
        if ending.is_alive():
            logger.warning("the last traces were not sent within %g seconds", seconds)
            self._exporter.shutdown()  # ends the attempt that is under way
