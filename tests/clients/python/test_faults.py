"""The client against servers that refuse, break off, answer something else, or are slow."""

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from cosmicman_client import (
    APIConnectionError,
    APIResponseError,
    APITimeoutError,
    AsyncClient,
    Client,
    ConflictError,
    DeadlineExceededError,
    GenerationFailedError,
    OverloadedError,
    RateLimitError,
    ServerError,
)
from cosmicman_client._exchange import constants, retry
from cosmicman_client._exchange.retry import RetryBudget
from cosmicman_client._exchange.sse import Decoder

PARSED = json.dumps({"text": "x", "groups": []}).encode()
JSON = {"Content_Type": "application/json"}
PROBLEM = {"Content_Type": "application/problem+json"}
SSE = {"Content_Type": "text/event-stream"}
Server = Callable[..., Any]


def problem(status: int, slug: str, detail: str = "told why") -> bytes:
    return json.dumps({"type": f"/docs#{slug}", "status": status, "detail": detail}).encode()


def test_429_and_503_are_tried_again_when_the_server_says(scripted: Server, http: Server) -> None:
    server = scripted(
        http("429 Too Many Requests", problem(429, "too-many-requests"), retry_after="0.2", **PROBLEM),
        http("503 Service Unavailable", problem(503, "busy"), retry_after="0.1", **PROBLEM),
        http("200 OK", PARSED, **JSON),
    )
    began = time.monotonic()
    with Client(server.url) as client:
        assert client.parse("x").text == "x"
    assert time.monotonic() - began >= 0.3
    keys = {server.header(number, "Idempotency-Key") for number in range(3)}
    assert len(keys) == 1 and len(keys.pop()) == 32
    assert [server.header(number, "X-Retry-Count") for number in range(3)] == ["", "1", "2"]


@pytest.mark.parametrize(
    ("status", "slug", "error"),
    [
        ("429 Too Many Requests", "too-many-requests", RateLimitError),
        ("503 Service Unavailable", "busy", OverloadedError),
        ("409 Conflict", "idempotency-in-flight", ConflictError),
        ("500 Internal Server Error", "internal-error", ServerError),
    ],
)
def test_the_last_refusal_is_the_error(
    scripted: Server, http: Server, status: str, slug: str, error: type[Exception]
) -> None:
    answer = http(status, problem(int(status[:3]), slug), retry_after="0", **PROBLEM)
    server = scripted(answer, answer, answer)
    with Client(server.url) as client, pytest.raises(error, match=r"told why \(request told-id\)") as caught:
        client.parse("x")
    assert len(server.requests) == 3
    assert caught.value.kind == slug  # type: ignore[attr-defined]
    assert caught.value.retry_after_seconds == 0  # type: ignore[attr-defined]


def test_the_server_decides_whether_it_is_worth_it(scripted: Server, http: Server) -> None:
    server = scripted(http("503 Service Unavailable", problem(503, "busy"), x_should_retry="false", **PROBLEM))
    with Client(server.url) as client, pytest.raises(OverloadedError):
        client.parse("x")
    server = scripted(
        http("400 Bad Request", problem(400, "not-json"), x_should_retry="true", retry_after="0", **PROBLEM),
        http("200 OK", PARSED, **JSON),
    )
    with Client(server.url) as client:
        assert client.parse("x").groups == ()


def test_who_wants_more_than_two_minutes_is_not_asked_again(scripted: Server, http: Server) -> None:
    server = scripted(http("503 Service Unavailable", problem(503, "busy"), retry_after="121", **PROBLEM))
    with Client(server.url) as client, pytest.raises(OverloadedError) as caught:
        client.parse("x")
    assert caught.value.retry_after_seconds == 121
    assert len(server.requests) == 1


def test_a_pause_that_outlasts_the_deadline_is_not_waited_for(scripted: Server, http: Server) -> None:
    server = scripted(http("503 Service Unavailable", problem(503, "busy"), retry_after="60", **PROBLEM))
    began = time.monotonic()
    with Client(server.url, deadline=5) as client, pytest.raises(DeadlineExceededError, match="told why"):
        client.parse("x")
    assert time.monotonic() - began < 4


