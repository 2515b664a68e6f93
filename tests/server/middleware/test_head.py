"""HEAD wherever GET is answered: what GET says of its answer, without the answer."""

from typing import Any

import httpx
import pytest

from server.openapi import document as openapi
from server.routes.studio import STATIC

PATHS = sorted(
    {path.replace("{model}", "rectangles") for path, item in openapi.document()["paths"].items() if "get" in item}
    | {"/", "/docs", "/openapi.json"}
    | {f"/{file.relative_to(STATIC).as_posix()}" for file in STATIC.rglob("*") if file.is_file()}
)
CHANGING = {"date", "x-request-id", "content-length"}


@pytest.mark.parametrize("path", PATHS)
async def test_head_is_get_without_a_body(client: Any, path: str, real_path: Any) -> None:
    path = await real_path(client, path)
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k not in CHANGING} == {
        k: v for k, v in got.headers.items() if k not in CHANGING
    }
    assert ("content-length" in head.headers) == ("content-length" in got.headers)


async def test_head_over_a_socket_leaves_the_connection_usable(live: Any) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        for path in ("/model", "/docs", "/nothing", "/model"):
            assert (await client.head(path)).content == b""
        assert len(live.server.server_state.connections) == 1


async def test_head_where_there_is_no_get(client: Any) -> None:
    assert (await client.head("/generate")).status_code == 405
    assert (await client.head("/nothing")).status_code == 404


async def test_head_is_counted_as_head(client: Any) -> None:
    await client.head("/model")
    assert 'http_requests_total{method="HEAD",route="/model",status="200"} 1.0' in (await client.get("/metrics")).text
