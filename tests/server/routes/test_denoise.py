"""POST and GET /denoise: both forms of body and answer, true refusals, limits, and a client that leaves."""

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from engine.errors import BusyError, NotFiniteError, OutOfMemoryError
from server.app import create_app
from server.http.tensors import MEDIA_TYPE
from server.settings import Settings

SHAPE = (2, 4, 24, 16)
LATENTS = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
REST: dict[str, Any] = {"descriptions": ["a woman in a red dress", "a man in a coat"]}


@pytest.fixture
def settings() -> Settings:
    return Settings(max_body_bytes=20_000, max_image_body_bytes=200_000, request_timeout_seconds=30)


def body(numbers: np.ndarray = LATENTS, **changes: Any) -> dict[str, Any]:
    return {
        "latents": base64.b64encode(numbers.tobytes()).decode(),
        "shape": list(numbers.shape),
        "dtype": str(numbers.dtype),
        "timesteps": [3, 640.5],
        **REST,
        **changes,
    }


def tensors(latents: np.ndarray = LATENTS, timesteps: Any = (3.0, 640.5), **changes: Any) -> bytes:
    arrays = {"latents": latents, "timesteps": np.asarray(timesteps)}
    return save(arrays, {"request": json.dumps({**REST, **changes})})


async def send(client: Any, content: bytes, **headers: str) -> Any:
    return await client.post("/denoise", content=content, headers={"Content-Type": MEDIA_TYPE, **headers})


