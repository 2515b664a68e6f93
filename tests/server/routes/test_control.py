"""Control over HTTP: files in an object of JSON, what the engine gets of them, what is refused, what metrics tell."""

import base64
import io
import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from openai import AsyncOpenAI
from PIL import Image

from server.openapi.examples import LABELS_PNG, POSE, RED_PNG

BODY = {"description": "a woman in a red dress", "seed": 7}
LABELS = base64.b64decode(LABELS_PNG)


@pytest.fixture
def engine(engine: Any) -> Any:
    engine.model = replace(engine.model, controls={"layout": 8, "pose": 8}, regions=True)
    return engine


def large_png() -> bytes:
    """Noise of 4 kB, more than an example."""
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 18, (90, 60), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_each_kind_comes_to_the_engine_as_it_was_asked(client: Any, engine: Any) -> None:
    large = large_png()
    asked: list[dict[str, Any]] = [
        {"layout": LABELS_PNG, "scale": 0.5, "until": 0.8},
        {"layout": {"hair": LABELS_PNG, "person": f"data:image/png;base64,{LABELS_PNG}"}},
        {"picture": RED_PNG, "scale": None},
        {"pose": POSE, "scale": 2},
        {"layout": base64.b64encode(large).decode("ascii")},
    ]
    for control in asked:
        answer = await client.post("/generate", json=BODY | {"control": control})
        assert answer.status_code == 200, answer.text
    layout, masks, picture, pose, long = (request.control for request in engine.seen[-5:])
    assert (layout.layout, layout.scale, layout.until) == (LABELS, 0.5, 0.8)
    assert masks.masks == {"hair": LABELS, "person": LABELS} and masks.scale == 1.0
    assert picture.picture == base64.b64decode(RED_PNG) and picture.layout is None
    assert pose.pose == tuple(point and tuple(point) for point in POSE) and pose.scale == 2
    assert long.layout == large
    told = (await client.get("/metrics")).text
    assert 'cosmicman_control_requests_total{kind="layout"} 4.0' in told
    assert 'cosmicman_control_requests_total{kind="pose"} 1.0' in told


async def test_null_asks_for_nothing_and_the_model_says_what_there_is(client: Any, engine: Any) -> None:
    assert (await client.post("/generate", json=BODY | {"control": None})).status_code == 200
    assert engine.seen[-1].control is None
    assert (await client.get("/model")).json()["controls"] == {"layout": 8, "pose": 8}


@pytest.mark.parametrize(
    ("control", "detail"),
    [
        ({}, "control must hold layout, picture or pose, one of them; got none"),
        ({"layout": "@@"}, "control.layout must be a file in base64; character 0 is"),
        ({"layout": {"hair": "@@"}}, "control.layout.hair must be a file in base64; character 0 is"),
        ({"picture": "https://example.org/x.png"}, "control.picture must be a file in base64 itself; got an address"),
        ({"layout": 5}, "control.layout must be"),
        ({"pose": [[0.5]]}, "control.pose[0] must hold two numbers; got a list of 1"),
        ({"pose": [*POSE[:3], [0.5, "x"], *POSE[4:]]}, 'control.pose[3][1] must be a number; got "x"'),
        ({"pose": [*POSE[:4], 7, *POSE[5:]]}, "control.pose[4] must be a list; got 7"),
        ({"pose": [*POSE[:2], [0.5, 1.5], *POSE[3:]]}, "right shoulder: 0.5, 1.5"),
        ({"pose": "arms up"}, "control.pose must be a list"),
        ({"pose": POSE, "scale": 3}, "control.scale must be from 0 to 2; got 3"),
        ({"pose": POSE, "until": 1.5}, "control.until must be at most 1; got 1.5"),
        ({"pose": POSE, "strength": 1}, "control.strength is nothing control has"),
        ({"pose": POSE[:3]}, "control.pose must hold 18 points"),
        ("layout", "control must be an object"),
    ],
)
async def test_what_cannot_act_is_refused_by_its_field(client: Any, control: object, detail: str) -> None:
    for path, body in (("/generate", BODY), ("/v1/images/generations", {"prompt": "a woman"})):
        answer = await client.post(path, json=body | {"control": control})
        assert answer.status_code in (400, 422), (path, answer.text)
        assert "control" in answer.text and detail in answer.text.replace('\\"', '"'), (path, answer.text)


