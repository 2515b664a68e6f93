"""The same request under the same key: answered once, and again without computing."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from engine.errors import GenerationError

DRESS = {"description": "a woman in a red dress", "seed": 7}
KEY = {"Idempotency-Key": "order 66"}
FORMS = ["application/json", "image/png", "text/event-stream"]


@pytest.mark.parametrize("accept", FORMS)
async def test_answer_is_the_same_to_the_byte_and_computed_once(serving: Any, engine: Any, accept: str) -> None:
    async with serving() as client:
        first = await client.post("/generate", json=DRESS, headers=KEY | {"Accept": accept})
        again = await client.post("/generate", json=DRESS, headers=KEY | {"Accept": accept})
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert len(engine.seen) == 1
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-original-request-id"] == first.headers["x-request-id"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    own = {"date", "x-request-id", "idempotent-replayed", "x-original-request-id"}
    assert {name: value for name, value in again.headers.items() if name not in own} == {
        name: value for name, value in first.headers.items() if name not in own
    }


async def test_answer_is_the_one_without_a_key(serving: Any) -> None:
    async with serving() as client:
        plain = await client.post("/generate", json=DRESS, headers={"Accept": "image/png"})
        keyed = await client.post("/generate", json=DRESS, headers=KEY | {"Accept": "image/png"})
    assert keyed.content == plain.content
    assert set(keyed.headers) == set(plain.headers)


async def test_words_are_parsed_once(serving: Any) -> None:
    async with serving() as client:
        answers = [await client.post("/parse", json={"text": "a red dress"}, headers=KEY) for _ in range(2)]
        metrics = (await client.get("/metrics")).text
    assert answers[0].content == answers[1].content
    assert "cosmicman_parser_seconds_count 1.0" in metrics
    assert 'cosmicman_replays_total{outcome="first"} 1.0' in metrics
    assert 'cosmicman_replays_total{outcome="replayed"} 1.0' in metrics


@pytest.mark.parametrize("path", ["/generate", "/parse"])
async def test_without_a_key_every_request_is_its_own(serving: Any, engine: Any, path: str) -> None:
    body = DRESS if path == "/generate" else {"text": "a red dress"}
    async with serving() as client:
        answers = [await client.post(path, json=body) for _ in range(2)]
    assert all("idempotent-replayed" not in answer.headers for answer in answers)
    assert len(engine.seen) == (2 if path == "/generate" else 0)


@pytest.mark.parametrize("accept", FORMS)
async def test_repetition_in_flight_is_409(serving: Any, engine: Any, eventually: Any, accept: str) -> None:
    engine.gate.clear()
    headers = KEY | {"Accept": accept}
    async with serving() as client:
        first = asyncio.create_task(client.post("/generate", json=DRESS, headers=headers))
        await eventually(lambda: engine.stats().running == 1)
        early = await client.post("/generate", json=DRESS, headers=headers)
        engine.gate.set()
        answer = await first
        again = await client.post("/generate", json=DRESS, headers=headers)
    assert early.status_code == 409
    assert early.json()["type"] == "/docs#idempotency-in-flight"
    assert int(early.headers["retry-after"]) >= 1
    assert again.content == answer.content
    assert len(engine.seen) == 1


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("other", ["body", "accept"])
async def test_key_of_another_request_is_422(
    serving: Any, engine: Any, eventually: Any, finished: bool, other: str
) -> None:
    if not finished:
        engine.gate.clear()
    body, accept = (DRESS | {"seed": 8}, "image/png") if other == "body" else (DRESS, "image/webp")
    async with serving() as client:
        first = asyncio.create_task(client.post("/generate", json=DRESS, headers=KEY | {"Accept": "image/png"}))
        await eventually(lambda: first.done() if finished else engine.stats().running == 1)
        refusal = await client.post("/generate", json=body, headers=KEY | {"Accept": accept})
        engine.gate.set()
        assert (await first).status_code == 200
    assert refusal.status_code == 422
    assert (refusal.json()["type"], refusal.json()["title"]) == (
        "/docs#idempotency-mismatch",
        "Idempotency key used before",
    )
    assert len(engine.seen) == 1


async def test_key_names_a_request_of_its_path(serving: Any) -> None:
    async with serving() as client:
        assert (await client.post("/generate", json=DRESS, headers=KEY)).status_code == 200
        parsed = await client.post("/parse", json={"text": "a red dress"}, headers=KEY)
    assert parsed.status_code == 200
    assert "idempotent-replayed" not in parsed.headers


@pytest.mark.parametrize("accept", FORMS)
async def test_twenty_at_once_are_one_generation(serving: Any, engine: Any, accept: str) -> None:
    headers = KEY | {"Accept": accept}
    async with serving() as client:
        answers = await asyncio.gather(*(client.post("/generate", json=DRESS, headers=headers) for _ in range(20)))
    assert len(engine.seen) == 1
    good = [answer for answer in answers if answer.status_code == 200]
    assert len({answer.content for answer in good}) == 1
    assert all(answer.status_code == 409 for answer in answers if answer not in good)
    assert sum("idempotent-replayed" not in answer.headers for answer in good) == 1


async def test_refusals_leave_the_key_free(serving: Any, engine: Any) -> None:
    async with serving() as client:
        wrong = await client.post("/generate", json=DRESS | {"steps": 999}, headers=KEY)
        assert wrong.status_code == 422
        assert "idempotent-replayed" not in wrong.headers
        engine.max_waiting = 0
        assert (await client.post("/generate", json=DRESS, headers=KEY)).status_code == 503
        engine.max_waiting = 8
        engine.failure = GenerationError("the latents are not finite")
        assert (await client.post("/generate", json=DRESS, headers=KEY)).status_code == 500
        engine.failure = RuntimeError("secret path")
        assert (await client.post("/generate", json=DRESS, headers=KEY)).status_code == 500
        engine.failure = None
        answer = await client.post("/generate", json=DRESS, headers=KEY)
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers


async def test_an_exception_nobody_expected_is_answered_and_logged_as_without_a_key(
    app: Any, listen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def parse(self, text: str) -> Any:
            raise RuntimeError("secret path")

    app.state.gateway = dataclasses.replace(app.state.gateway, parser=Broken())
    async with listen(app) as running, httpx.AsyncClient(base_url=running.url) as client:
        answers = [await client.post("/parse", json={"text": "a red dress"}, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert answers[0].json()["type"] == "/docs#internal-error"
    assert "secret" not in answers[0].text
    assert caplog.text.count("unexpected error in request") == 2


async def test_answers_that_are_too_old_are_computed_again(
    serving: Any, engine: Any, pass_time: Callable[[float], None]
) -> None:
    async with serving(replay_seconds=3600, idle_timeout_seconds=86_400) as client:
        await client.post("/generate", json=DRESS, headers=KEY)
        pass_time(3500)
        assert "idempotent-replayed" in (await client.post("/generate", json=DRESS, headers=KEY)).headers
        pass_time(200)
        again = await client.post("/generate", json=DRESS, headers=KEY)
        metrics = (await client.get("/metrics")).text
    assert "idempotent-replayed" not in again.headers
    assert len(engine.seen) == 2
    assert "cosmicman_replay_bytes 0.0" not in metrics


async def test_memory_is_bounded_and_the_oldest_go_first(serving: Any, engine: Any) -> None:
    limit = 20_000
    async with serving(replay_bytes=limit) as client:
        for number in range(40):
            body = DRESS | {"seed": number}
            await client.post("/generate", json=body, headers={"Idempotency-Key": str(number)})
            metrics = (await client.get("/metrics")).text
            (held,) = [line.split()[1] for line in metrics.splitlines() if line.startswith("cosmicman_replay_bytes ")]
            assert 0 < float(held) <= limit
        newest = await client.post("/generate", json=DRESS | {"seed": 39}, headers={"Idempotency-Key": "39"})
        oldest = await client.post("/generate", json=DRESS | {"seed": 0}, headers={"Idempotency-Key": "0"})
    assert "idempotent-replayed" in newest.headers
    assert "idempotent-replayed" not in oldest.headers


async def test_no_room_at_all_still_answers_and_still_lets_one_run(serving: Any, engine: Any) -> None:
    async with serving(replay_bytes=0) as client:
        answers = [await client.post("/generate", json=DRESS, headers=KEY) for _ in range(2)]
        together = await asyncio.gather(*(client.post("/generate", json=DRESS, headers=KEY) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert {answer.status_code for answer in together} <= {200, 409}


async def test_nothing_of_a_request_is_logged(serving: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    body = {"description": "a woman in a canary dress"}
    async with serving() as client:
        for _ in range(2):
            await client.post("/generate", json=body, headers={"Idempotency-Key": "canary key"})
        await client.post("/generate", json=body | {"seed": 3}, headers={"Idempotency-Key": "canary key"})
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("key", "came"),
    [
        (b"", '""'),
        (b"x" * 256, "256 characters"),
        (b"caf\xe9", "caf"),
        (b"a\tb", "\\\\t"),
    ],
)
async def test_what_is_no_key_is_refused_and_named(serving: Any, engine: Any, key: bytes, came: str) -> None:
    async with serving() as client:
        refusal = await client.post("/generate", json=DRESS, headers={b"Idempotency-Key": key})
    assert refusal.status_code == 422
    problem = refusal.json()
    assert (problem["type"], problem["field"]) == ("/docs#invalid-request", "Idempotency-Key")
    assert "1 to 255 printable ASCII characters; got" in problem["detail"]
    assert came in json.dumps(problem["detail"])
    assert engine.seen == []


async def test_two_keys_are_refused(serving: Any, engine: Any) -> None:
    async with serving() as client:
        refusal = await client.post(
            "/parse", json={"text": "x"}, headers=[("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
        )
    assert refusal.status_code == 422
    assert "given 2 times" in refusal.json()["detail"]


@pytest.mark.parametrize("key", [b"x" * 255, b'"8e03978e-40d5-43e8-bc93-6894a57f9324"', b"~!@ #$%^&*()"])
async def test_other_printable_text_is_a_key(serving: Any, key: bytes) -> None:
    async with serving() as client:
        answers = [await client.post("/parse", json={"text": "x"}, headers={b"Idempotency-Key": key}) for _ in range(2)]
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_a_key_on_what_is_safe_to_repeat_says_nothing(serving: Any) -> None:
    async with serving() as client:
        answers = [await client.get("/model", headers=KEY) for _ in range(2)]
        assert (await client.head("/model", headers=KEY)).status_code == 200
        assert (await client.post("/nothing", headers=KEY)).status_code == 404
    assert all("idempotent-replayed" not in answer.headers for answer in answers)
