"""The gateway in front of a real Triton: the same pictures, the same refusals, nothing lost and nothing twice."""

import asyncio
import base64
import io
import json
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import httpx
import numpy as np
import pytest
from PIL import Image
from tritonclient.grpc import service_pb2, service_pb2_grpc

from engine.description import parse
from engine.engine import (
    Denoised,
    DenoiseRequest,
    Engine,
    EngineSettings,
    Finished,
    GenerationRequest,
    ImageReady,
    Preview,
    Queued,
    Started,
    Step,
)
from engine.errors import BusyError, DeadlineError, RequestError
from engine.request.control import Control
from server.app import create_app
from server.settings import Settings

SIZES = ((32, 48), (40, 40), (48, 32))
REQUEST = GenerationRequest(description=parse("a woman in a red dress, no hat"), seed=11, steps=3)
#: Is still running when a test has seen its first step, however late it sees it.
ENDLESS = replace(REQUEST, steps=1000, num_images=8)
BODY = {"description": "a woman in a red dress", "negative_description": "hat", "seed": 11, "steps": 3}


async def events_of(engine: Any, request: GenerationRequest) -> list[Any]:
    return [event async for event in engine.generate(request)]


@pytest.fixture
async def embedded(long_bundle: Path, adapters: Path) -> AsyncIterator[Engine]:
    async with Engine.load(long_bundle, EngineSettings(num_threads=1, adapters=adapters)) as engine:
        yield engine


async def test_same_request_same_picture_as_embedded(remote: Any, embedded: Engine) -> None:
    assert remote.model == embedded.model
    other = replace(REQUEST, num_images=2, image_index=3, image_format="webp", guidance_scale=1.0, width=48, height=32)
    for request in (REQUEST, other):
        here, there = await events_of(embedded, request), await events_of(remote, request)
        assert pictures(there) == pictures(here)
        # When a picture comes among the steps of others is a matter of time.
        assert Counter(map(type, there)) == Counter(map(type, here))
        assert [event for event in there if isinstance(event, Started)] == [
            event for event in here if isinstance(event, Started)
        ]


async def test_adapters_act_as_they_do_embedded_and_are_refused_as_there(remote: Any, embedded: Engine) -> None:
    requests = [replace(REQUEST, loras=loras) for loras in ({"ink": 1.0}, {"film": 0.5, "wool": -1.0}, {})]
    here = [pictures(await events_of(embedded, request)) for request in requests]
    there = await asyncio.gather(*(events_of(remote, request) for request in requests))
    assert [pictures(events) for events in there] == here
    assert len({image.data for [image] in here}) == 3
    async with asyncio.timeout(60):  # numbers are asked for every so often
        while not remote.stats().forwards_adapted_total:
            await asyncio.sleep(0.05)
    for engine in (remote, embedded):
        with pytest.raises(RequestError, match="did you mean ink"):
            engine.prepare(replace(REQUEST, loras={"inkk": 1.0}))


async def test_edits_control_and_attention_are_those_of_embedded(remote: Any, embedded: Engine) -> None:
    """Files go one way, maps and the mask the other."""
    [start] = pictures(await events_of(embedded, REQUEST))
    half, pose = png(255 * (np.mgrid[:48, :32][0] < 24)), tuple((0.1 + 0.04 * n, 0.9 - 0.03 * n) for n in range(18))
    together = {"loras": {"ink": 1.0}, "control": Control(masks={"hair": half}), "attention": True}
    requests = [
        replace(REQUEST, init_image=start.data, mask=half, **together),
        replace(REQUEST, control=Control(pose=pose, until=0.5), attention=True, preview_every=1),
    ]
    here = [await events_of(embedded, request) for request in requests]
    there = await asyncio.gather(*(events_of(remote, request) for request in requests))
    for expected, found in zip(here, there, strict=True):
        assert pictures(found) == pictures(expected) and pictures(found)[0].attention
        assert [each.mask for each in found if isinstance(each, Started)] == [
            each.mask for each in expected if isinstance(each, Started)
        ]
    refused = replace(REQUEST, control=Control(masks={"hair": png(np.zeros((48, 32)))}))
    with pytest.raises(RequestError, match="leaves every pixel free") as error:
        await events_of(remote, refused)
    assert error.value.field == "control"


