"""Traces as a collector gets them: one a request, with every stage in its place, and nothing that a client wrote."""

import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import GenerationError
from server.app import create_app
from server.settings import Settings
from tests.server.tracing.collector import Collector, value

BODY = {"description": "a woman in a red cAnArY dress", "negative_description": "cAnArY", "steps": 3, "seed": 7}
TRACE_ID, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


async def test_every_stage_of_a_request_is_in_its_place(real: Any, collector: Collector) -> None:
    before = time.time_ns()
    async with real() as client:
        answer = await client.post("/generate", json=BODY | {"num_images": 2})
        assert answer.status_code == 200
    root = collector.root("POST /generate")
    below = collector.below(root)
    names = sorted(span.name for span in below)
    assert names == ["decode", "decode", "denoise", "encode", "encode", "parse", "queue", "text encoder"]
    (denoise,) = [span for span in below if span.name == "denoise"]
    steps = sorted(collector.below(denoise), key=lambda span: span.start_time_unix_nano)
    assert len(steps) >= 3 and all(span.name.startswith("denoise step ") for span in steps)
    assert all(value(span, "cosmicman.rows") >= 1 for span in steps)
    assert {value(span, "cosmicman.bucket") for span in steps} == {"8x12x77"}
    assert len({span.trace_id for span in collector.spans}) == 1
    for span in collector.spans:
        assert before <= root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano <= time.time_ns()
    for earlier, later in (("queue", "text encoder"), ("text encoder", "denoise"), ("denoise", "encode")):
        ends = min(span.end_time_unix_nano for span in below if span.name == earlier)
        assert ends <= max(span.end_time_unix_nano for span in below if span.name == later)


async def test_root_says_what_was_asked_in_numbers(real: Any, collector: Collector) -> None:
    async with real() as client:
        answer = await client.post("/generate", json=BODY, headers={"X-Request-Id": "a1"})
    root = collector.root("POST /generate")
    assert value(root, "cosmicman.request_id") == "a1"
    assert value(root, "http.response.status_code") == answer.status_code == 200
    assert value(root, "http.route") == "/generate"
    assert (value(root, "cosmicman.steps"), value(root, "cosmicman.sampler")) == (3, "ddim")
    assert value(root, "cosmicman.images") == 1


async def test_signing_and_the_picture_to_start_from_are_stages(
    real: Any, collector: Collector, tmp_path: Path
) -> None:
    async with real(content_credentials="on", state=tmp_path) as client:
        picture = (await client.post("/generate", json=BODY)).json()["images"][0]["data"]
        answer = await client.post("/generate", json=BODY | {"init_image": picture, "strength": 0.5, "steps": 4})
        assert answer.status_code == 200, answer.text
    names = [span.name for span in collector.spans]
    assert names.count("content credentials") == 2
    assert names.count("init picture") == 1


async def test_nothing_that_a_client_wrote_is_sent(trace: Any, engine: Any, collector: Collector) -> None:
    headers = {
        "Authorization": "Bearer cAnArY",
        "tracestate": "a=cAnArY",
        "baggage": "b=cAnArY",
        "User-Agent": "cAnArY",
    }
    async with trace() as client:
        await client.post("/generate?key=cAnArY", json=BODY, headers=headers)
        await client.post("/generate", json=BODY | {"steps": "cAnArY", "cAnArY": 1}, headers=headers)
        await client.get("/cAnArY", headers=headers)
        await client.request("cAnArY", "/model", headers=headers)
        engine.failure = RuntimeError("cAnArY")
        await client.post("/generate", json=BODY, headers=headers)
    sent = b"".join(request.SerializeToString() for request in collector.requests)
    assert len(collector.spans) > 5
    assert b"canary" not in sent.lower()


async def test_failure_is_one_in_the_trace(trace: Any, engine: Any, collector: Collector) -> None:
    engine.failure, engine.stop_at_step = GenerationError("no memory"), 2
    async with trace() as client:
        await client.post("/generate", json=BODY)
        await client.post("/generate", json={})
    failed, refused = [span for span in collector.spans if span.name == "POST /generate"]
    assert failed.status.code == failed.status.STATUS_CODE_ERROR
    assert value(failed, "error.type") == "generation-failed"
    assert {"queue", "denoise"} <= {span.name for span in collector.below(failed)}
    assert refused.status.code == refused.status.STATUS_CODE_UNSET
    assert value(refused, "error.type") == "invalid-request"


async def test_trace_of_the_caller_goes_on_and_comes_back(trace: Any, collector: Collector) -> None:
    async with trace() as client:
        answer = await client.get("/model", headers={"traceparent": f"00-{TRACE_ID}-{PARENT}-01"})
    root = collector.root("GET /model")
    assert (root.trace_id.hex(), root.parent_span_id.hex()) == (TRACE_ID, PARENT)
    assert answer.headers["traceparent"] == f"00-{TRACE_ID}-{root.span_id.hex()}-01"


@pytest.mark.parametrize(
    "given",
    [
        f"00-{TRACE_ID}-{PARENT}",
        f"00-{TRACE_ID.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"ff-{TRACE_ID}-{PARENT}-01",
        f"00-{TRACE_ID}-{PARENT}-01-more",
        "x" * 5000,
        "",
    ],
)
async def test_what_is_no_traceparent_is_ignored(trace: Any, collector: Collector, given: str) -> None:
    async with trace() as client:
        assert (await client.get("/model", headers={"traceparent": given})).status_code == 200
    root = collector.root("GET /model")
    assert root.trace_id.hex() != TRACE_ID
    assert root.parent_span_id == b""


async def test_two_traceparents_are_none(trace: Any, collector: Collector) -> None:
    both = [("traceparent", f"00-{TRACE_ID}-{PARENT}-01"), ("traceparent", f"00-{TRACE_ID}-{PARENT}-01")]
    async with trace() as client:
        await client.get("/model", headers=both)
    assert collector.root("GET /model").parent_span_id == b""


async def test_share_holds_where_the_caller_does_not_say(trace: Any, collector: Collector) -> None:
    async with trace(trace_share=0.0) as client:
        await client.get("/model")
        await client.get("/groups", headers={"traceparent": f"00-{TRACE_ID}-{PARENT}-01"})
        await client.get("/docs", headers={"traceparent": f"00-{TRACE_ID}-{PARENT}-00"})
    assert [span.name for span in collector.spans] == ["GET /groups"]


async def test_probes_are_no_traces(trace: Any, collector: Collector) -> None:
    async with trace() as client:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert "traceparent" not in (await client.get(path)).headers
    assert collector.spans == []


async def test_off_unless_this_server_is_told(
    client: Any, collector: Collector, engine: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    async with talk(create_app(Settings(), engine)) as client:
        assert "traceparent" not in (await client.post("/generate", json=BODY)).headers
    assert collector.requests == []


async def test_path_of_the_endpoint_is_kept_where_it_has_one(engine: Any, collector: Collector, talk: Any) -> None:
    for endpoint in (collector.url, f"{collector.url}/", f"{collector.url}/tenant/traces"):
        async with talk(create_app(Settings(traces=endpoint), type(engine)())) as client:
            await client.get("/model")
    assert collector.paths == ["/v1/traces", "/v1/traces", "/tenant/traces"]
