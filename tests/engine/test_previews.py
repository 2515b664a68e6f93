"""Previews and the line, told while a request waits and runs: in order, in time, and no reason to fail."""

import asyncio
import io
import json
import shutil
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.bundle.manifest import MANIFEST_FILE, PREVIEW_MAP_FILE, UNET_FILE, Bundle
from engine.description import Description
from engine.engine import (
    Engine,
    EngineSettings,
    Event,
    Finished,
    GenerationRequest,
    ImageReady,
    Preview,
    Queued,
    Started,
    Step,
)
from engine.errors import RequestError
from engine.sessions import Array, Session
from engine.sessions.onnx.session import OnnxSessions

SETTINGS = EngineSettings(num_threads=1, warm_up=False, max_running=1)
PATIENCE_SECONDS = 120


class Paced:
    """A real session that waits for leave before each run."""

    def __init__(self, session: Session, leave: threading.Semaphore) -> None:
        self.input_names = session.input_names
        self._session, self._leave = session, leave

    def run(self, inputs: Mapping[str, Array]) -> Array:
        assert self._leave.acquire(timeout=PATIENCE_SECONDS)
        return self._session.run(inputs)


class PacedEngine:
    """An engine whose forwards a test lets go on, one by one."""

    def __init__(self, bundle: Path, settings: EngineSettings = SETTINGS) -> None:
        self.leave = threading.Semaphore(0)
        self.engine = Engine.load(bundle, settings, self._sessions)

    def _sessions(self, bundle: Bundle, settings: EngineSettings) -> Any:
        leave = self.leave

        class Sessions(OnnxSessions):
            def load(self, file: str) -> Session:  # type: ignore[override]
                session = super().load(file)
                return Paced(session, leave) if file == UNET_FILE else session

        return Sessions(bundle, settings)

    async def __aenter__(self) -> "PacedEngine":
        await self.engine.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        self.leave.release(10_000)
        await self.engine.__aexit__(None, None, None)


def request(**changes: Any) -> GenerationRequest:
    defaults: dict[str, Any] = {"seed": 11, "steps": 5, "guidance_scale": 1.0}
    return GenerationRequest(description=Description(text="a woman in a red dress", spans=()), **(defaults | changes))


@pytest.fixture
async def engine(bundle: Path) -> AsyncIterator[Engine]:
    async with Engine.load(bundle, SETTINGS) as engine:
        yield engine


@pytest.fixture
async def paced(bundle: Path) -> AsyncIterator[PacedEngine]:
    async with asyncio.timeout(PATIENCE_SECONDS), PacedEngine(bundle) as paced:
        yield paced


async def collect(engine: Engine, wanted: GenerationRequest) -> list[Event]:
    return [event async for event in engine.generate(wanted)]


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


async def watched(paced: PacedEngine, wanted: GenerationRequest) -> list[Event]:
    """The events of a request whose every preview is waited for before the next step."""
    events = []
    while paced.leave.acquire(blocking=False):
        pass  # what an earlier request was given and did not need
    paced.leave.release()
    async for event in paced.engine.generate(wanted):
        events.append(event)
        told = isinstance(event, Preview)
        due = isinstance(event, Step) and event.completed % (wanted.preview_every or 1)
        if told or due:
            paced.leave.release()
    return events


async def test_each_preview_follows_its_step_and_comes_before_the_picture(paced: PacedEngine) -> None:
    events = await watched(paced, request(preview_every=2))
    assert names(events) == [
        *("Queued", "Started", "Step", "Step", "Preview", "Step", "Step", "Preview", "Step", "ImageReady", "Finished")
    ]
    previews = [event for event in events if isinstance(event, Preview)]
    assert [(each.index, each.completed, each.total) for each in previews] == [(0, 2, 5), (0, 4, 5)]
    for each in previews:
        assert (each.media_type, each.width, each.height) == ("image/webp", 16, 24)
        with Image.open(io.BytesIO(each.data)) as image:
            assert (image.format, image.size) == ("WEBP", (16, 24))


async def test_preview_of_the_last_step_is_the_picture_itself(paced: PacedEngine) -> None:
    assert names(await watched(paced, request(steps=1, preview_every=1))).count("Preview") == 0
    events = await watched(paced, request(preview_every=1))
    assert [event.completed for event in events if isinstance(event, Preview)] == [1, 2, 3, 4]