async def test_json_goes_in_and_out(client: Any, engine: Any) -> None:
    answer = await client.post("/denoise", json=body(negative_descriptions=["blurry"]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["id"] == answer.headers["x-request-id"] and told["model"] == "rectangles"
    assert (told["shape"], told["dtype"], told["prediction_type"]) == (list(SHAPE), "float32", "epsilon")
    assert "output" not in told
    for name, factor in (("conditional", 1.0), ("unconditional", 0.5)):
        found = np.frombuffer(base64.b64decode(told[name]), np.float32).reshape(SHAPE)
        np.testing.assert_array_equal(found, LATENTS * np.float32(factor))
    noise = (await client.get("/denoise")).json()
    assert told["alphas_cumprod"][0] == noise["alphas_cumprod"][3]
    [asked] = engine.denoised
    assert asked.timesteps == (3.0, 640.5) and asked.negative_descriptions == ("blurry",)
    assert [each.text for each in asked.descriptions] == REST["descriptions"]
    assert all(each.spans for each in asked.descriptions), "read as in POST /generate"
    assert asked.request_id == told["id"]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("whole", [False, True])
async def test_safetensors_go_in_and_out(client: Any, engine: Any, dtype: str, whole: bool) -> None:
    latents = LATENTS.astype(dtype)
    timesteps = np.array([3, 640], np.int64) if whole else np.array([3, 640.5], np.float32)
    answer = await send(client, tensors(latents, timesteps, guidance_scale=100))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    found = load(answer.content)
    assert found.keys() == {"output", "alphas_cumprod"}
    np.testing.assert_array_equal(found["output"], latents)
    assert found["output"].dtype == dtype and found["alphas_cumprod"].shape == (2,)
    length = int.from_bytes(answer.content[:8], "little")
    facts = json.loads(json.loads(answer.content[8 : 8 + length])["__metadata__"]["answer"])
    assert facts["model"] == "rectangles" and facts["prediction_type"] == "epsilon"
    assert set(facts["timings"]) == {"queue_seconds", "text_seconds", "denoise_seconds", "total_seconds"}
    [asked] = engine.denoised
    assert asked.timesteps == tuple(timesteps.tolist()) and asked.guidance_scale == 100.0


async def test_the_answer_s_form_is_the_body_s_or_the_one_that_is_asked_for(client: Any) -> None:
    for accept, expected in (("*/*", MEDIA_TYPE), (MEDIA_TYPE, MEDIA_TYPE), ("application/json", "application/json")):
        answer = await send(client, tensors(), Accept=accept)
        assert answer.headers["content-type"] == expected
    for accept, expected in (("*/*", "application/json"), (MEDIA_TYPE, MEDIA_TYPE)):
        answer = await client.post("/denoise", json=body(), headers={"Accept": accept})
        assert answer.headers["content-type"] == expected
        assert answer.headers["vary"] == "Accept, Content-Type"
    refused = await client.post("/denoise", json=body(), headers={"Accept": "image/png"})
    assert refused.status_code == 406 and MEDIA_TYPE in refused.json()["detail"]


async def test_both_forms_say_the_same(client: Any) -> None:
    told = (await client.post("/denoise", json=body())).json()
    found = load((await send(client, tensors())).content)
    for name in ("conditional", "unconditional"):
        assert base64.b64decode(told[name]) == found[name].tobytes()
    np.testing.assert_array_equal(np.float32(told["alphas_cumprod"]), found["alphas_cumprod"])


async def test_the_model_s_noise_is_told(client: Any) -> None:
    told = (await client.get("/denoise")).json()
    assert (told["channels"], told["scaling_factor"], told["shift_factor"], told["max_rows"]) == (4, 0.5, 0.0, 64)
    assert told["sizes"] == [[24, 16], [20, 20], [16, 24]] and told["pixels_of_a_latent"] == 8
    assert told["heights"] == {"minimum": 16, "maximum": 24, "multiple": 2}
    alphas = told["alphas_cumprod"]
    assert len(alphas) == told["num_train_timesteps"] == 1000
    assert 0 < alphas[-1] < 0.01 < 0.99 < alphas[0] < 1 and alphas == sorted(alphas, reverse=True)


async def test_an_engine_that_takes_no_latents_says_so(client: Any, engine: Any) -> None:
    engine.model = replace(engine.model, latents=None)
    assert (await client.get("/denoise")).status_code == 404
    answer = await client.post("/denoise", json=body())
    assert answer.status_code == 422 and "takes no latents: it is an older one" in answer.json()["detail"]


NAN = np.where(np.arange(2)[:, None, None, None] == 1, np.float32("nan"), LATENTS)
BAD_JSON: dict[str, tuple[dict[str, Any], str, str]] = {
    "no base64": (body(latents="~"), "latents", "must be a file in base64"),
    "other bytes": (body(latents="AAAA"), "latents", "in float32 have 12288 bytes; got 3"),
    "NaN": (body(NAN), "latents", "row 1 holds NaN or infinity"),
    "shape of words": (body(shape=["2"]), "shape", "whole number"),
    "three sides": (body(shape=[2, 4, 24]), "shape", "four numbers"),
    "another size": (body(shape=[2, 4, 24, 24]), "shape", "must be one of 24 x 16, 20 x 20, 16 x 24; got 24 x 24"),
    "another kind": (body(dtype="float64"), "dtype", "'float32' or 'float16'"),
    "one timestep": (body(timesteps=[1]), "timesteps", "one for each of 2 rows; got 1"),
    "late": (body(timesteps=[1, 1000]), "timesteps", "from 0 to 999; got 1000 for row 1"),
    "timestep of words": (body(timesteps=["1", 2]), "timesteps", "a number"),
    "no words": (body(descriptions=[]), "descriptions", "got 0"),
    "words that are no list": (body(descriptions="a woman"), "descriptions", "a list"),
    "long words": (body(descriptions=["x" * 8001]), "descriptions", "at most 8000 characters; got 8001"),
    "surrogate": (body(descriptions=["\ud800"]), "descriptions", "surrogate"),
    "guidance": (body(guidance_scale=0.5), "guidance_scale", "or null for both outputs; got 0.5"),
    "unknown adapter": (body(loras={"pencl": 1}), "loras", "did you mean pencil?"),
    "unknown field": (body(prompt="a woman"), "prompt", "is no field of this request"),
    "priority": (body(priority="urgent"), "priority", "'high', 'normal' or 'low'"),
    "deadline": (body(deadline_seconds=0), "deadline_seconds", "more than 0"),
}


@pytest.mark.parametrize("name", BAD_JSON)
async def test_what_is_wrong_in_json_is_named(client: Any, engine: Any, name: str) -> None:
    document, field, message = BAD_JSON[name]
    content = json.dumps(document)
    answer = await client.post("/denoise", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["field"] == field and message in problem["detail"], problem
    assert not engine.denoised, "nothing ran"


def cut(content: bytes, header: dict[str, Any]) -> bytes:
    """A body with another header before the same bytes."""
    length = int.from_bytes(content[:8], "little")
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


ENTRY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
BAD_FORMAT: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "must begin with 8 bytes that say how long its header is; got 0"),
    "a length alone": (b"\x05\0\0\0\0\0\0\0", 400, "its header must end before its last byte, 8; it says 5 bytes"),
    "a huge length": (b"\xff" * 8 + b"{}", 400, "its header must end before its last byte"),
    "no JSON": (b"\x02\0\0\0\0\0\0\0xx", 400, "must be JSON"),
    "a list": (b"\x02\0\0\0\0\0\0\0[]", 400, "its header must be a JSON object"),
    "nested": (len(b"[" * 60).to_bytes(8, "little") + b"[" * 60, 400, "nested too deeply"),
    "cut off": (tensors()[:-5], 400, "bytes, as its header says; got"),
    "more behind": (tensors() + b"\0", 400, "bytes, as its header says; got"),
    "overlapping": (
        cut(tensors(), {"a": ENTRY, "b": ENTRY}),
        400,
        "of b must begin where those before it end, at 4",
    ),
    "a gap": (
        cut(tensors(), {"a": ENTRY | {"data_offsets": [4, 8]}}),
        400,
        "of a must begin where those before it end, at 0",
    ),
    "wrong bytes": (cut(tensors(), {"a": ENTRY | {"shape": [2]}}), 400, "of shape [2] in F32 has 8 bytes; got 4"),
    "a shape below 0": (cut(tensors(), {"a": ENTRY | {"shape": [-1]}}), 400, "must have a dtype, a shape"),
    "unknown dtype": (
        cut(tensors(), {"a": ENTRY | {"dtype": "Q4"}}),
        400,
        'must be of dtype F16, BF16, F32, F64, I32, I64; got "Q4"',
    ),
    "an entry that is none": (cut(tensors(), {"a": 7}), 400, "a must have a dtype, a shape and two data_offsets"),
    "metadata of numbers": (cut(tensors(), {"__metadata__": {"a": 1}}), 400, "__metadata__ must be an object of texts"),
    "a long header": (save({"latents": LATENTS}, {"request": "x" * 30_000}), 413, "at most 20000 bytes"),
}


@pytest.mark.parametrize("name", BAD_FORMAT)
async def test_what_is_no_safetensors_is_told_why(client: Any, engine: Any, name: str) -> None:
    content, status, message = BAD_FORMAT[name]
    answer = await send(client, content)
    assert answer.status_code == status, answer.text
    assert message in answer.json()["detail"]
    assert not engine.denoised


BAD_TENSORS: dict[str, tuple[bytes, str, str]] = {
    "no latents": (
        save({"timesteps": np.zeros(2, np.float32)}, {"request": json.dumps(REST)}),
        "latents",
        "is required",
    ),
    "no timesteps": (save({"latents": LATENTS}, {"request": json.dumps(REST)}), "timesteps", "is required"),
    "no request": (save({"latents": LATENTS, "timesteps": np.zeros(2)}), "descriptions", "is required"),
    "latents of another kind": (tensors(LATENTS.astype(np.float64)), "latents", "of dtype F32 or F16; got F64"),
    "NaN": (tensors(NAN), "latents", "row 1 holds NaN or infinity"),
    "three sides": (tensors(LATENTS[0]), "shape", "four numbers"),
    "a table of timesteps": (tensors(timesteps=[[1.0], [2.0]]), "timesteps", "must be of shape [rows]; got [2, 1]"),
    "timestep NaN": (tensors(timesteps=[1.0, float("nan")]), "timesteps", "a finite number"),
    "told twice": (tensors(shape=[1]), "shape", "is said by a tensor here"),
    "another tensor": (
        save({"latents": LATENTS, "timesteps": np.zeros(2), "x": np.zeros(1)}, {"request": json.dumps(REST)}),
        "x",
        '"x" is none of latents and timesteps',
    ),
    "unknown field": (tensors(steps=3), "steps", "is no field"),
    "unknown metadata": (
        save({"latents": LATENTS, "timesteps": np.zeros(2)}, {"request": json.dumps(REST), "seed": "7"}),
        "seed",
        '"seed" is none of',
    ),
}


@pytest.mark.parametrize("name", BAD_TENSORS)
async def test_what_is_wrong_in_tensors_is_named(client: Any, engine: Any, name: str) -> None:
    content, field, message = BAD_TENSORS[name]
    answer = await send(client, content)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["field"] == field and message in problem["detail"], problem
    assert not engine.denoised


async def test_a_request_that_is_no_object_or_no_json_is_told_so(client: Any) -> None:
    arrays = {"latents": LATENTS, "timesteps": np.zeros(2)}
    assert "must be a JSON object" in (await send(client, save(arrays, {"request": "[]"}))).json()["detail"]
    assert (await send(client, save(arrays, {"request": "{"}))).status_code == 400


async def test_other_types_of_body_are_refused(client: Any) -> None:
    answer = await client.post("/denoise", content=b"x", headers={"Content-Type": "application/octet-stream"})
    assert answer.status_code == 415 and answer.headers["accept-post"] == f"application/json, {MEDIA_TYPE}"
    assert "application/octet-stream" in answer.json()["detail"]
    packed = await send(client, tensors(), **{"Content-Encoding": "gzip"})
    assert packed.status_code == 415


async def test_a_body_over_the_limit_is_refused(client: Any) -> None:
    answer = await send(client, b"\0" * 200_001)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("failure", "status", "slug"),
    [
        (NotFiniteError("an output is none"), 500, "not-finite"),
        (OutOfMemoryError("too large"), 507, "out-of-memory"),
        (BusyError("full", retry_after_seconds=3.0), 503, "busy"),
    ],
)
async def test_failures_of_the_engine_are_problems(
    client: Any, engine: Any, failure: Exception, status: int, slug: str
) -> None:
    engine.failure = failure
    answer = await client.post("/denoise", json=body())
    assert answer.status_code == status and answer.json()["type"].endswith(f"#{slug}")


