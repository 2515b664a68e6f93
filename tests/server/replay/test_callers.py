"""A key belongs to who sent it: another caller's same key is another key, and tells nothing."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http.caller import CALLER_STATE
from server.replay.asked import asked

DRESS = {"description": "a woman in a red dress", "seed": 7}


class NamesCallers:
    """Stands where API keys are checked: who calls is what a header says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            name = dict(scope["headers"])[b"x-caller"].decode()
            scope = {**scope, "state": {CALLER_STATE: name}}
        await self.app(scope, receive, send)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_another_caller_s_key_is_another_key(app: Any, engine: Any, accept: str) -> None:
    headers = {"Idempotency-Key": "order 66", "Accept": accept}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=NamesCallers(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def draw(caller: str, seed: int, **more: str) -> httpx.Response:
                own = headers | {"X-Caller": caller} | more
                return await client.post("/generate", json=DRESS | {"seed": seed}, headers=own)

            first, theirs = await draw("ann", 7), await draw("bob", 8)
            again = await draw("ann", 7)
            stranger = await draw("eve", 7, **{"Last-Event-ID": "1"})
            engine.gate.clear()
            waiting = asyncio.create_task(draw("carl", 7))
            while len(engine.seen) < 3:
                await asyncio.sleep(0.005)
            other = asyncio.create_task(draw("dora", 9))
            while len(engine.seen) < 4:
                await asyncio.sleep(0.005)
            engine.gate.set()
            assert [answer.status_code for answer in await asyncio.gather(waiting, other)] == [200, 200]
    assert (first.status_code, theirs.status_code, again.status_code) == (200, 200, 200)
    assert "idempotent-replayed" not in theirs.headers
    assert again.content == first.content
    assert stranger.status_code == 422
    assert "nothing is kept" in stranger.json()["detail"]


def test_names_cannot_be_made_to_meet() -> None:
    """No caller, path and key run together to those of another."""

    def name(caller: str, path: str, key: str) -> str:
        state = {CALLER_STATE: caller, "request_id": "1"}
        return asked({"type": "http", "path": path, "headers": [], "state": state}, key, None, b"").name

    parts = [("a", "/parse", "b"), ("a/parse", "", "b"), ("", "/parse", "ab"), ("a", "/parseb", ""), ('a", "', "", "b")]
    assert len({name(*each) for each in parts}) == len(parts)
