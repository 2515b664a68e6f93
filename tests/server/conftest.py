"""A gateway to talk to, in process and over loopback, around a small engine of its own.

The engine here speaks the public protocol and draws a plain rectangle: these tests are about HTTP, not pictures.
"""

import asyncio
import contextlib
import io
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image

from engine.adapters.info import AdapterInfo
from engine.engine import (
    Denoised,
    DenoiseRequest,
    EngineStats,
    Event,
    Finished,
    GenerationRequest,
    ImageReady,
    LatentInfo,
    ModelInfo,
    PreparedDenoise,
    PreparedRequest,
    Preview,
    Queued,
    SizeLimits,
    Started,
    Step,
    Timings,
)
from engine.errors import BusyError, EngineStoppedError
from engine.pictures.grey_map import map_png
from engine.request.prepare import NONE, prepare
from engine.request.prepare.denoise import prepare_denoise
from server.app import create_app
from server.connections.server import ConnectionServer
from server.run import configuration
from server.settings import Settings
from server.triton.errors import TritonError
from server.triton.installation import find_installation
from server.triton.ports import held_port

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
SIDES = SizeLimits(minimum=128, maximum=192, multiple=16)
MODEL = ModelInfo(
    name="rectangles",
    family="sd",
    version="0123456789ab",
    licence="Apache-2.0",
    widths=SIDES,
    heights=SIDES,
    sizes=((128, 192), (160, 160), (192, 128)),
    default_width=128,
    default_height=192,
    default_steps=4,
    max_steps=50,
    default_guidance_scale=4.0,
    max_guidance_scale=20.0,
    default_sampler="ddim",
    samplers=("ddim", "euler", "euler_a"),
    max_images=4,
    max_characters=8000,
    previews=True,
    attention=True,
    adapters=(AdapterInfo(name="pencil", rank=4),),
    adapter_columns=128,
    adapted_attention=True,
    latents=LatentInfo(channels=4, scaling_factor=0.5),
)
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


