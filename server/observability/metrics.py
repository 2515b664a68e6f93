"""Prometheus metrics of one gateway, in a registry of its own so that a process may hold several.

Gauges and totals of the engine are read when scraped; nothing here holds prompt text or other unbounded labels.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.engine import Timings
from server.backend import EngineBackend
from server.observability.recent import Recent
from server.observability.scheduler_metrics import scheduler_families
from server.observability.serving_metrics import ServingCollector

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
PARSER_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OUTCOMES = ("finished", "cancelled", "refused", "failed", "timeout")
#: Deadlines that passed, and room that was needed.
CLOSED = ("first_byte", "header", "body", "idle", "send", "crowded")
#: What became of requests with an Idempotency-Key.
REPLAYS = ("first", "replayed", "resumed", "in_flight", "mismatch")
JOB_STATES = ("queued", "running", "finished", "failed", "cancelled")
JOB_OUTCOMES = ("finished", "failed", "cancelled", "released", "lost")
WEBHOOK_OUTCOMES = ("delivered", "failed", "given_up")
#: What says where a picture may change.
EDITS = ("mask", "groups")
STAGES = ("text", "init_image", "denoise", "decode", "encode")
LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SIGN_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
SPANS = ("sent", "lost")


class Metrics:
    """`kinds` are the slugs of all problems."""

    def __init__(self, engine: EngineBackend, kinds: Iterable[str] = ()) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(EngineCollector(engine))
        registry.register(ServingCollector())
        self._queue = Histogram(
            "cosmicman_request_queue_seconds", "Time finished requests waited.", buckets=SECONDS, registry=registry
        )
        self._request = Histogram(
            "cosmicman_request_seconds",
            "Time from arrival to end of finished requests.",
            buckets=SECONDS,
            registry=registry,
        )
        self._edits = Counter(
            "cosmicman_edits_total",
            "Pictures changed in part, by what says where.",
            ["by"],
            registry=registry,
        )
        for by in EDITS:
            self._edits.labels(by)
        self._attention = Counter(
            "cosmicman_attention_requests", "Requests that asked where their words were heeded.", registry=registry
        )
        self._adapted = Counter(
            "cosmicman_adapter_requests",
            "Requests that drew with a registered adapter.",
            ["adapter"],
            registry=registry,
        )
        self._control = Counter(
            "cosmicman_control_requests",
            "Requests whose pictures keep to a layout or a pose.",
            ["kind"],
            registry=registry,
        )
        self._stage = Histogram(
            "cosmicman_stage_seconds",
            "Where finished requests spent it.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self._generations = Counter(
            "cosmicman_generations", "Generations that ended, by how.", ["outcome"], registry=registry
        )
        self._denoise = Counter(
            "cosmicman_denoise_requests",
            "Requests of POST /denoise that ended, by how.",
            ["outcome"],
            registry=registry,
        )
        self._denoised = Counter(
            "cosmicman_denoised_rows", "Rows of latents that were denoised for callers.", registry=registry
        )
        self._parser = Histogram(
            "cosmicman_parser_seconds", "Time to parse a description.", buckets=PARSER_SECONDS, registry=registry
        )
        self._http = Counter(
            "cosmicman_http_requests", "HTTP requests answered.", ["method", "route", "status"], registry=registry
        )
        self._http_seconds = Histogram(
            "cosmicman_http_request_seconds", "Time to answer.", ["route"], buckets=SECONDS, registry=registry
        )
        self._connections = Gauge("cosmicman_connections", "Connections that are open.", registry=registry)
        self._closed = Counter(
            "cosmicman_connections_closed", "Connections that the server ended, by why.", ["reason"], registry=registry
        )
        self._replays = Counter(
            "cosmicman_replays", "Requests with an Idempotency-Key, by outcome.", ["outcome"], registry=registry
        )
        self._replay_bytes = Gauge(
            "cosmicman_replay_bytes", "Answers in memory that may be asked for again.", registry=registry
        )
        for outcome in REPLAYS:
            self._replays.labels(outcome)
        self._first_step = Histogram(
            "cosmicman_first_step_seconds",
            "Time from arrival to the end of the first denoising step.",
            buckets=SECONDS,
            registry=registry,
        )
        self._credentials = Histogram(
            "cosmicman_content_credentials_seconds",
            "Time to sign a picture.",
            buckets=SIGN_SECONDS,
            registry=registry,
        )
        self._running = Gauge("cosmicman_http_requests_running", "HTTP requests under way.", registry=registry)
        self._problems = Counter("cosmicman_problems", "Refusals, by kind of problem.", ["kind"], registry=registry)
        self._lag = Histogram(
            "cosmicman_event_loop_lag_seconds",
            "How late the event loop comes to what is due, asked once a second.",
            buckets=LAG_SECONDS,
            registry=registry,
        )
        self._spans = Counter(
            "cosmicman_trace_spans", "Spans of traces, by what came of them.", ["outcome"], registry=registry
        )
        self.recent = Recent()
        for kind in kinds:
            self._problems.labels(kind)
        for spans in SPANS:
            self._spans.labels(spans)
        self._jobs = Gauge("cosmicman_jobs", "Jobs that are kept, by state.", ["state"], registry=registry)
        self._jobs_ended = Counter(
            "cosmicman_jobs_ended", "Attempts at jobs that ended here, by how.", ["outcome"], registry=registry
        )
        self._webhooks = Counter(
            "cosmicman_webhooks", "Webhooks that were sent, by what came of it.", ["outcome"], registry=registry
        )
        for state in JOB_STATES:
            self._jobs.labels(state)
        for outcome in JOB_OUTCOMES:
            self._jobs_ended.labels(outcome)
        for outcome in WEBHOOK_OUTCOMES:
            self._webhooks.labels(outcome)
        for outcome in OUTCOMES:
            self._generations.labels(outcome)
            self._denoise.labels(outcome)
        for stage in STAGES:
            self._stage.labels(stage)
        for reason in CLOSED:
            self._closed.labels(reason)

    def generation_finished(self, timings: Timings) -> None:
        self.recent.finished(timings.total_seconds)
        self._queue.observe(timings.queue_seconds)
        self._request.observe(timings.total_seconds)
        seconds = asdict(timings)
        for stage in STAGES:
            self._stage.labels(stage).observe(seconds[f"{stage}_seconds"])

    def edited(self, by: str) -> None:
        """A request that changes a part of a picture has left the line."""
        assert by in EDITS
        self._edits.labels(by).inc()

    def attended(self) -> None:
        """A request that asks for attention has left the line."""
        self._attention.inc()

    def adapted(self, names: Iterable[str]) -> None:
        """A request with registered adapters, which are few, has left the line."""
        for name in names:
            self._adapted.labels(name).inc()

    def controlled(self, kind: str) -> None:
        """A request whose pictures keep to something has left the line."""
        self._control.labels(kind).inc()

    def generation_ended(self, outcome: str) -> None:
        assert outcome in OUTCOMES
        self._generations.labels(outcome).inc()

    def denoise_ended(self, outcome: str) -> None:
        assert outcome in OUTCOMES
        self._denoise.labels(outcome).inc()

    def denoised(self, rows: int) -> None:
        self._denoised.inc(rows)

    def jobs_are(self, counts: Mapping[str, int]) -> None:
        for state, count in counts.items():
            self._jobs.labels(state).set(count)

    def job_ended(self, outcome: str) -> None:
        assert outcome in JOB_OUTCOMES
        self._jobs_ended.labels(outcome).inc()

    def webhook_told(self, outcome: str) -> None:
        assert outcome in WEBHOOK_OUTCOMES
        self._webhooks.labels(outcome).inc()

    def parsed(self, seconds: float) -> None:
        self._parser.observe(seconds)

    def connections_open(self, count: int) -> None:
        self._connections.set(count)

    def connection_closed(self, reason: str) -> None:
        assert reason in CLOSED
        self._closed.labels(reason).inc()

    def replayed(self, outcome: str) -> None:
        assert outcome in REPLAYS
        self._replays.labels(outcome).inc()

    def replay_bytes_are(self, size_bytes: Callable[[], int]) -> None:
        """Asked when scraped."""
        self._replay_bytes.set_function(size_bytes)

    def first_step(self, seconds: float) -> None:
        self._first_step.observe(seconds)

    def signed(self, seconds: float) -> None:
        self._credentials.observe(seconds)

    def event_loop_lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def spans(self, outcome: str, count: int) -> None:
        assert outcome in SPANS
        self._spans.labels(outcome).inc(count)

    def refused(self, kind: str) -> None:
        """Told of every problem that was answered, wherever it came up."""
        self.recent.problem(kind)
        self._problems.labels(kind).inc()

    def now(self, name: str) -> int:
        """What a gauge without labels stands at."""
        value = self.registry.get_sample_value(name)
        assert value is not None, name
        return int(value)

    def begun(self) -> None:
        self._running.inc()

    def answered(self, method: str, route: str, status: int, seconds: float, problem: str | None = None) -> None:
        self._running.dec()
        if problem is not None:
            self.refused(problem)
        self._http.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._http_seconds.labels(route).observe(seconds)


class EngineCollector(Collector):
    """Reads the engine's own counters at scrape time."""

    def __init__(self, engine: EngineBackend) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        stats, model = self._engine.stats(), self._engine.model
        yield GaugeMetricFamily("cosmicman_engine_ready", "1 if the engine answers.", value=float(self._engine.ready))
        yield GaugeMetricFamily("cosmicman_requests_running", "Requests being computed.", value=stats.running)
        yield GaugeMetricFamily("cosmicman_requests_waiting", "Requests in line.", value=stats.waiting)
        yield CounterMetricFamily("cosmicman_steps", "Denoising steps of single pictures.", value=stats.steps_total)
        yield CounterMetricFamily("cosmicman_images", "Pictures delivered.", value=stats.images_total)
        yield CounterMetricFamily("cosmicman_forwards", "UNet forwards.", value=stats.forwards_total)
        yield CounterMetricFamily("cosmicman_rows", "Rows of all UNet forwards.", value=stats.rows_total)
        adapters = GaugeMetricFamily("cosmicman_adapters", "Files in the adapters folder.", labels=["state"])
        adapters.add_metric(["usable"], sum(not info.refused for info in model.adapters))
        adapters.add_metric(["refused"], sum(bool(info.refused) for info in model.adapters))
        yield adapters
        yield from scheduler_families(stats)
        labels = {"name": model.name, "family": model.family, "version": model.version}
        yield InfoMetricFamily("cosmicman_model", "The loaded model.", value=labels)

    def describe(self) -> Iterator[Metric]:
        """Nothing: the names are only known by collecting, and registering must not touch the engine."""
        return iter(())
