"""A real Triton around the tiny model, started once, and small gRPC servers that speak its protocol beside it."""

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from engine.engine import EngineSettings
from engine.errors import EngineError
from engine.remote import messages
from server.backend import running
from server.cli.triton_engine import bundled_triton
from server.triton.address import Addresses
from server.triton.backend import TritonEngine
from server.triton.installation import Installation
from server.triton.local import LaunchSettings, LocalTriton
from server.triton.ports import held_port
from tests.engine.adapters.random_adapters import write_adapters

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
SETTINGS = EngineSettings(num_threads=1, max_running=8, max_waiting=8)


#: Steps of a request that nobody sees the end of: on any machine it runs on until it is cancelled.
ENDLESS_STEPS = 1000


@pytest.fixture(scope="session")
def long_bundle(controlled_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, allowed ENDLESS_STEPS, with the graph that takes adapters and networks of control."""
    copy = tmp_path_factory.mktemp("long") / "bundle"
    shutil.copytree(controlled_bundle, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"max_steps": ENDLESS_STEPS}), encoding="utf-8")
    return copy


@pytest.fixture(scope="session")
def adapters(long_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapters(long_bundle, tmp_path_factory.mktemp("adapters") / "folder")


@pytest.fixture(scope="session")
def triton(installation: Installation, long_bundle: Path, adapters: Path) -> Iterator[LocalTriton]:
    with bundled_triton(long_bundle, replace(SETTINGS, adapters=adapters), LaunchSettings(reload=True)) as local:
        yield local


def engine_at(*hosts: str, start_seconds: float = PATIENCE_SECONDS, model: str = "cosmicman") -> TritonEngine:
    addresses = Addresses(hosts=hosts, model=model)
    return TritonEngine(addresses, start_seconds=start_seconds, request_timeout_seconds=PATIENCE_SECONDS)


@pytest.fixture(name="engine_at")
def _engine_at() -> Any:
    return engine_at


@pytest.fixture
async def remote(triton: LocalTriton) -> AsyncIterator[TritonEngine]:
    async with engine_at(triton.host) as engine:
        yield engine


async def until(condition: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(name="until")
def _until() -> Any:
    return until


class Speaker(service_pb2_grpc.GRPCInferenceServiceServicer):
    """Triton's protocol over a real socket, around any engine."""

    def __init__(self, engine: Any, *, version: str = "2.60.0", model: str = "cosmicman", instances: int = 1) -> None:
        self.names = itertools.cycle(f"instance_{number}" for number in range(instances))
        self.engine = engine
        self.version = version
        self.model = model
        self.asked = 0
        self.cancelled = 0
        self.answered = asyncio.Event()
        #: Calls end when this is set, as they are from the start.
        self.end = asyncio.Event()
        self.end.set()
        self.refuses: str = ""
        self.host = ""
        self.server = grpc.aio.server()
        service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(self, self.server)

    async def __aenter__(self) -> Self:
        self.host = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        await self.engine.__aenter__()
        await self.server.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.server.stop(grace=None)

    async def ServerMetadata(self, request: Any, context: Any) -> Any:
        return service_pb2.ServerMetadataResponse(name="triton", version=self.version)

    async def ModelReady(self, request: Any, context: Any) -> Any:
        return service_pb2.ModelReadyResponse(ready=request.name == self.model)

    async def ModelStreamInfer(self, requests: Any, context: Any) -> AsyncIterator[Any]:
        try:
            async for request in requests:
                async for response in self.answers(messages.loads(request.raw_input_contents[0], messages.QUESTIONS)):
                    yield response
            self.answered.set()
            await self.end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def answers(self, question: Any) -> AsyncIterator[Any]:
        if isinstance(question, messages.Describe):
            engine = self.engine
            name = next(self.names)
            yield answer(messages.Status(model=engine.model, stats=engine.stats(), ready=engine.ready, instance=name))
            return
        self.asked += 1
        if self.refuses:
            yield service_pb2.ModelStreamInferResponse(error_message=self.refuses)
            return
        try:
            async with running(self.engine, self.engine.prepare(question)) as events:
                async for event in events:
                    yield answer(event)
        except EngineError as error:
            yield answer(error)


def answer(message: Any) -> Any:
    blob = bytearray()
    text = messages.dumps(message, blob).encode()
    response = service_pb2.ModelInferResponse(raw_output_contents=[text, bytes(blob)])
    for name, data in (("event", text), ("image", blob)):
        response.outputs.add(name=name, datatype="UINT8", shape=[len(data)])
    return service_pb2.ModelStreamInferResponse(infer_response=response)


@pytest.fixture
def speaker() -> type[Speaker]:
    return Speaker


@pytest.fixture
def unused_host() -> Iterator[str]:
    with held_port() as port:
        yield f"127.0.0.1:{port}"
