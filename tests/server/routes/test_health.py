"""Probes, metrics and the model's description."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from server.app import create_app
from server.settings import Settings


async def test_alive_whatever_the_engine_does_and_ready_only_with_it(client: Any, engine: Any) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    engine.stopped = True
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    refused = await client.get("/readyz")
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert "retry-after" in refused.headers


async def test_metrics_tell_what_happened(client: Any) -> None:
    await client.post("/generate", json={"description": "a red dress", "steps": 3, "num_images": 2})
    await client.post("/generate", json={"description": ""})
    await client.get("/no/such/path")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples[("cosmicman_steps_total",)] == 6
    assert samples[("cosmicman_images_total",)] == 2
    assert samples[("cosmicman_requests_running",)] == 0
    assert samples[("cosmicman_requests_waiting",)] == 0
    assert samples[("cosmicman_engine_ready",)] == 1
    assert samples[("cosmicman_request_queue_seconds_count",)] == 1
    assert samples[("cosmicman_request_seconds_sum",)] == 0.25
    assert samples[("cosmicman_parser_seconds_count",)] == 1
    assert samples[("cosmicman_generations_total", ("outcome", "finished"))] == 1
    assert samples[("cosmicman_generations_total", ("outcome", "cancelled"))] == 0
    http = "cosmicman_http_requests_total"
    assert samples[(http, ("method", "POST"), ("route", "/generate"), ("status", "200"))] == 1
    assert samples[(http, ("method", "POST"), ("route", "/generate"), ("status", "422"))] == 1
    assert samples[(http, ("method", "GET"), ("route", "unmatched"), ("status", "404"))] == 1
    assert samples[("cosmicman_model_info", ("family", "sd"), ("name", "rectangles"), ("version", "0123456789ab"))] == 1


async def test_scrapers_that_ask_get_openmetrics(client: Any) -> None:
    answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


async def test_applications_do_not_share_metrics(engine: Any, talk: Any) -> None:
    first, second = (create_app(Settings(), engine) for _ in range(2))
    async with talk(first) as client:
        await client.post("/generate", json={"description": "a red dress"})
    async with talk(second) as client:
        text = (await client.get("/metrics")).text
    assert 'cosmicman_generations_total{outcome="finished"} 0.0' in text


async def test_model_says_its_limits_and_defaults(client: Any, engine: Any) -> None:
    body = (await client.get("/model")).json()
    assert body["name"] == "rectangles"
    assert body["sizes"] == [[128, 192], [160, 160], [192, 128]]
    assert body["widths"] == {"minimum": 128, "maximum": 192, "multiple": 16}
    assert (body["default_steps"], body["max_steps"], body["max_images"]) == (4, 50, 4)
    assert body["samplers"] == list(engine.model.samplers)
    assert body["image_formats"] == ["png", "jpeg", "webp"]