def png(pixels: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_rows_of_a_caller_s_own_have_the_bits_they_have_embedded(remote: Any, embedded: Engine) -> None:
    latents = np.random.default_rng(0).normal(size=(2, 4, 12, 8)).astype(np.float32)
    request = DenoiseRequest(
        latents=latents.tobytes(),
        shape=latents.shape,
        timesteps=(10.0, 700.5),
        descriptions=(REQUEST.description,),
        loras={"ink": 1.0},
    )
    for scale in (None, 100.0):
        wanted = replace(request, guidance_scale=scale)
        told = []
        for engine in (embedded, remote):
            events = engine.denoise(engine.prepare_denoise(wanted))
            told.append([event async for event in events if isinstance(event, Denoised | Finished)])
        assert told[0][0] == told[1][0] and isinstance(told[1][-1], Finished)
    too_long = replace(request, descriptions=(parse("é" * 1000),))
    with pytest.raises(RequestError, match="may fill at most") as error:
        async for _ in remote.denoise(remote.prepare_denoise(too_long)):
            pass
    assert error.value.field == "descriptions"


def pictures(events: list[Any]) -> list[ImageReady]:
    return sorted((event for event in events if isinstance(event, ImageReady)), key=lambda image: image.index)


async def test_sixteen_at_once_each_get_their_own_and_nothing_twice(remote: Any) -> None:
    requests = [
        replace(REQUEST, width=w, height=h, seed=seed, num_images=1 + seed % 2)
        for seed, (w, h) in enumerate(SIZES[n % 3] for n in range(16))
    ]
    answers = await asyncio.gather(*(events_of(remote, request) for request in requests))
    for request, events in zip(requests, answers, strict=True):
        positions = [event.position for event in events if isinstance(event, Queued)]
        assert positions == sorted(set(positions), reverse=True) != []
        assert isinstance(events[len(positions)], Started)
        assert isinstance(events[-1], Finished)
        steps = [event.completed for event in events if isinstance(event, Step)]
        assert steps == list(range(1, 3 * request.num_images + 1))
        images = [event for event in events if isinstance(event, ImageReady)]
        assert sorted(image.index for image in images) == list(range(request.num_images))
        assert {(image.width, image.height, image.seed) for image in images} == {
            (request.width, request.height, request.seed)
        }


async def test_leaving_frees_the_engine_and_no_other_request(remote: Any, until: Any) -> None:
    await until(lambda: remote.stats().running == 0)
    cancelled = remote.stats().cancelled_total
    other = asyncio.create_task(events_of(remote, REQUEST))
    await first_step(remote, ENDLESS)
    assert isinstance((await other)[-1], Finished)
    await until(lambda: remote.stats().cancelled_total == cancelled + 1)
    await until(lambda: remote.stats().running == 0)


async def first_step(engine: Any, request: GenerationRequest) -> None:
    """Leaves after it."""
    async with aclosing(engine.generate(request)) as events:
        async for event in events:
            if isinstance(event, Step):
                return


async def test_line_is_bounded_and_says_when_to_come_back(remote: Any, until: Any) -> None:
    await until(lambda: remote.stats().running == 0)
    running = [asyncio.create_task(events_of(remote, replace(ENDLESS, num_images=1))) for _ in range(8)]
    await until(lambda: remote.stats().running == 8)
    waiting = [asyncio.create_task(events_of(remote, REQUEST)) for _ in range(8)]
    await until(lambda: remote.stats().waiting == 8)
    refused = await asyncio.gather(*(events_of(remote, REQUEST) for _ in range(8)), return_exceptions=True)
    assert [type(error) for error in refused] == [BusyError] * 8
    assert all(error.retry_after_seconds > 0 for error in refused)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(events[-1], Finished) for events in await asyncio.gather(*waiting))


async def test_previews_are_those_of_an_embedded_engine(remote: Any, embedded: Engine) -> None:
    """So many steps lie between two that each is made in time, whatever else the machine does."""
    request = replace(ENDLESS, num_images=1, preview_every=100, guidance_scale=1.0)
    here, there = await first_preview(embedded, request), await first_preview(remote, request)
    assert (there.index, there.completed, there.total) == (0, 100, 1000)
    assert there.data[8:12] == b"WEBP"
    assert there == here


async def first_preview(engine: Any, request: GenerationRequest) -> Preview:
    """Leaves after it."""
    async with aclosing(engine.generate(request)) as events:
        async for event in events:
            if isinstance(event, Preview):
                return event
    raise AssertionError("the request ended without a preview")


async def test_place_in_line_is_told_as_it_falls(remote: Any, until: Any) -> None:
    await until(lambda: remote.stats().running == 0)
    running = [asyncio.create_task(events_of(remote, replace(ENDLESS, num_images=1))) for _ in range(8)]
    await until(lambda: remote.stats().running == 8)
    first = asyncio.create_task(events_of(remote, REQUEST))
    await until(lambda: remote.stats().waiting == 1)
    async with aclosing(remote.generate(REQUEST)) as events:
        assert await anext(events) == Queued(position=1)
        first.cancel()
        assert await anext(events) == Queued(position=0)
        running[0].cancel()
        assert isinstance(await anext(events), Started)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, first, return_exceptions=True)