class RectangleEngine:
    """One request at a time; a step waits for `gate`, so a test decides how far a request gets."""

    model = MODEL

    def __init__(self, *, max_waiting: int = 8) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self.stop_at_step = 0
        self.started_up = False
        self.stopped = False
        self.cancelled: list[str] = []
        self.seen: list[GenerationRequest] = []
        self.denoised: list[DenoiseRequest] = []
        self._lock = asyncio.Lock()
        self.max_waiting = max_waiting
        self._running = self._waiting = self._steps = self._images = 0

    async def __aenter__(self) -> Self:
        self.started_up = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped = True

    @property
    def ready(self) -> bool:
        return self.started_up and not self.stopped

    def stats(self) -> EngineStats:
        return EngineStats(
            running=self._running, waiting=self._waiting, steps_total=self._steps, images_total=self._images
        )

    def check_room(self, caller: str) -> None:
        """It refuses in `generate`."""

    def prepare(self, request: GenerationRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE) -> PreparedRequest:
        return prepare(request, self.model, mistakes=mistakes)

    async def generate(self, settled: PreparedRequest) -> AsyncIterator[Event]:
        self.seen.append(settled.asked)
        if not self.ready:
            raise EngineStoppedError("the engine is closed")
        if self._waiting >= self.max_waiting:
            raise BusyError(f"{self._waiting} requests are waiting, the limit", retry_after_seconds=1.2)
        ended = False
        try:
            yield Queued(position=self._running + self._waiting)
            async with self._place():
                seed = 42 if settled.seed is None else settled.seed
                first = settled.image_index
                yield Started(
                    seed=seed,
                    width=settled.width,
                    height=settled.height,
                    steps=settled.steps,
                    guidance_scale=settled.guidance_scale,
                    sampler=settled.sampler,
                    guidance_interval=settled.guidance_interval,
                    strength=settled.strength,
                    second_pass=settled.second_pass,
                    image_index=settled.image_index,
                    text_tokens=5,
                )
                total = settled.steps * settled.num_images
                for completed in range(1, total + 1):
                    await asyncio.sleep(0)
                    if self.failure is not None and completed > self.stop_at_step:
                        raise self.failure
                    await self.gate.wait()
                    self._steps += 1
                    yield Step(completed=completed, total=total)
                    index, own = divmod(completed - 1, settled.steps)
                    if settled.preview_every and own + 1 < settled.steps and (own + 1) % settled.preview_every == 0:
                        yield Preview(
                            index=index,
                            completed=own + 1,
                            total=settled.steps,
                            data=draw(seed + own, settled.width // 2, settled.height // 2, "webp"),
                            media_type="image/webp",
                            width=settled.width // 2,
                            height=settled.height // 2,
                        )
                for index in range(settled.num_images):
                    self._images += 1
                    yield ImageReady(
                        index=index,
                        seed=seed,
                        data=draw(seed + first + index, settled.width, settled.height, settled.image_format),
                        media_type=f"image/{settled.image_format}",
                        width=settled.width,
                        height=settled.height,
                        attention=maps(settled) if settled.attention else {},
                    )
            ended = True
            yield Finished(timings=Timings(**dict.fromkeys(Timings.__dataclass_fields__, 0.25)))
        finally:
            if not ended:
                self.cancelled.append(settled.request_id)

    def prepare_denoise(
        self, request: DenoiseRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE
    ) -> PreparedDenoise:
        return prepare_denoise(request, self.model, mistakes=mistakes)

    async def denoise(self, settled: PreparedDenoise) -> AsyncIterator[Event]:
        """Outputs that are the latents, halved where nothing is described."""
        self.denoised.append(settled.asked)
        ended = False
        try:
            yield Queued(position=self._running + self._waiting)
            async with self._place():
                await self.gate.wait()
                if self.failure is not None:
                    raise self.failure
                names = {"output": 1.0} if settled.asked.guidance_scale else {"conditional": 1.0, "unconditional": 0.5}
                dtype = np.dtype(settled.asked.dtype)
                outputs = {name: (settled.latents * factor).astype(dtype).tobytes() for name, factor in names.items()}
                yield Denoised(outputs=outputs, shape=settled.asked.shape, dtype=settled.asked.dtype)
            ended = True
            yield Finished(timings=Timings(**dict.fromkeys(Timings.__dataclass_fields__, 0.25)))
        finally:
            if not ended:
                self.cancelled.append(settled.request_id)

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            self._lock.release()


def maps(settled: PreparedRequest) -> dict[str, bytes]:
    """Of two cells the upper one is white for the first group of the words, the lower one for the others."""
    groups = dict.fromkeys(str(span.group) for span in settled.description.spans if span.group != "negated")
    upper = np.array([[1.0], [0.0]], np.float32)
    return {group: map_png(upper if place == 0 else upper[::-1]) for place, group in enumerate(groups)}


def draw(seed: int, width: int, height: int, image_format: str) -> bytes:
    colour = (seed % 256, seed // 256 % 256, 120)
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, FORMATS[image_format])
    return out.getvalue()


@pytest.fixture(autouse=True)
def _state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds, or leaves, what a server of this machine keeps."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def engine() -> RectangleEngine:
    return RectangleEngine()


@pytest.fixture
def settings() -> Settings:
    return Settings(max_body_bytes=20_000, max_image_body_bytes=20_000, request_timeout_seconds=30)


@pytest.fixture
def app(settings: Settings, engine: RectangleEngine) -> FastAPI:
    return create_app(settings, engine)


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started application, in process."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
def port() -> Iterator[int]:
    with held_port() as port:
        yield port


class Running:
    """An application behind a real HTTP server, in this event loop."""

    def __init__(self, app: FastAPI) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.server = ConnectionServer(configuration(app), app.state.gateway)
        self.url = f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self.server.serve(sockets=[self.listener]))
        while not self.server.started:
            assert not self.task.done(), "the server did not start"
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.server.should_exit = True
        await self.task


@pytest.fixture
async def live(app: FastAPI) -> AsyncIterator[Running]:
    async with Running(app) as running:
        yield running


async def eventually(condition: Callable[[], bool]) -> None:
    """Waits until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    return eventually


@pytest.fixture
def real_path() -> Callable[[httpx.AsyncClient, str], Awaitable[str]]:
    """`await real_path(client, path)`: a path of the document with a finished job in the place of its names."""

    async def place(client: httpx.AsyncClient, path: str) -> str:
        if "{" not in path:
            return path
        job_id = (await client.post("/jobs", json={"description": "a woman in a red dress"})).json()["id"]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await client.get(f"/jobs/{job_id}")).json()["status"] != "finished":
                await asyncio.sleep(0.02)
        return path.format(job_id=job_id, index=0, model="rectangles")

    return place


@pytest.fixture
def talk() -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[httpx.AsyncClient]]:
    """`async with talk(app) as client` for an application a test made itself."""
    return client_of


@pytest.fixture
def listen() -> Callable[[FastAPI], Running]:
    """`async with listen(app) as running` for an application a test made itself, over loopback."""
    return Running


@pytest.fixture(scope="session")
def installation() -> Any:
    """A Triton to run; a developer's tests may be skipped where there is none, those of a clean checkout may not."""
    try:
        return find_installation()
    except TritonError as error:
        if os.environ.get("COSMICMAN_TESTS_NEED_TRITON"):
            pytest.fail(str(error))
        pytest.skip(str(error))