PICTURE = ("x.png", base64.b64decode(RED_PNG))


async def test_forms_take_it_as_json_or_by_its_members(client: Any, engine: Any) -> None:
    asked: list[dict[str, Any]] = [
        {"control": (None, json.dumps({"pose": POSE, "until": 0.5}))},
        {"control": (None, json.dumps({"layout": LABELS_PNG}))},
        {"control[layout]": ("l.png", LABELS), "control[scale]": (None, "0.5")},
        {"control[picture]": (None, RED_PNG)},
        {"control": (None, json.dumps({"layout": {"hair": LABELS_PNG}})), "loras": (None, "{}")},
    ]
    for path, field in itertools.product(("/v1/images/edits", "/v1/images/variations"), asked):
        files = {"image": PICTURE, "prompt": (None, "a woman"), "strength": (None, "0.5")} | field
        answer = await client.post(path, files=files)
        assert answer.status_code == 200, answer.text
    pose, layout, members, picture, masks = (request.control for request in engine.seen[-5:])
    assert len(pose.pose) == len(POSE) and pose.until == 0.5
    assert layout.layout == LABELS and picture.picture == PICTURE[1]
    assert (members.layout, members.scale) == (LABELS, 0.5)
    assert masks.masks == {"hair": LABELS}


@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ({"control": "1"}, "control must be sent as control[NAME] for each of its members, or as JSON; got 1"),
        ({"control": "{"}, "control must be JSON; line 1 column 2"),
        ({"control": '{"pose": ' + "[" * 40 + "]" * 40 + "}"}, "control must be a flat JSON object"),
        ({"control": '{"layout": "@@"}'}, "control.layout must be a file in base64; character 0 is"),
        ({"control": '{"until": 1}', "control[until]": "1"}, "control[until] must be given once; the body says it"),
        ({"control[until]": "1", "control": '{"scale": 1}'}, "control must be given once"),
        ({"control[layout]": "@@"}, "control.layout must be a file in base64; character 0 is"),
        ({"control[scale]": "9"}, "control.scale must be from 0 to 2; got 9"),
        ({"control[strength]": "1"}, "control.strength is nothing control has"),
        ({"control[pose][][]": "1"}, "deeper objects and lists go into one part, as JSON"),
        ({"control.layout": "x"}, "control.layout is no field of this request"),
    ],
)
async def test_what_a_form_cannot_say_is_refused(client: Any, parts: dict[str, str], detail: str) -> None:
    files = {"image": PICTURE, "prompt": (None, "a woman")} | {name: (None, text) for name, text in parts.items()}
    answer = await client.post("/v1/images/edits", files=files)
    assert answer.status_code == 400 and detail in answer.text.replace('\\"', '"'), answer.text


async def test_the_openai_sdk_sends_it(client: Any, engine: Any) -> None:
    async with AsyncOpenAI(api_key="-", base_url="http://127.0.0.1/v1", http_client=client) as sdk:
        await sdk.images.generate(prompt="a woman", extra_body={"control": {"layout": LABELS_PNG, "until": 0.5}})
        assert engine.seen[-1].control.layout == LABELS and engine.seen[-1].control.until == 0.5
        more = {"control": {"layout": LABELS_PNG, "scale": 0.5}}
        await sdk.images.edit(image=PICTURE, prompt="a woman", extra_body=more)
        assert (engine.seen[-1].control.layout, engine.seen[-1].control.scale) == (LABELS, 0.5)
        await sdk.images.edit(image=PICTURE, prompt="a woman", extra_body={"control": json.dumps({"pose": POSE})})
    assert len(engine.seen[-1].control.pose) == len(POSE)
