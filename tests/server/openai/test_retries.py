"""The SDK tries again by itself where that helps, when the server says, and not where it does not."""

import asyncio
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, InternalServerError, RateLimitError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.errors import BusyError, NotFiniteError
from server.app import create_app
from server.http.problems import Kind, ProblemError
from server.settings import Settings

PROMPT = "a woman in a red dress"
TOO_MANY = Kind(slug="too-many-requests", status=429, title="Too many", meaning="Of a caller.")


async def test_a_full_server_is_asked_again_when_it_says(
    live: Any, sdk: AsyncOpenAI, engine: Any, eventually: Any
) -> None:
    engine.max_waiting = 0
    answer = asyncio.ensure_future(sdk.with_options(max_retries=2).images.generate(prompt=PROMPT))
    await eventually(lambda: len(engine.seen) == 1)
    engine.max_waiting = 1
    assert (await answer).data
    assert len(engine.seen) == 2


async def test_a_full_server_s_refusal_has_retry_after(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.failure = BusyError("64 requests are waiting", retry_after_seconds=1.2)
    with pytest.raises(InternalServerError) as caught:
        await sdk.images.generate(prompt=PROMPT)
    assert (caught.value.status_code, caught.value.code) == (503, "busy")
    assert caught.value.response.headers["retry-after"] == "2"


async def test_what_would_fail_again_is_not_tried_again(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.failure = NotFiniteError("the model's output is not finite")
    with pytest.raises(InternalServerError, match="not finite"):
        await sdk.with_options(max_retries=5).images.generate(prompt=PROMPT)
    assert len(engine.seen) == 1


async def test_a_caller_over_its_limit_waits_and_comes_again(engine: Any, listen: Any) -> None:
    asked = 0

    async def limited(request: Request) -> Response:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise ProblemError(TOO_MANY, "This key may ask 2 times a minute.", headers={"Retry-After": "1"})
        return JSONResponse({"asked": asked})

    app = create_app(Settings(), engine)
    app.router.routes.append(Route("/v1/limited", limited))
    async with (
        listen(app) as running,
        AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as sdk,
    ):
        with pytest.raises(RateLimitError) as caught:
            await sdk.get("/limited", cast_to=object)
        assert (caught.value.type, caught.value.code) == ("rate_limit_error", "too_many_requests")
        assert await sdk.with_options(max_retries=1).get("/limited", cast_to=object) == {"asked": 3}


async def test_a_request_with_a_key_is_drawn_once(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    key = {"Idempotency-Key": "8e03978e"}
    first, again = [await sdk.images.generate(prompt=PROMPT, extra_headers=key) for _ in range(2)]
    assert first.data == again.data and len(engine.seen) == 1
    with pytest.raises(BadRequestError) as caught:
        await sdk.images.generate(prompt="another", extra_headers=key)
    assert caught.value.code == "idempotency_mismatch"
