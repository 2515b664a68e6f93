"""The application as a whole: paths and methods nobody made, headers on every answer, its own end."""

from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings

PATHS = {
    "/generate": "POST",
    "/parse": "POST",
    "/groups": "GET, HEAD",
    "/model": "GET, HEAD",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
    "/metrics": "GET, HEAD",
    "/openapi.json": "GET, HEAD",
    "/docs": "GET, HEAD",
}


@pytest.mark.parametrize("path", PATHS)
async def test_wrong_method_is_405_with_allow(client: Any, path: str) -> None:
    for method in ("DELETE", "PUT", "OPTIONS", "BREW", "GET" if PATHS[path] == "POST" else "POST"):
        answer = await client.request(method, path)
        assert answer.status_code == 405, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert sorted(answer.headers["allow"].split(", ")) == PATHS[path].split(", ")
        assert answer.json()["title"] == "Method not allowed"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/jobs", "GET, HEAD, POST"), (f"/jobs/{'0' * 32}", "DELETE, GET, HEAD")]
)
async def test_allow_names_all_methods_of_a_path(client: Any, path: str, allowed: str) -> None:
    answer = await client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["detail"] == f'The method must be {allowed.replace(", ", " or ")}; got "PUT".'


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/nothing", "/generat", "/generate/", "/../etc/passwd", "/%2e%2e/settings.py"])
async def test_unknown_path_is_404(client: Any, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/docs#not-found"


async def test_unknown_path_names_the_nearest(client: Any) -> None:
    assert "did you mean /generate?" in (await client.get("/v2/generate")).json()["detail"]
    long = (await client.get("/" + "x" * 5000)).json()["detail"]
    assert "/docs lists" in long
    assert len(long) < 300


@pytest.mark.parametrize("path", ["/", "/docs", "/model", "/nothing", "/generate"])
async def test_every_answer_has_an_id_and_keeps_browsers_at_home(client: Any, path: str) -> None:
    headers = (await client.get(path)).headers
    assert len(headers["x-request-id"]) == 32
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "unsafe" not in policy


async def test_lifespan_owns_the_engine(engine: Any, talk: Any) -> None:
    async with talk(create_app(Settings(), engine)) as client:
        assert engine.ready
        assert (await client.get("/readyz")).status_code == 200
    assert engine.stopped


@pytest.mark.parametrize("path", ["/", "/studio.js", "/styles/page.css"])
async def test_studio_is_served_and_browsers_ask_again(client: Any, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert (await client.head(path)).status_code == 200


async def test_the_framework_records_nothing_for_tracers_of_its_own(engine: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    config = create_app(Settings(), engine)._telemetry
    assert not any(config[name] for name in ("tracing", "metrics", "logs", "auto_configure"))
