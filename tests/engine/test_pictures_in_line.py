"""Pictures to start from are decoded in line: bounded by it, one at a time, and never in the way of plain requests."""

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.description import Description
from engine.engine import MAX_READ_AT_ONCE, Engine, EngineSettings, Event, GenerationRequest, Queued
from engine.errors import BusyError, DeadlineError, RequestError
from engine.model import start_picture
from engine.pictures.decode import load_colours
from engine.pictures.encode import read_provenance

SETTINGS = EngineSettings(num_threads=1, warm_up=False, max_running=2, max_waiting=2)
PATIENCE = 60


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 96), (200, 30, 60)).save(buffer, "PNG")
    return buffer.getvalue()


def request(**changes: Any) -> GenerationRequest:
    defaults: dict[str, Any] = {"seed": 11, "steps": 2, "strength": None}
    return GenerationRequest(description=Description(text="a woman", spans=()), **{**defaults, **changes})


class Gate:
    """Decodes as the engine does, once it is opened; counts who is inside."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside = self.most = self.entered = 0
        self._lock = threading.Lock()

    def load(self, *arguments: Any) -> Any:
        with self._lock:
            self.inside, self.entered = self.inside + 1, self.entered + 1
            self.most = max(self.most, self.inside)
        assert self.open.wait(PATIENCE)
        try:
            return load_colours(*arguments)
        finally:
            with self._lock:
                self.inside -= 1


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(start_picture, "load_colours", gate.load)
    yield gate  # type: ignore[misc]
    gate.open.set()


@pytest.fixture
async def engine(bundle: Path) -> AsyncIterator[Engine]:
    async with Engine.load(bundle, SETTINGS) as engine:
        yield engine


async def collect(engine: Engine, wanted: GenerationRequest) -> list[Event]:
    return [event async for event in engine.generate(wanted)]


async def until(engine: Engine, waiting: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while engine.stats().waiting != waiting:
            await asyncio.sleep(0.01)


async def test_plain_requests_pass_pictures_that_are_still_decoded(engine: Engine, gate: Gate) -> None:
    pictures = [asyncio.create_task(collect(engine, request(init_image=png()))) for _ in range(3)]
    await until(engine, 3)
    async with asyncio.timeout(PATIENCE):
        events = await collect(engine, request())
    assert events[0] == Queued(position=3)
    assert not any(picture.done() for picture in pictures)
    assert engine.stats().running == 0, "a picture that is not decoded takes no place among those that run"
    gate.open.set()
    ended = await asyncio.wait_for(asyncio.gather(*pictures), PATIENCE)
    told = [[type(event) for event in events if not isinstance(event, Queued)] for events in ended]
    assert told == [told[0]] * 3
    assert (gate.entered, gate.most) == (3, MAX_READ_AT_ONCE)


async def test_pictures_are_refused_where_the_line_is_full(engine: Engine, gate: Gate) -> None:
    pictures = [asyncio.create_task(collect(engine, request(init_image=png()))) for _ in range(4)]
    await until(engine, 4)
    for wanted in (request(init_image=png()), request()):
        with pytest.raises(BusyError):
            await collect(engine, wanted)
    gate.open.set()
    await asyncio.wait_for(asyncio.gather(*pictures), PATIENCE)
    assert gate.entered == 4, "the refused one was never decoded"


async def test_whoever_leaves_the_line_is_not_decoded(engine: Engine, gate: Gate) -> None:
    first, second = (asyncio.create_task(collect(engine, request(init_image=png()))) for _ in range(2))
    await until(engine, 2)
    second.cancel()
    await until(engine, 1)
    with pytest.raises(DeadlineError, match="it was in line"):
        await collect(engine, request(init_image=png(), deadline_seconds=0.2))
    gate.open.set()
    await asyncio.wait_for(first, PATIENCE)
    assert gate.entered == 1


async def test_a_seed_of_minus_one_is_drawn(engine: Engine) -> None:
    [event] = [each for each in await collect(engine, request(seed=-1)) if hasattr(each, "data")]
    assert read_provenance(event.data)["seed"] == event.seed >= 0
    with pytest.raises(RequestError, match="from 0 to 4294967295, or -1 to draw one; got -2"):
        engine.prepare(request(seed=-2))


LONG = "\N{DANCER} " * 3500


async def test_a_jpeg_that_cannot_hold_its_provenance_is_refused_before_any_work(bundle: Path) -> None:
    settings = EngineSettings(num_threads=1, warm_up=False, max_windows=10_000)
    async with Engine.load(bundle, settings) as engine:
        for image_format in ("jpeg", "webp", "png"):
            wanted = GenerationRequest(
                description=Description(text=LONG, spans=()), steps=1, guidance_scale=1.0, image_format=image_format
            )
            if image_format == "jpeg":
                with pytest.raises(RequestError, match="jpeg holds 65533 bytes .*; ask for png or webp") as caught:
                    engine.prepare(wanted)
                assert (caught.value.field, engine.stats().forwards_total) == ("image_format", 0)
                continue
            [event] = [each for each in await collect(engine, wanted) if hasattr(each, "data")]
            assert read_provenance(event.data)["description"] == LONG


async def test_a_jpeg_of_a_long_description_in_english_is_drawn(engine: Engine) -> None:
    text = ("a woman in a long red dress, " * 90)[: engine.model.max_characters]
    wanted = GenerationRequest(description=Description(text=text, spans=()), steps=1, image_format="jpeg")
    [event] = [each for each in await collect(engine, wanted) if hasattr(each, "data")]
    assert read_provenance(event.data)["description"] == text