async def test_it_is_counted(client: Any, engine: Any) -> None:
    await client.post("/denoise", json=body())
    await client.post("/denoise", json=body(guidance_scale=2))
    engine.failure = OutOfMemoryError("too large")
    await client.post("/denoise", json=body())
    told = (await client.get("/metrics")).text
    assert 'cosmicman_denoise_requests_total{outcome="finished"} 2.0' in told
    assert 'cosmicman_denoise_requests_total{outcome="failed"} 1.0' in told
    assert "cosmicman_denoised_rows_total 4.0" in told
    assert 'cosmicman_generations_total{outcome="finished"} 0.0' in told


async def test_a_client_that_leaves_cancels(live: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    content = json.dumps(body()).encode()
    head = (
        f"POST /denoise HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", live.port)
    writer.write(head.encode() + b"\r\n\r\n" + content)
    await writer.drain()
    await eventually(lambda: bool(engine.denoised))
    writer.close()
    await eventually(lambda: bool(engine.cancelled))
    engine.gate.set()


async def test_the_server_s_own_deadline_holds(engine: Any, talk: Any) -> None:
    engine.gate.clear()
    async with talk(create_app(Settings(max_image_body_bytes=200_000, request_timeout_seconds=0.05), engine)) as client:
        answer = await client.post("/denoise", json=body())
    assert answer.status_code == 504 and "The rows were not finished within 0.05 seconds" in answer.json()["detail"]
    engine.gate.set()
