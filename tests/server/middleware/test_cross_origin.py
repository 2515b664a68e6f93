"""Pages of other origins: none by default, named ones with preflight and readable refusals, never any."""

from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings, read_settings

SHOP = "https://shop.example.org"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}


async def test_by_default_there_is_none(engine: Any, talk: Any, tmp_path: Path) -> None:
    async with talk(create_app(Settings(state=tmp_path), engine)) as client:
        answer = await client.get("/model", headers={"Origin": SHOP})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert (await client.options("/generate", headers={"Origin": SHOP, **PREFLIGHT})).status_code == 405


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cors_origins=(SHOP,), state=tmp_path, max_body_bytes=2000)


async def test_preflight_of_a_named_origin(client: Any) -> None:
    answer = await client.options("/generate", headers={"Origin": SHOP, **PREFLIGHT})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("origin", "method", "reason"),
    [
        ("https://evil.example.org", "POST", 'got "https://evil.example.org"'),
        (f"{SHOP}.evil.org", "POST", "COSMICMAN_CORS_ORIGINS"),
        ("null", "POST", 'got "null"'),
        (SHOP, "PATCH", 'got "PATCH"'),
    ],
)
async def test_preflight_of_others_is_a_problem(client: Any, origin: str, method: str, reason: str) -> None:
    answer = await client.options("/generate", headers={"Origin": origin, "Access-Control-Request-Method": method})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("#origin-not-allowed")
    assert reason in answer.json()["detail"]


async def test_a_page_may_read_refusals_too(client: Any) -> None:
    headers = {"Origin": SHOP}
    answers = [
        await client.post("/generate", json={}, headers=headers),
        await client.post("/parse", content=b"x" * 3000, headers=headers | {"Content-Type": "application/json"}),
        await client.get("/nothing", headers=headers),
        await client.get("/model", headers=headers | {"Host": "rebound.example.org"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 413, 404, 421]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]
    other = await client.get("/model", headers={"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in other.headers


async def test_what_a_key_would_refuse_is_readable(engine: Any, talk: Any, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text('{"version": 1, "keys": []}', "utf-8")
    async with talk(create_app(Settings(cors_origins=(SHOP,), state=tmp_path), engine)) as client:
        assert (await client.options("/generate", headers={"Origin": SHOP, **PREFLIGHT})).status_code == 200
        answer = await client.post("/generate", json={}, headers={"Origin": SHOP})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", ["*", "shop.example.org", "https://shop.example.org/", "https://*.example.org", "ftp://x", "HTTPS://SHOP"]
)
def test_only_whole_origins_can_be_named(origin: str) -> None:
    with pytest.raises(ValueError, match="^cors_origins: .*must be origins as browsers write them"):
        read_settings(cors_origins=(origin,))


def test_origins_are_read_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_CORS_ORIGINS", f"{SHOP}, http://localhost:5173,http://[::1]:8080")
    assert read_settings().cors_origins == (SHOP, "http://localhost:5173", "http://[::1]:8080")
