"""Several gateways around one real Redis: what one has answered or has under way the others know, while it lives."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from server.replay.in_redis import InRedis
from server.replay.record import Record
from server.replay.wire import Mark

DRESS = {"description": "a woman in a red dress", "seed": 7}
KEY = {"Idempotency-Key": "order 66"}
FORMS = ["application/json", "image/png", "text/event-stream"]
LOGGER = "server.replay.in_redis"


@pytest.fixture
async def replicas(serving: Any, engine: Any, redis: Any, request: pytest.FixtureRequest) -> Any:
    """Two gateways, each with an engine of its own; the first one's is `engine`. They wait for as long as Redis takes,
    but where it is silent: what is shared must not depend on how busy this machine is."""
    patience = {"redis": redis.url, "redis_timeout_seconds": request.param if hasattr(request, "param") else 60}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving(engine=engine, **patience))
        second = await stack.enter_async_context(serving(engine=type(engine)(), **patience))
        yield first, second


async def draw(client: httpx.AsyncClient, accept: str = "application/json", **headers: str) -> httpx.Response:
    return await client.post("/generate", json=DRESS, headers=KEY | {"Accept": accept} | headers)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOGGER]


@pytest.mark.parametrize("accept", FORMS)
async def test_another_replica_replays(replicas: Any, engine: Any, redis: Any, accept: str) -> None:
    first = await draw(replicas[0], accept)
    again = await draw(replicas[1], accept)
    while again.status_code == 409:  # the answer is out before Redis has it
        again = await draw(replicas[1], accept)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-original-request-id"] == first.headers["x-request-id"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert len(engine.seen) == 1
    (key,) = await redis.keys()
    assert 0 < int((await redis.say("PTTL", key)).split("\r\n")[0][1:]) <= 86_400_000


async def test_another_replica_replays_a_stream_from_an_event(replicas: Any) -> None:
    first = await draw(replicas[0], FORMS[2])
    rest = await draw(replicas[1], FORMS[2], **{"Last-Event-ID": "3"})
    while rest.status_code == 409:
        rest = await draw(replicas[1], FORMS[2], **{"Last-Event-ID": "3"})
    assert rest.text == first.text[first.text.index("id: 4\n") :]


@pytest.mark.parametrize("accept", FORMS)
async def test_another_replica_knows_what_is_under_way(
    replicas: Any, engine: Any, eventually: Any, accept: str
) -> None:
    engine.gate.clear()
    first = asyncio.create_task(draw(replicas[0], accept))
    await eventually(lambda: engine.stats().running == 1)
    early = await draw(replicas[1], accept)
    resumed = await draw(replicas[1], accept, **{"Last-Event-ID": "1"})
    other = await replicas[1].post("/generate", json=DRESS | {"seed": 8}, headers=KEY | {"Accept": accept})
    engine.gate.set()
    assert (await first).status_code == 200
    assert (early.status_code, resumed.status_code) == (409, 409)
    assert early.headers["retry-after"] == "1"
    assert (other.status_code, other.json()["type"]) == (422, "/docs#idempotency-mismatch")


async def test_twenty_at_once_over_two_replicas_are_one_generation(replicas: Any, engine: Any) -> None:
    answers = await asyncio.gather(*(draw(replicas[number % 2]) for number in range(20)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert sum("idempotent-replayed" not in answer.headers for answer in good) == 1
    assert len({answer.content for answer in good}) == 1
    assert {answer.status_code for answer in answers} <= {200, 409}


async def test_failed_and_cancelled_requests_free_their_key_everywhere(
    replicas: Any, engine: Any, redis: Any, eventually: Any
) -> None:
    engine.failure = RuntimeError("secret path")
    assert (await draw(replicas[0])).status_code == 500
    engine.failure = None
    engine.gate.clear()
    left = asyncio.create_task(draw(replicas[0], **{"Idempotency-Key": "another"}))
    await eventually(lambda: engine.stats().running == 1)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    while await redis.keys():
        await asyncio.sleep(0.01)
    for key in ("order 66", "another"):
        answer = await draw(replicas[1], **{"Idempotency-Key": key})
        assert answer.status_code == 200
        assert "idempotent-replayed" not in answer.headers


async def test_key_of_a_dead_replica_frees_itself(
    replicas: Any, redis: Any, pass_time: Callable[[float], None]
) -> None:
    """The dead one is a gateway's share in Redis that ends without a word, as with kill -9."""
    dead = InRedis(redis.url, keep_seconds=60, ask_seconds=60)
    assert await dead.claim("name", "fingerprint") is None
    (key,) = await redis.keys()
    await dead.close()
    left = int((await redis.say("PTTL", key)).split("\r\n")[0][1:])
    assert 0 < left <= 15_000
    alive = InRedis(redis.url, keep_seconds=60, ask_seconds=60)
    assert isinstance(await alive.claim("name", "fingerprint"), Mark)
    await redis.say("PEXPIRE", key, "1")  # in place of waiting
    while await redis.keys():
        await asyncio.sleep(0.01)
    assert await alive.claim("name", "fingerprint") is None
    await alive.close()


