"""No log line at info or above holds a word that a client wrote, whatever route it sent it to and however it ended."""

import asyncio
import base64
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from engine.engine import Engine, EngineSettings
from engine.errors import BusyError, DeadlineError, GenerationError, NotFiniteError, RequestError
from server.app import create_app
from server.observability.log_lines import LogHandler, configure
from server.settings import Settings

CANARY = "cAnArY"
PICTURE = base64.b64encode(b"\x89PNG " + CANARY.encode()).decode()
HEADERS = {
    "Authorization": f"Bearer {CANARY}",
    "X-Api-Key": CANARY,
    "Idempotency-Key": CANARY,
    "Cookie": f"session={CANARY}",
    "Referer": f"http://localhost/{CANARY}",
    "User-Agent": CANARY,
    "traceparent": CANARY,
    "X-Request-Id": f"{CANARY} with spaces",
}
#: By what they get wrong.
BODIES: dict[str, Any] = {
    "nothing": {"description": f"a woman in a red {CANARY} dress", "negative_description": CANARY},
    "groups": {"description": "a woman", "groups": {"top": f"red {CANARY} shirt"}},
    "a group": {"description": "a woman", "groups": {CANARY: CANARY}},
    "a value": {"description": f"a {CANARY}", "steps": CANARY, "sampler": CANARY, "image_format": CANARY},
    "a field": {CANARY: CANARY, "description": CANARY},
    "a picture": {"description": CANARY, "init_image": PICTURE},
    "base64": {"description": CANARY, "init_image": f"{CANARY}!!"},
    "a type": {"description": [CANARY], "text": {CANARY: 1}},
    "length": {"description": CANARY * 2000, "text": CANARY * 2000},
    "text": {"text": f"a man in a {CANARY} coat", "prompt": CANARY},
}
PATHS = ("/generate", "/parse", "/model", "/groups", "/healthz", "/readyz", "/metrics", "/statusz", "/docs", "/nothing")
FAILURES = (
    None,
    RuntimeError(CANARY),
    KeyError(CANARY),
    UnicodeEncodeError("utf-8", f"{CANARY}\ud800", 6, 7, CANARY),
    RequestError("description", f"description got {CANARY}"),
    BusyError("64 requests are waiting", retry_after_seconds=1.0),
    DeadlineError("the request was not finished within its 1 seconds"),
    GenerationError("unet.onnx failed"),
    NotFiniteError("the model's output is not finite"),
)


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    out = io.StringIO()
    root = logging.getLogger()
    before = root.level
    configure("info", "json", out)
    yield out.getvalue
    root.setLevel(before)
    for handler in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(handler)


def clean(text: str) -> bool:
    return CANARY.lower() not in text.lower() and PICTURE not in text


async def test_every_route_and_every_mistake(client: Any, log: Callable[[], str]) -> None:
    query = {"prompt": CANARY, "key": CANARY}
    for path in PATHS:
        for body in BODIES.values():
            await client.post(path, json=body, headers=HEADERS, params=query)
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
            await client.request(method, path, headers=HEADERS, params=query)
        for raw in (CANARY, f'{{"description": "{CANARY}', f'{{"{CANARY}": NaN}}', f'"{CANARY}"'):
            await client.post(path, content=raw, headers=HEADERS | {"Content-Type": "application/json"})
        await client.post(path, content=CANARY, headers=HEADERS | {"Content-Type": f"text/{CANARY}"})
        await client.get(path, headers=HEADERS | {"Host": f"{CANARY}.example.org"})
        await client.post(path, json=BODIES["nothing"], headers=HEADERS | {"Accept": f"image/{CANARY}"})
    assert log().count("\n") > 100
    assert clean(log())


@pytest.mark.parametrize("failure", FAILURES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream", "image/png"])
async def test_every_way_a_generation_ends(
    client: Any, engine: Any, log: Callable[[], str], failure: Exception | None, accept: str
) -> None:
    engine.failure, engine.stop_at_step = failure, 1
    await client.post("/generate", json=BODIES["nothing"], headers=HEADERS | {"Accept": accept})
    assert "server.middleware.observe" in log()
    assert clean(log())


async def test_what_is_no_http(live: Any, log: Callable[[], str]) -> None:
    for sent in (f"{CANARY} / HTTP/9\r\n\r\n", f"GET / HTTP/1.1\r\n{CANARY}\r\n\r\n", f"GET /{CANARY * 4000}"):
        reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
        writer.write(sent.encode())
        writer.write_eof()
        await reader.read()
        writer.close()
    assert clean(log())


async def test_lines_of_the_engines_threads_name_their_request(bundle: Any, log: Callable[[], str], talk: Any) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40)).save(out, "PNG", icc_profile=b"\0" * 16 + b"RGB " + CANARY.encode() * 40)
    body = {"description": "a woman", "steps": 2, "init_image": base64.b64encode(out.getvalue()).decode()}
    async with talk(create_app(Settings(), Engine.load(bundle, EngineSettings(num_threads=1)))) as client:
        answer = await client.post("/generate", json=body, headers={"X-Request-Id": "a1"})
        assert answer.status_code == 200, answer.text
    lines = [json.loads(line) for line in log().splitlines()]
    (line,) = [line for line in lines if line["logger"] == "engine.pictures.colour_profile"]
    assert line["request_id"] == "a1"
    assert clean(log())


async def test_real_engine(bundle: Any, log: Callable[[], str], talk: Any) -> None:
    engine = Engine.load(bundle, EngineSettings(num_threads=1))
    async with talk(create_app(Settings(), engine)) as client:
        for body in BODIES.values():
            await client.post("/generate", json=body | {"steps": 1} if "steps" not in body else body, headers=HEADERS)
    assert "serving tiny" in log()
    assert clean(log())
