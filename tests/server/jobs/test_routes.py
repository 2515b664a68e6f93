"""Jobs over HTTP, around the engine that draws rectangles: accepted, watched, fetched, cancelled, and nobody else's."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from engine.errors import BusyError, EngineStoppedError, NotFiniteError
from server.app import create_app
from server.http.caller import CALLER_STATE
from server.jobs.attempt import ATTEMPTS
from server.settings import Settings

DRESS = {"description": "a woman in a red dress", "seed": 7}
PATIENCE_SECONDS = 60


@pytest.fixture
def settings(where: dict[str, Any]) -> Settings:
    return Settings(
        **where,
        max_body_bytes=20_000,
        max_image_body_bytes=20_000,
        shutdown_timeout_seconds=0.2,
        job_lease_seconds=1,
        max_running=1,
    )


class Callers:
    """Says who calls, as API keys will: by a header that only this test knows."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            name = dict(scope["headers"]).get(b"x-caller", b"").decode()
            scope.setdefault("state", {})[CALLER_STATE] = name
        await self.app(scope, receive, send)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=Callers(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


async def ended(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            job: dict[str, Any] = (await client.get(f"/jobs/{job_id}")).json()
            if job["status"] not in ("queued", "running"):
                return job
            await asyncio.sleep(0.02)


async def events(client: httpx.AsyncClient, job_id: str, after: int = 0) -> list[tuple[int, str, Any]]:
    headers = {"Last-Event-ID": str(after)} if after else {}
    text = (await client.get(f"/jobs/{job_id}/events", headers=headers)).text
    frames = [frame.splitlines() for frame in text.split("\n\n") if frame.startswith("id: ")]
    return [(int(number[4:]), name[7:], json.loads(data[6:])) for number, name, data in frames]


async def test_a_job_keeps_picture_and_mask(client: httpx.AsyncClient, engine: Any) -> None:
    buffer = io.BytesIO()
    Image.new("L", (128, 192), 255).save(buffer, "PNG")
    file = base64.b64encode(buffer.getvalue()).decode("ascii")
    accepted = (await client.post("/jobs", json=DRESS | {"init_image": file, "mask": file, "grow": 3})).json()
    assert (await ended(client, accepted["id"]))["status"] == "finished"
    [asked] = engine.seen
    assert (asked.init_image, asked.mask, asked.grow) == (buffer.getvalue(), buffer.getvalue(), 3)


async def test_a_job_is_drawn_as_the_same_request_would_be(client: httpx.AsyncClient) -> None:
    answer = await client.post("/jobs", json=DRESS | {"num_images": 2})
    assert answer.status_code == 202
    accepted = answer.json()
    assert answer.headers["location"] == f"/jobs/{accepted['id']}" == accepted["links"]["self"]
    assert (accepted["status"], accepted["seed"], accepted["model"]) == ("queued", 7, "rectangles 0123456789ab")
    job = await ended(client, accepted["id"])
    assert (job["status"], job["attempts"], job["progress"]) == ("finished", 1, {"completed": 8, "total": 8})
    assert job["settled"]["description"] == DRESS["description"]
    assert job["created_at"] <= job["started_at"] <= job["ended_at"]
    for index, image in enumerate(job["images"]):
        fetched = await client.get(image["url"])
        drawn = await client.post(
            "/generate", json=DRESS | {"image_index": image["image_index"]}, headers={"Accept": "image/png"}
        )
        assert (fetched.headers["content-type"], fetched.content) == ("image/png", drawn.content)
        assert image["index"] == index
    names = [name for _, name, _ in await events(client, job["id"])]
    assert names == ["queued", "started", *["step"] * 8, "image", "image", "finished"]


async def test_events_come_live_and_go_on_where_they_were_left(client: httpx.AsyncClient, engine: Any) -> None:
    engine.gate.clear()
    job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
    watching = asyncio.create_task(events(client, job_id))
    await asyncio.sleep(0.1)
    engine.gate.set()
    all_of_them = await watching
    assert [number for number, _, _ in all_of_them] == list(range(1, 9))
    assert await events(client, job_id, after=6) == all_of_them[6:]
    assert (await client.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": "8"})).status_code == 204
    refused = await client.get(f"/jobs/{job_id}/events", headers={"Last-Event-ID": "x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "Last-Event-ID")


async def test_same_key_same_answer_another_body_refused(client: httpx.AsyncClient, engine: Any) -> None:
    headers = {"Idempotency-Key": "order-17"}
    first = await client.post("/jobs", json={"description": "a man"}, headers=headers)
    await ended(client, first.json()["id"])
    again = await client.post("/jobs", json={"description": "a man"}, headers=headers)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    other = await client.post("/jobs", json={"description": "a boy"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "/docs#idempotency-mismatch")
    theirs = await client.post("/jobs", json={"description": "a boy"}, headers=headers | {"X-Caller": "bob"})
    assert theirs.status_code == 202 and theirs.json()["id"] != first.json()["id"]
    await ended_of("bob", client, theirs.json()["id"])
    assert len(engine.seen) == 2


async def ended_of(name: str, client: httpx.AsyncClient, job_id: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await client.get(f"/jobs/{job_id}", headers={"X-Caller": name})
            if answer.json()["status"] == "finished":
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("key", ["", "x" * 256, "é".encode()])
async def test_a_key_that_is_none_is_refused(client: httpx.AsyncClient, key: Any) -> None:
    answer = await client.post("/jobs", json=DRESS, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


async def test_unknown_and_foreign_jobs_look_the_same(client: httpx.AsyncClient) -> None:
    job_id = (await client.post("/jobs", json=DRESS, headers={"X-Caller": "ann"})).json()["id"]
    for method, path in (("GET", ""), ("GET", "/events"), ("GET", "/images/0"), ("DELETE", "")):
        answers = []
        for name in (job_id, "0" * 32, "nonsense", "%00", "a" * 300):
            answer = await client.request(
                method, f"/jobs/{name}{path}", headers={"X-Caller": "bob", "X-Request-Id": "r"}
            )
            answers.append((answer.status_code, answer.content))
        assert len(set(answers)) == 1
        assert answers[0][0] == 404
    assert (await client.get(f"/jobs/{job_id}")).status_code == 404
    assert (await client.get("/jobs", headers={"X-Caller": "bob"})).json() == {"jobs": []}
    await ended_of("ann", client, job_id)


async def test_queued_and_running_jobs_are_cancelled_and_no_other(client: httpx.AsyncClient, engine: Any) -> None:
    engine.gate.clear()
    ids = [(await client.post("/jobs", json=DRESS | {"seed": seed})).json()["id"] for seed in range(4)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while engine.stats().running != 1:
            await asyncio.sleep(0.01)
    answers = [await client.delete(f"/jobs/{ids[number]}") for number in (0, 0, 3)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 3
    assert [name for _, name, _ in await events(client, ids[0])][-1] == "cancelled"
    engine.gate.set()
    states = [(await ended(client, job_id))["status"] for job_id in ids]
    assert states == ["cancelled", "finished", "finished", "cancelled"]
    done = await client.delete(f"/jobs/{ids[1]}")
    assert (done.status_code, done.json()["status"]) == (200, "finished")
    assert ids[3] not in engine.cancelled


async def test_list_is_paged_and_asked_strictly(client: httpx.AsyncClient) -> None:
    ids = [(await client.post("/jobs", json=DRESS)).json()["id"] for _ in range(3)]
    for job_id in ids:
        await ended(client, job_id)
    first = (await client.get("/jobs?limit=2")).json()
    rest = (await client.get(f"/jobs?limit=2&cursor={first['cursor']}")).json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == ids[::-1]
    assert "cursor" not in rest
    assert (await client.get("/jobs?status=queued")).json() == {"jobs": []}
    refused = (await client.get("/jobs?limit=0&status=lost&cursor=1&page=2")).json()
    assert [error["field"] for error in refused["errors"]] == ["page", "limit", "status", "cursor"]


async def test_what_is_wrong_with_a_body_comes_at_once_and_all_of_it(client: httpx.AsyncClient) -> None:
    body = {
        "description": "x",
        "steps": 5000,
        "width": "a",
        "webhook": {"url": "ftp://x"},
        "colour": 1,
        "preview_every": 2,
        "attention": True,
    }
    answer = await client.post("/jobs", json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "steps",
        "width",
        "webhook",
        "colour",
        "preview_every",
        "attention",
    }
    problems = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert problems["attention"] == "attention is for answers of POST /generate; a job keeps its pictures alone"
    assert (await client.get("/jobs")).json() == {"jobs": []}


async def test_a_full_line_says_so(where: Any, engine: Any, talk: Any) -> None:
    engine.gate.clear()
    app = create_app(Settings(**where, max_jobs=1, max_running=1, shutdown_timeout_seconds=0), engine)
    async with talk(app) as client:
        running = (await client.post("/jobs", json=DRESS)).json()["id"]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await client.get(f"/jobs/{running}")).json()["status"] != "running":
                await asyncio.sleep(0.02)
        assert (await client.post("/jobs", json=DRESS)).status_code == 202
        full = await client.post("/jobs", json=DRESS)
        assert (full.status_code, full.json()["type"]) == (503, "/docs#busy")
        assert int(full.headers["retry-after"]) > 0


async def test_a_job_that_fails_says_why(client: httpx.AsyncClient, engine: Any) -> None:
    engine.failure = NotFiniteError("the model's output is not finite at step 2 of 4")
    engine.stop_at_step = 2
    job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
    job = await ended(client, job_id)
    assert (job["status"], job["problem"]["type"]) == ("failed", "/docs#not-finite")
    assert "step 2 of 4" in job["problem"]["detail"]
    number, name, problem = (await events(client, job_id))[-1]
    assert (name, problem) == ("error", job["problem"])
    assert (await client.get(f"/jobs/{job_id}/images/0")).status_code == 404


async def test_a_busy_engine_gets_the_job_again_and_a_dead_one_a_few_times(
    client: httpx.AsyncClient, engine: Any
) -> None:
    engine.failure = BusyError("full", retry_after_seconds=1)
    job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(engine.seen) <= ATTEMPTS:
            await asyncio.sleep(0.02)
    engine.failure = EngineStoppedError("the engine died")
    job = await ended(client, job_id)
    assert (job["status"], job["problem"]["type"], job["attempts"]) == ("failed", "/docs#not-ready", ATTEMPTS)


async def test_a_deadline_counts_from_the_acceptance(client: httpx.AsyncClient, engine: Any) -> None:
    engine.gate.clear()
    await client.post("/jobs", json=DRESS)
    await client.post("/jobs", json=DRESS)
    late = (await client.post("/jobs", json=DRESS | {"deadline_seconds": 0.1, "priority": "low"})).json()["id"]
    await asyncio.sleep(0.2)
    engine.gate.set()
    job = await ended(client, late)
    assert (job["status"], job["problem"]["type"]) == ("failed", "/docs#deadline-exceeded")
    assert len(engine.seen) == 2


async def test_metrics_count_jobs(client: httpx.AsyncClient) -> None:
    await ended(client, (await client.post("/jobs", json=DRESS)).json()["id"])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'cosmicman_jobs{state="finished"} 1.0' not in (text := (await client.get("/metrics")).text):
            await asyncio.sleep(0.1)
    assert 'cosmicman_jobs_ended_total{outcome="finished"} 1.0' in text
    assert 'route="/jobs/{job_id}"' in text


async def test_head_and_other_methods(client: httpx.AsyncClient) -> None:
    job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
    await ended(client, job_id)
    assert (await client.head(f"/jobs/{job_id}")).status_code == 200
    assert (await client.head(f"/jobs/{job_id}/images/0")).content == b""
    wrong = await client.put(f"/jobs/{job_id}")
    assert wrong.status_code == 405


async def test_plain_requests_are_served_while_jobs_wait(client: httpx.AsyncClient, engine: Any) -> None:
    ids = [(await client.post("/jobs", json=DRESS)).json()["id"] for _ in range(6)]
    answer = await client.post("/generate", json=DRESS)
    assert answer.status_code == 200
    for job_id in ids:
        assert (await ended(client, job_id))["status"] == "finished"