def test_broken_connections_are_tried_again(scripted: Server, http: Server) -> None:
    server = scripted(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", http("200 OK", PARSED, **JSON))
    with Client(server.url) as client:
        assert client.parse("x").text == "x"
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Request-Id: half-id\r\n\r\n{"
    server = scripted(half)
    with Client(server.url, max_retries=0) as client, pytest.raises(APIConnectionError, match="half-id") as caught:
        client.parse("x")
    assert caught.value.request_id == "half-id"


def test_nobody_there_is_one_error(unused_port: int) -> None:
    with Client(f"http://127.0.0.1:{unused_port}", max_retries=1) as client, pytest.raises(APIConnectionError):
        client.model()


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_silence_ends_with_the_timeout_and_with_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Client(url, timeout=0.2, max_retries=0) as client, pytest.raises(APITimeoutError):
            client.model()
        with Client(url, deadline=0.5) as client, pytest.raises(DeadlineExceededError, match="0.5 seconds"):
            client.model()


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"<html>hello</html>", "text/html", "expected JSON, got text/html that starts with '<html>hello"),
        (b"", "application/json", "expected JSON"),
        (b'{"text": "x"', "application/json", "expected JSON"),
        (b"[]", "application/json", "expected an object with Parsed's fields, got list"),
        (b'{"groups": []}', "application/json", "Parsed lacks text"),
        (b'{"text": "x", "groups": 5}', "application/json", "groups must be a list, got int"),
    ],
)
def test_answers_of_something_else_are_named(
    scripted: Server, http: Server, body: bytes, kind: str, words: str
) -> None:
    server = scripted(http("200 OK", body, Content_Type=kind))
    with Client(server.url) as client, pytest.raises(APIResponseError) as caught:
        client.parse("x")
    assert words in str(caught.value) and "told-id" in str(caught.value)
    assert caught.value.request_id == "told-id"


def test_a_proxy_that_refuses_with_html_is_a_refusal(scripted: Server, http: Server) -> None:
    page = http("502 Bad Gateway", b"<html>nginx</html>", Content_Type="text/html", retry_after="0")
    with Client(scripted(page, page, page).url) as client, pytest.raises(ServerError, match="502 with text/html"):
        client.parse("x")
    moved = http("307 Temporary Redirect", Location="http://203.0.113.5/", Content_Type="text/html")
    server = scripted(moved)
    with Client(server.url, api_key="cms_x") as client, pytest.raises(Exception, match="307"):
        client.parse("x")  # a key is not carried to wherever a redirect leads


def events(*items: tuple[int, str, object]) -> bytes:
    return "".join(f"id: {n}\nevent: {name}\ndata: {json.dumps(data)}\n\n" for n, name, data in items).encode()


SETTLED = {
    "id": "r", "model": "m", "seed": 1, "width": 8, "height": 8, "steps": 2, "guidance_scale": 1.0, "sampler": "ddim",
    "description": "x",
}  # fmt: skip
IMAGE = {"data": "AAAA", "media_type": "image/png", "width": 8, "height": 8, "seed": 1}
FIRST = ((1, "queued", {"id": "r", "position": 0}), (2, "started", SETTLED))
REST = ((3, "step", {"completed": 1, "total": 1}), (4, "image", IMAGE), (5, "finished", {"id": "r", "timings": {}}))
OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: told-id\r\nConnection: close\r\n\r\n"


async def test_a_stream_that_breaks_is_taken_up_after_the_last_event(scripted: Server) -> None:
    server = scripted(OPEN + events(*FIRST) + b"id: 3\nevent: st", OPEN + events(*REST))
    with Client(server.url) as client:
        told = list(client.stream("x"))
    assert [type(each).__name__ for each in told] == ["Queued", "Started", "Step", "ImageReady", "Finished"]
    assert server.header(1, "Last-Event-ID") == "2"
    assert server.header(0, "Idempotency-Key") == server.header(1, "Idempotency-Key") != ""
    server = scripted(OPEN + events(*FIRST), OPEN + events(*REST))
    async with AsyncClient(server.url) as asynchronous:
        generation = await asynchronous.stream("x").until_done()
    assert generation.image.data == b"\0\0\0" and server.header(1, "Last-Event-ID") == "2"


