"""Gateway and engine give one verdict on thousands of random bodies: the same fields are wrong; nothing is painted."""

import base64
import io
import json
import random
from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from fastapi import FastAPI
from PIL import Image

from engine.description import parse
from engine.engine import (
    Engine,
    EngineSettings,
    EngineStats,
    Event,
    GenerationRequest,
    ModelInfo,
    PreparedRequest,
    SecondPass,
)
from engine.errors import RequestError
from engine.remote import messages as wire
from engine.request.prepare import NONE
from server.app import create_app
from server.settings import Settings
from tests.thorough import few_or

NUM_BODIES = few_or(1200, 5000)
SEED = 19
TEXT = "a woman in a red dress"


def png(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 60)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


#: For each field what a body may say of it, right or wrong by itself or beside others; all of the right type.
VALUES: dict[str, Sequence[Any]] = {
    "description": (TEXT, "", " ", "a (red dress:3), no hat", "(hat:9)", "a\0b", "z " * 1300, "z" * 8001),
    "groups": (None, {}, {"hair": "red hair"}, {"dress": ""}, {"hats": "a"}, {"hair": "(red hair:9)"}, {"bag": "\0"}),
    "weights": (None, {}, {"dress": 1.5}, {"dress": 4}, {"dress": -1}, {"hair": 2, "tops": 1}, {"negated": 1}),
    "negative_description": ("", "hat", "z " * 1300, "a\0b"),
    "width": (None, 32, 40, 48, 33, 0, -8, 10**30),
    "height": (None, 48, 40, 32, 47, 1),
    "steps": (None, 1, 2, 4, 30, 31, 51, 0, 10**30),
    "guidance_scale": (None, 0, 1, 3.5, 30, 30.5, -1, 1e300),
    "sampler": (None, "ddim", "lcm", "pndm", "magic", ""),
    "variant": (*("full",) * 8, "few_steps", "half"),
    "decoder": (*("full",) * 8, "fast", "half"),
    "seed": (None, 0, 7, 2**32 - 1, 2**32),
    "image_index": (0, 3, 2**32 - 1, 2**32, -1),
    "num_images": (1, 3, 8, 9, 0),
    "image_format": ("png", "jpeg", "webp", "gif"),
    "image_quality": (None, 1, 80, 100, 0, 101),
    "cutout": (*(False,) * 9, True),
    "attention": (*(False,) * 9, True),
    "priority": ("high", "normal", "low", "urgent"),
    "deadline_seconds": (None, 5, 0.5, 0, -1, 86_401),
    "guidance_interval": (None, [0, 1], [0.2, 0.8], [0.8, 0.2], [-1, 2]),
    "init_image": (None, png(32, 48), png(300, 200), png(1000, 10), "R0lGODlh"),
    "strength": (None, 0.01, 0.3, 0.6, 1, 0, 1.5),
    "mask": (*(None,) * 16, png(32, 48), png(300, 200), "R0lGODlh"),
    "change": (*(None,) * 30, ["top"], ["top", "hats"], ["auto"], ["auto", "top"], ["top", "top"]),
    "grow": (*(None,) * 24, 0, 16, 256, 257),
    "feather": (*(None,) * 24, 0, 64, 65),
    "second_pass": (
        None,
        {},
        {"strength": 0.01},
        {"strength": 1, "steps": 1},
        {"strength": 0.5, "scale": 1.2},
        {"strength": 0.5, "steps": 31},
        {"strength": 2, "scale": 0.5},
        {"guidance_scale": 99, "scale": 9},
        {"steps": 0},
    ),
    "preview_every": (None, 1, 4, 30, 31, 0, -1, 10**30),
}  # fmt: skip


def bodies() -> list[dict[str, Any]]:
    """Each has some of the fields, most of them with a value that is right by itself."""
    draw = random.Random(SEED)
    made = []
    for _ in range(NUM_BODIES):
        body = {name: draw.choice(values) for name, values in VALUES.items() if draw.random() < 0.3}
        if draw.random() < 0.9:
            body["description"] = TEXT
        made.append(body)
    return made


def asked(body: Mapping[str, Any]) -> GenerationRequest:
    """The engine's request of a body, by the shortest way there is."""
    values = {name: value for name, value in body.items() if value is not None}
    values["description"] = parse(values.get("description", "")[:8000])
    if len(body.get("description", "")) > 8000:
        values["description"] = type(values["description"])(text=body["description"], spans=())
    for name in ("init_image", "mask"):
        if name in values:
            values[name] = base64.b64decode(values[name])
    if "change" in values:
        values["change"] = tuple(values["change"])
    if "guidance_interval" in values:
        values["guidance_interval"] = tuple(values["guidance_interval"])
    if "second_pass" in values:
        values["second_pass"] = SecondPass(**values["second_pass"])
    return GenerationRequest(**values)


class Judge:
    """The engine's own judgement, and an engine that is never ready: what is right gets 503, before any compute."""

    ready = False

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.asked = 0

    @property
    def model(self) -> ModelInfo:
        return self._engine.model

    def stats(self) -> EngineStats:
        return self._engine.stats()

    def check_room(self, caller: str) -> None:
        """There always is."""

    def prepare(self, request: GenerationRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE) -> PreparedRequest:
        self.asked += 1
        return self._engine.prepare(request, mistakes=mistakes)

    def generate(self, request: PreparedRequest) -> AsyncIterator[Event]:
        raise AssertionError("nothing is painted here")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


@pytest.fixture(scope="module")
def engine(bundle: Path) -> Engine:
    return Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False))


def of_engine(engine: Engine, request: GenerationRequest) -> list[str]:
    """The fields that are wrong."""
    try:
        engine.prepare(request)
    except RequestError as error:
        return list(error.mistakes)
    return []


async def of_gateway(app: FastAPI, body: Mapping[str, Any]) -> list[str]:
    """The fields that are wrong; what is right is refused by the engine that is not ready.

    Spoken to without a client of HTTP, which would take most of the time.
    """
    sent: list[MutableMapping[str, Any]] = []
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "POST", "path": "/generate", "query_string": b"", "headers": headers}

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if sent[0]["status"] == 503:
        return []
    problem = json.loads(b"".join(message.get("body", b"") for message in sent))
    assert sent[0]["status"] == 422, problem
    return list(dict.fromkeys(error["field"] for error in problem["errors"]))


async def test_gateway_and_engine_agree_on_every_body(engine: Engine) -> None:
    judge = Judge(engine)
    app = create_app(Settings(), judge)
    right = 0
    async with app.router.lifespan_context(app):
        for body in bodies():
            expected = of_engine(engine, asked(body))
            assert await of_gateway(app, body) == expected, body
            right += not expected
    assert judge.asked == NUM_BODIES, "each is judged once"
    assert NUM_BODIES / 50 < right < NUM_BODIES / 2  # the more fields, the fewer without a mistake


def test_a_request_from_another_process_gets_the_same_verdict(engine: Engine) -> None:
    for body in bodies()[:1000]:
        request = asked(body)
        sent = wire.loads(wire.dumps(request), wire.QUESTIONS)
        assert of_engine(engine, sent) == of_engine(engine, request), body
