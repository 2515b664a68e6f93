"""Behind a proxy that shows the server at a path of its own: everything leads to where it is."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import urljoin

import pytest

from server.app import create_app
from server.openapi import document as openapi
from server.settings import Settings, read_settings

ROOT = "/art/pictures"


@pytest.fixture
def below(engine: Any) -> Any:
    return create_app(Settings(root_path=ROOT, max_body_bytes=1000, max_image_body_bytes=20_000), engine)


@pytest.mark.parametrize("prefix", ["", ROOT], ids=["taken off", "left on"])
async def test_proxies_of_both_kinds_find_everything(talk: Any, below: Any, prefix: str) -> None:
    async with talk(below) as client:
        for path in (
            "/",
            "/docs",
            "/openapi.json",
            "/model",
            "/groups",
            "/healthz",
            "/readyz",
            "/metrics",
            "/studio.js",
        ):
            assert (await client.get(prefix + path)).status_code == 200, path
            assert (await client.head(prefix + path)).status_code == 200, path
        text = (await client.get(f"{prefix}/metrics")).text
        assert 'route="/docs",status="200"} 2.0' not in text  # one for each method
        assert 'method="GET",route="/docs",status="200"} 1.0' in text
        assert "unmatched" not in text


@pytest.mark.parametrize("prefix", ["", ROOT], ids=["taken off", "left on"])
async def test_limits_of_a_path_are_its_own_there_too(talk: Any, below: Any, prefix: str) -> None:
    body = json.dumps({"description": "x", "init_image": "A" * 10_000}).encode()
    headers = {"Content-Type": "application/json"}
    async with talk(below) as client:
        assert (await client.post(f"{prefix}/generate", content=body, headers=headers)).status_code == 422
        assert (await client.post(f"{prefix}/parse", content=body, headers=headers)).status_code == 413


async def test_a_problem_leads_to_its_row_of_the_docs(talk: Any, below: Any) -> None:
    async with talk(below) as client:
        answer = await client.get("/nothing")
        kind = answer.json()["type"]
        assert kind == f"{ROOT}/docs#not-found"
        assert f'<tr id="{kind.partition("#")[2]}">' in (await client.get(kind)).text
        assert "did you mean /generate?" in (await client.get(f"{ROOT}/generat")).json()["detail"]


async def test_a_problem_in_a_stream_does_too(talk: Any, below: Any, engine: Any) -> None:
    engine.failure = RuntimeError("broken")
    async with talk(below) as client:
        headers = {"Accept": "text/event-stream"}
        answer = await client.post("/generate", json={"description": "x"}, headers=headers)
    data = answer.text.partition("event: error\ndata: ")[2].partition("\n")[0]
    assert json.loads(data)["type"] == f"{ROOT}/docs#internal-error"


async def test_document_says_where_the_server_is(talk: Any, below: Any) -> None:
    async with talk(below) as client:
        document = (await client.get(f"{ROOT}/openapi.json")).json()
    assert document["servers"] == [{"url": ROOT}]
    assert document["paths"].keys() == openapi.document()["paths"].keys()
    assert '"/docs#' not in json.dumps(document)
    assert f'"{ROOT}/docs#busy"' in json.dumps(document)
    assert "servers" not in openapi.document()


@pytest.mark.parametrize("page", ["/", "/docs"])
async def test_links_of_pages_stay_below(talk: Any, below: Any, page: str) -> None:
    async with talk(below) as client:
        links = re.findall(r'(?:href|src)="([^"#]+)"', (await client.get(ROOT + page)).text)
        assert links
        for link in links:
            target = urljoin(ROOT + page, link)
            assert target.startswith(f"{ROOT}/"), link
            assert (await client.get(target)).status_code == 200


async def test_path_without_its_last_slash_leads_to_the_studio(talk: Any, below: Any) -> None:
    async with talk(below) as client:
        answer = await client.get(ROOT)
        assert (answer.status_code, answer.headers["location"]) == (307, f"{ROOT}/")
        assert (await client.get("/art/picturesque")).status_code == 404


async def test_problems_below_http_lead_there_too(listen: Any, below: Any) -> None:
    async with listen(below) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(b"nonsense\r\n\r\n")
        assert f'"{ROOT}/docs#invalid-http"'.encode() in await reader.read()
        writer.close()


@pytest.mark.parametrize(("given", "path"), [("/a", "/a"), ("/a/b/", "/a/b"), ("/", ""), ("", "")])
def test_slash_at_the_end_does_not_matter(given: str, path: str) -> None:
    assert read_settings(root_path=given).root_path == path


@pytest.mark.parametrize("wrong", ["a", "//a", "/a b", "/a?b", "http://a/b", "/é"])
def test_what_is_no_path_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be a path such as /pictures"):
        read_settings(root_path=wrong)