async def test_mistakes_are_named_by_gateway_and_engine_alike(remote: Any) -> None:
    with pytest.raises(RequestError, match="steps must be from 1 to 1000; got 1001") as mistake:
        remote.prepare(replace(REQUEST, steps=1001))
    assert mistake.value.field == "steps"
    with pytest.raises(RequestError, match="steps must be from 1 to 1000; got 1001") as mistake:
        await events_of(remote, replace(REQUEST, steps=1001))
    assert mistake.value.field == "steps"
    words = replace(REQUEST, description=parse("帽" * 450))
    remote.prepare(words)  # only the engine has the tokenizer
    with pytest.raises(RequestError, match="windows") as mistake:
        await events_of(remote, words)
    assert mistake.value.field == "description"


async def test_deadline_of_a_request_is_kept_in_triton(remote: Any) -> None:
    with pytest.raises(DeadlineError):
        await events_of(remote, replace(ENDLESS, deadline_seconds=0.05))


@pytest.fixture
async def served(remote: Any, talk: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with talk(create_app(Settings(request_timeout_seconds=60), remote)) as client:
        yield client


async def test_gateway_answers_as_with_an_embedded_engine(served: Any, embedded: Engine) -> None:
    as_json = (await served.post("/generate", json=BODY)).json()
    as_png = await served.post("/generate", json=BODY, headers={"Accept": "image/png"})
    events = (await served.post("/generate", json=BODY, headers={"Accept": "text/event-stream"})).text
    assert base64.b64decode(as_json["images"][0]["data"]) == as_png.content
    (line,) = (part for part in events.split("\n\n") if "event: image" in part)
    assert json.loads(line.partition("data: ")[2]) == as_json["images"][0]
    assert events.count("event: step") == 3
    assert events.count("event: finished") == 1
    words = parse("a woman in a red dress")
    request = GenerationRequest(description=words, negative_description="hat", seed=11, steps=3)
    (picture,) = pictures(await events_of(embedded, request))
    assert picture.data == as_png.content
    problem = await served.post("/generate", json=BODY | {"description": "帽" * 450})
    assert problem.status_code == 422
    assert problem.json()["field"] == "description"
    assert (await served.get("/readyz")).status_code == 200
    assert (await served.get("/model")).json()["name"] == "tiny"
    assert "cosmicman_engine_ready 1.0" in (await served.get("/metrics")).text


async def test_gateway_s_deadline_is_a_504_and_frees_the_engine(
    remote: Any, talk: Any, until: Any, pass_time: Any
) -> None:
    await until(lambda: remote.stats().running == 0)
    async with talk(create_app(Settings(request_timeout_seconds=600), remote)) as client:
        request = asyncio.create_task(client.post("/generate", json=BODY | {"steps": ENDLESS.steps, "num_images": 8}))
        await until(lambda: remote.stats().running == 1)
        pass_time(600)
        answer = await request
        assert answer.status_code == 504
        await until(lambda: remote.ready and remote.stats().running == 0)


async def test_triton_s_endpoint_shows_the_engine(remote: Any, triton: Any) -> None:
    await events_of(remote, REQUEST)
    wanted = ("running", "waiting", "steps_total", "forward_rows", "forward_seconds", "forward_seconds_sum_total")

    def text() -> str:
        with urllib.request.urlopen(triton.metrics_url, timeout=60) as answer:
            return answer.read().decode()

    found = ""
    async with asyncio.timeout(120):
        while not all(f"cosmicman_engine_{name}{{" in found for name in wanted):
            found = await asyncio.to_thread(text)
    assert 'nv_inference_request_success{model="cosmicman"' in found


async def test_nobody_else_controls_the_server(triton: Any) -> None:
    async with grpc.aio.insecure_channel(triton.host) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        for call in (
            stub.RepositoryModelUnload(service_pb2.RepositoryModelUnloadRequest(model_name="cosmicman")),
            stub.RepositoryModelLoad(service_pb2.RepositoryModelLoadRequest(model_name="cosmicman")),
            stub.RepositoryIndex(service_pb2.RepositoryIndexRequest()),
            stub.SystemSharedMemoryRegister(service_pb2.SystemSharedMemoryRegisterRequest(name="x", key="/x")),
            stub.SystemSharedMemoryStatus(service_pb2.SystemSharedMemoryStatusRequest()),
            stub.TraceSetting(service_pb2.TraceSettingRequest()),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call
            assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
            assert "restricted" in refusal.value.details()


async def test_bytes_that_are_no_request_are_answered(triton: Any, remote: Any) -> None:
    async with grpc.aio.insecure_channel(triton.host) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        for data in (b"\x00\xff", b"{}", b'{"version":9,"type":"x","value":0}', b"[" * 5000):
            request = service_pb2.ModelInferRequest(model_name="cosmicman", raw_input_contents=[data])
            request.inputs.add(name="request", datatype="UINT8", shape=[len(data)])
            call = stub.ModelStreamInfer(timeout=60)
            await call.write(request)
            await call.done_writing()
            texts = [b"".join(answer.infer_response.raw_output_contents) async for answer in call]
            assert json.loads(texts[0])["value"]["kind"] == "WireError"
    assert isinstance((await events_of(remote, REQUEST))[-1], Finished)
