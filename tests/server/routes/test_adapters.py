"""Adapters over HTTP: what is listed, what a request may say of them, what the answer and the metrics tell."""

from dataclasses import replace
from typing import Any

import pytest
from openai import AsyncOpenAI

from engine.adapters.info import AdapterInfo

DIGEST = "ab" * 32
INK = AdapterInfo(
    name="ink",
    sha256=DIGEST,
    size_bytes=99,
    format="kohya",
    rank=4,
    layers=7,
    scaling="alpha 8 / rank 4",
    recommended_scale=0.7,
)
OLD = AdapterInfo(name="old", refused="it holds no tensors")
BODY = {"description": "a woman in a red dress", "seed": 7}


@pytest.fixture
def engine(engine: Any) -> Any:
    engine.model = replace(engine.model, adapters=(INK, OLD, replace(INK, name="film")), adapter_columns=128)
    return engine


async def test_every_file_is_listed_with_what_it_changes_or_why_not(client: Any) -> None:
    answer = (await client.get("/adapters")).json()
    assert answer["max_columns"] == 128
    ink, old, _ = answer["adapters"]
    assert ink == {
        "name": "ink",
        "sha256": DIGEST,
        "size_bytes": 99,
        "format": "kohya",
        "rank": 4,
        "layers": 7,
        "scaling": "alpha 8 / rank 4",
        "licence": "",
        "trigger_words": "",
        "recommended_scale": 0.7,
        "refused": None,
    }
    assert old["refused"] == "it holds no tensors" and old["layers"] == 0 and old["recommended_scale"] is None


async def test_a_request_names_them_and_the_answer_says_which_acted(client: Any, engine: Any) -> None:
    answer = await client.post("/generate", json=BODY | {"loras": {"ink": 1, "film": 0}})
    assert answer.status_code == 200 and answer.json()["loras"] == {"ink": 1.0}
    assert engine.seen[-1].loras == {"ink": 1.0, "film": 0.0}
    assert (await client.post("/generate", json=BODY)).json()["loras"] is None
    told = (await client.get("/metrics")).text
    assert 'cosmicman_adapter_requests_total{adapter="ink"} 1.0' in told
    assert 'cosmicman_adapter_requests_total{adapter="film"}' not in told
    assert 'cosmicman_adapters{state="usable"} 2.0' in told and 'cosmicman_adapters{state="refused"} 1.0' in told
    assert "cosmicman_forwards_adapted_total 0.0" in told and "cosmicman_adapter_bytes 0.0" in told


async def test_null_names_none(client: Any, engine: Any) -> None:
    assert (await client.post("/generate", json=BODY | {"loras": None})).status_code == 200
    assert engine.seen[-1].loras == {}


@pytest.mark.parametrize(
    ("loras", "detail"),
    [
        ({"inc": 1}, "did you mean ink?"),
        ({"old": 1}, "loras.old cannot be used: it holds no tensors"),
        ({"ink": 3}, "loras.ink must be from -2 to 2; got 3"),
        (dict.fromkeys("abcde", 1), "at most 4 adapters; got 5"),
        ({"ink": "much"}, "loras"),
        (["ink"], "loras"),
        ("ink", "loras"),
    ],
)
async def test_what_cannot_act_is_refused_by_its_field(client: Any, loras: object, detail: str) -> None:
    for path, body in (("/generate", BODY), ("/jobs", BODY), ("/v1/images/generations", {"prompt": "a woman"})):
        answer = await client.post(path, json=body | {"loras": loras})
        assert answer.status_code in (400, 422), (path, answer.text)
        assert "loras" in answer.text and detail in answer.text.replace('\\"', '"'), (path, answer.text)


async def test_a_number_that_is_none_is_refused(client: Any) -> None:
    text = '{"description": "a woman", "loras": {"ink": NaN}}'
    answer = await client.post("/generate", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and "NaN" in answer.text


async def test_the_official_sdk_sends_them_in_extra_body(
    live: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncOpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0) as sdk:
        await sdk.images.generate(prompt="a woman", extra_body={"loras": {"ink": -0.5}})
    assert engine.seen[-1].loras == {"ink": -0.5}