def test_half_a_stream_is_an_error_once_it_was_tried_again(scripted: Server) -> None:
    half = OPEN + events(*FIRST)
    server = scripted(half, OPEN, OPEN)
    with Client(server.url) as client, pytest.raises(APIConnectionError, match=r"before its last event.*told-id"):
        list(client.stream("x"))
    assert len(server.requests) == 3


def test_error_event_is_raised_with_its_problem(scripted: Server) -> None:
    failed = (3, "error", {"type": "/docs#not-finite", "status": 500, "detail": "no finite numbers"})
    server = scripted(OPEN + events(*FIRST, failed))
    with Client(server.url) as client, pytest.raises(GenerationFailedError, match="no finite numbers") as caught:
        list(client.stream("x"))
    assert caught.value.kind == "not-finite" and caught.value.request_id == "told-id"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (OPEN.replace(b"text/event-stream", b"text/html") + b"<html>", "expected text/event-stream, got text/html"),
        (OPEN + b"event: step\ndata: {no json\n\n", "'step' is no JSON"),
        (OPEN + b"event: step\ndata: [1]\n\n", "expected an object with Step's fields"),
        (OPEN + b'event: preview\ndata: {"data": "!", "media_type": "x"}\n\n', "no base64"),
    ],
)
def test_streams_of_something_else_are_named(scripted: Server, answer: bytes, words: str) -> None:
    server = scripted(answer)
    with Client(server.url) as client, pytest.raises(APIResponseError) as caught:
        list(client.stream("x"))
    assert words in str(caught.value) and caught.value.request_id == "told-id"


def test_a_transport_of_ones_own_carries_the_requests() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"text": json.loads(request.content)["text"], "groups": []})

    with Client("http://nowhere.invalid", transport=httpx.MockTransport(answer)) as client:
        assert client.parse("a red hat").text == "a red hat"


def test_pauses_are_those_of_the_field() -> None:
    assert [retry.pause(n, {}, chance=0.0) for n in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert [retry.pause(n, {}, chance=1.0) for n in range(2)] == [0.375, 0.75]
    assert retry.pause(0, {"retry-after-ms": "250", "retry-after": "9"}, chance=0.0) == 0.25
    assert retry.pause(0, {"retry-after": "7"}, chance=0.0) == 7.0
    assert retry.pause(0, {"retry-after": "nonsense"}, chance=0.0) == 0.5
    assert retry.pause(0, {"retry-after": "-3"}, chance=0.0) == 0.5
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry.pause(0, {"retry-after": soon}, chance=0.0) or 0) <= 30
    assert retry.pause(0, {"retry-after": "121"}) is None


def test_a_budget_allows_two_at_once_and_one_in_twenty_for_ever() -> None:
    budget = RetryBudget()
    spent = 0
    for _ in range(2000):
        budget.earn()
        spent += sum(budget.spend() for _ in range(constants.MAX_RETRIES))
    assert 2 <= spent <= 2 + 2000 * constants.BUDGET_SHARE + 1


def test_event_streams_in_pieces_of_any_size() -> None:
    first = ": comment\r\n\r\nid: 1\r\nevent: a\r\ndata: {\r\ndata: }\r\n\r\n"
    text = (first + "data: é\n\nevent: none\n\ndata:x\rid: 2\r\r").encode()
    for size in (1, 2, 3, 7, len(text)):
        decoder = Decoder()
        pieces = [text[at : at + size] for at in range(0, len(text), size)] + [b"\n"]
        told = [(each.name, each.data, each.id) for piece in pieces for each in decoder.feed(piece)]
        assert told == [("a", "{\n}", "1"), ("message", "é", "1"), ("message", "x", "2")], size