async def test_steps_of_both_passes_count(paced: PacedEngine) -> None:
    from engine.engine import SecondPass

    second = SecondPass(strength=0.5, steps=4)
    events = await watched(paced, request(steps=3, preview_every=2, second_pass=second))
    previews = [event for event in events if isinstance(event, Preview)]
    assert [(each.completed, each.total) for each in previews] == [(2, 5), (4, 5)]


async def test_previews_come_only_where_they_are_asked_for_and_change_no_picture(engine: Engine) -> None:
    plain, shown = (
        await collect(engine, request(num_images=2)),
        await collect(engine, request(num_images=2, preview_every=1)),
    )
    assert "Preview" not in names(plain)
    assert [event.data for event in plain if isinstance(event, ImageReady)] == [
        event.data for event in shown if isinstance(event, ImageReady)
    ]


async def test_no_preview_comes_late_however_fast_the_steps_are(engine: Engine) -> None:
    """How many come in time depends on the machine; their order does not."""
    for _ in range(5):
        finished: set[int] = set()
        newest: dict[int, int] = {}
        events = await collect(engine, request(num_images=3, steps=8, preview_every=1))
        for event in events:
            if isinstance(event, ImageReady):
                finished.add(event.index)
            if isinstance(event, Preview):
                assert event.index not in finished
                assert newest.get(event.index, 0) < event.completed < event.total == 8
                newest[event.index] = event.completed
        assert isinstance(events[-1], Finished)


async def test_preview_that_is_no_number_is_left_out_and_the_request_ends_well(
    paced: PacedEngine,
) -> None:
    found = paced.engine._preview_map
    assert found is not None
    found.matrix[:] = np.nan
    paced.leave.release(100)
    events = await collect(paced.engine, request(preview_every=1))
    assert "Preview" not in names(events)
    assert names(events)[-2:] == ["ImageReady", "Finished"]
    assert paced.engine.stats().failed_total == 0


@pytest.mark.parametrize(("every", "came"), [(0, "0"), (-3, "-3"), (31, "31")])
async def test_steps_between_previews_have_limits(engine: Engine, every: int, came: str) -> None:
    assert engine.model.previews
    with pytest.raises(RequestError, match=f"preview_every must be from 1 to 30; got {came}") as caught:
        engine.prepare(request(preview_every=every))
    assert caught.value.field == "preview_every"
    assert engine.prepare(request(preview_every=30)).preview_every == 30
    assert engine.prepare(request()).preview_every is None


async def test_bundle_without_a_map_gives_none_and_says_so(bundle: Path, tmp_path: Path) -> None:
    old = tmp_path / "bundle"
    shutil.copytree(bundle, old)
    manifest = json.loads((old / MANIFEST_FILE).read_text())
    del manifest["files"][PREVIEW_MAP_FILE]
    (old / MANIFEST_FILE).write_text(json.dumps(manifest))
    async with Engine.load(old, SETTINGS) as engine:
        assert not engine.model.previews
        with pytest.raises(RequestError, match="needs a preview map, and the bundle of tiny has none") as caught:
            engine.prepare(request(preview_every=2))
        assert caught.value.field == "preview_every"
        assert "ImageReady" in names(await collect(engine, request()))


async def test_position_in_line_is_told_as_it_falls(paced: PacedEngine) -> None:
    tasks = []
    for number in range(4):
        tasks.append(asyncio.create_task(collect(paced.engine, request(seed=number))))
        while paced.engine.stats().running + paced.engine.stats().waiting <= number:
            await asyncio.sleep(0.01)
    paced.leave.release(1000)
    for number, events in enumerate(await asyncio.gather(*tasks)):
        positions = [event.position for event in events if isinstance(event, Queued)]
        # The first one runs; the others tell every place they have had, and what comes next follows the last.
        assert positions == list(range(max(0, number - 1), -1, -1))
        assert isinstance(events[len(positions)], Started)


async def test_whoever_leaves_or_comes_in_between_is_told_too(paced: PacedEngine) -> None:
    engine = paced.engine
    running = asyncio.create_task(collect(engine, request()))
    while engine.stats().running < 1:
        await asyncio.sleep(0.01)
    async with aclosing(engine.generate(request(priority="low"))) as events:
        assert await anext(events) == Queued(position=0)
        urgent = asyncio.create_task(collect(engine, request(priority="high")))
        assert await anext(events) == Queued(position=1)
        urgent.cancel()
        assert await anext(events) == Queued(position=0)
        paced.leave.release(1000)
        assert isinstance(await anext(events), Started)
    await running
