"""Every POST below /v1/ takes a key: here one that streams events without numbers, as OpenAI's do."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

KEY = {"Idempotency-Key": "order 66"}
EVENTS = [b'data: {"n": 1}\n\n', b'data: {"n": 2}\n\n', b"data: [DONE]\n\n"]


def with_routes(app: FastAPI) -> list[str]:
    """Adds two routes; the list holds what they were called with."""
    called: list[str] = []

    async def stream(request: Request) -> Response:
        called.append((await request.body()).decode())

        async def events() -> AsyncIterator[bytes]:
            for event in EVENTS:
                yield event

        return StreamingResponse(events(), media_type="text/event-stream")

    async def whole(request: Request) -> Response:
        called.append((await request.body()).decode())
        return JSONResponse({"n": len(called)}, status_code=201, headers={"X-Thing": "thing"})

    app.router.add_route("/v1/stream", stream, methods=["POST"])
    app.router.add_route("/v1/whole", whole, methods=["POST"])
    app.router.add_route("/jobs", whole, methods=["POST"])
    return called


async def test_answers_below_v1_are_repeated(app: Any, listen: Any) -> None:
    called = with_routes(app)
    async with listen(app) as running, httpx.AsyncClient(base_url=running.url) as client:
        first, again = [await client.post("/v1/whole", content=b"a", headers=KEY) for _ in range(2)]
        other = await client.post("/v1/whole", content=b"b", headers=KEY)
    assert called == ["a"]
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 400)
    assert again.content == first.content
    assert again.headers["x-thing"] == "thing"


async def test_streams_without_numbers_are_repeated_whole(app: Any, listen: Any) -> None:
    called = with_routes(app)
    async with listen(app) as running, httpx.AsyncClient(base_url=running.url) as client:
        answers = [await client.post("/v1/stream", content=b"a", headers=KEY) for _ in range(2)]
        refusal = await client.post("/v1/stream", content=b"a", headers=KEY | {"Last-Event-ID": "1"})
    assert called == ["a"]
    assert [answer.content for answer in answers] == [b"".join(EVENTS)] * 2
    assert refusal.status_code == 400
    assert "must come with a request for numbered events" in refusal.json()["error"]["message"]


async def test_jobs_have_keys_of_their_own(app: Any, listen: Any) -> None:
    """The store of jobs knows them: a retry after a crash makes no second job."""
    body = {"description": "a woman in a red dress"}
    async with listen(app) as running, httpx.AsyncClient(base_url=running.url) as client:
        first, again = [await client.post("/jobs", json=body, headers=KEY) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    assert "x-original-request-id" not in again.headers