async def test_mark_of_a_living_replica_is_renewed(
    redis: Any, pass_time: Callable[[float], None], eventually: Any
) -> None:
    async def left() -> int:
        (key,) = await redis.keys()
        return int((await redis.say("PTTL", key)).split("\r\n")[0][1:])

    shared = InRedis(redis.url, keep_seconds=60, ask_seconds=60)
    assert await shared.claim("name", "fingerprint") is None
    (key,) = await redis.keys()
    await redis.say("PEXPIRE", key, "9000")
    await asyncio.sleep(0)
    pass_time(6)
    while await left() <= 9000:
        await asyncio.sleep(0.01)
    await redis.say("DEL", key)  # Redis was started anew and has forgotten
    pass_time(6)
    while not await redis.keys():
        await asyncio.sleep(0.01)
    await shared.release("name")
    assert await redis.keys() == []
    await shared.close()


async def test_who_lost_its_lease_does_not_overwrite_another_s_answer(redis: Any) -> None:
    late, other = (InRedis(redis.url, keep_seconds=60, ask_seconds=60) for _ in range(2))
    assert await late.claim("name", "fingerprint") is None
    await redis.say("FLUSHALL")
    assert await other.claim("name", "fingerprint") is None
    theirs, ours = (
        Record.of(fingerprint="fingerprint", request_id=name, status=200, headers=[], parts=[b"a", b"bc"])
        for name in ("theirs", "ours")
    )
    await other.publish("name", theirs)
    await late.publish("name", ours)
    await late.release("name")
    found = await late.find("name")
    assert isinstance(found, Record)
    assert (found.request_id, found.parts) == ("theirs", [b"a", b"bc"])
    await late.close()
    await other.close()


@pytest.mark.parametrize(
    ("replicas", "trouble"), [(60, "killed"), (2, "paused"), (60, "full"), (60, "locked")], indirect=["replicas"]
)
async def test_redis_in_trouble_breaks_nothing_and_comes_back(
    replicas: Any, redis: Any, engine: Any, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    if trouble == "killed":
        await redis.stop()
    elif trouble == "paused":
        redis.signal(signal.SIGSTOP)
    elif trouble == "full":
        await redis.say("CONFIG", "SET", "maxmemory", "1")
    else:
        await redis.say("CONFIG", "SET", "requirepass", "a password")
    async with asyncio.timeout(60):
        answers = [await draw(replicas[0], **{"Idempotency-Key": str(number)}) for number in range(5)]
        again = await draw(replicas[0], **{"Idempotency-Key": "0"})
        together = await asyncio.gather(*(draw(replicas[0], **{"Idempotency-Key": "x"}) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert again.content == answers[0].content  # this process still knows its own
    assert sum(answer.status_code == 200 and "idempotent-replayed" not in answer.headers for answer in together) == 1
    assert len(lines(caplog)) == 1
    assert "Redis does not answer" in lines(caplog)[0]
    if trouble == "killed":
        await redis.start()
    elif trouble == "paused":
        redis.signal(signal.SIGCONT)
    elif trouble == "full":
        await redis.say("CONFIG", "SET", "maxmemory", "0")
    else:
        await redis.stop()
        await redis.start()
    number = 0
    while len(lines(caplog)) == 1:
        number += 1
        await draw(replicas[0], **{"Idempotency-Key": f"back {number}"})
        await asyncio.sleep(0.05)
    assert "Redis answers again" in lines(caplog)[1]
    first = await draw(replicas[0], **{"Idempotency-Key": "shared"})
    shared = await draw(replicas[1], **{"Idempotency-Key": "shared"})
    while shared.status_code == 409:
        shared = await draw(replicas[1], **{"Idempotency-Key": "shared"})
    assert shared.content == first.content
    assert shared.headers["idempotent-replayed"] == "true"


async def test_redis_that_dies_while_a_request_runs_costs_it_nothing(
    replicas: Any, redis: Any, engine: Any, eventually: Any
) -> None:
    engine.gate.clear()
    first = asyncio.create_task(draw(replicas[0]))
    await eventually(lambda: engine.stats().running == 1)
    await redis.stop()
    engine.gate.set()
    assert (await first).status_code == 200
    assert (await draw(replicas[0])).headers["idempotent-replayed"] == "true"


async def test_what_no_gateway_wrote_is_nothing(replicas: Any, redis: Any) -> None:
    await draw(replicas[0])
    while len(await redis.keys()) != 1:
        await asyncio.sleep(0.01)
    (key,) = await redis.keys()
    await redis.say("SET", key, "no answer of ours")
    assert (await draw(replicas[1])).status_code == 200


async def test_gateway_starts_without_its_redis(serving: Any, port: int) -> None:
    async with serving(redis=f"redis://127.0.0.1:{port}") as client:
        answers = [await draw(client) for _ in range(2)]
    assert answers[0].content == answers[1].content
