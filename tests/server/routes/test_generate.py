"""POST /generate: JSON, picture bytes, refusals before compute, the end of the line and of time."""

import asyncio
import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from engine.errors import DeadlineError, GenerationError, NotFiniteError, OutOfMemoryError
from server.app import create_app
from server.settings import Settings

DRESS = {"description": "a woman in a red dress", "seed": 7}


async def test_json_answer_names_everything_the_request_ran_with(client: Any) -> None:
    answer = await client.post("/generate", json=DRESS | {"num_images": 2, "steps": 3})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["id"] == answer.headers["x-request-id"]
    assert {
        name: body[name] for name in ("model", "seed", "width", "height", "steps", "sampler", "guidance_scale")
    } == {
        "model": "rectangles",
        "seed": 7,
        "width": 128,
        "height": 192,
        "steps": 3,
        "sampler": "ddim",
        "guidance_scale": 4.0,
    }
    assert [picture["index"] for picture in body["images"]] == [0, 1]
    for picture in body["images"]:
        image = Image.open(io.BytesIO(base64.b64decode(picture["data"], validate=True)))
        assert image.size == (picture["width"], picture["height"]) == (128, 192)
        assert picture["media_type"] == "image/png" == image.get_format_mimetype()
    assert set(body["timings"]) == {
        f"{stage}_seconds" for stage in ("queue", "text", "init_image", "denoise", "decode", "encode", "total")
    }


async def test_groups_are_the_phrases_of_the_description(client: Any) -> None:
    text = "👗 a woman in a red dress"
    body = (await client.post("/generate", json={"description": text})).json()
    assert body["description"] == text
    assert any(group["group"] == "dress" and "red dress" in group["text"] for group in body["groups"])
    for group in body["groups"]:
        assert text[group["start"] : group["end"]] == group["text"]


@pytest.mark.parametrize("name", ["png", "webp", "jpeg"])
async def test_accept_asks_for_the_picture_itself(client: Any, name: str) -> None:
    answer = await client.post("/generate", json=DRESS, headers={"Accept": f"image/{name}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"image/{name}"
    assert answer.headers["x-seed"] == "7"
    assert answer.headers["vary"] == "Accept"
    assert Image.open(io.BytesIO(answer.content)).get_format_mimetype() == f"image/{name}"


async def test_any_image_takes_the_format_of_the_body(client: Any) -> None:
    answer = await client.post("/generate", json=DRESS | {"image_format": "webp"}, headers={"Accept": "image/*"})
    assert answer.headers["content-type"] == "image/webp"


async def test_several_pictures_do_not_fit_an_image_type(client: Any) -> None:
    body = DRESS | {"num_images": 2}
    refusal = await client.post("/generate", json=body, headers={"Accept": "image/png"})
    assert refusal.status_code == 406
    assert refusal.json()["field"] == "num_images"
    assert "application/json" in refusal.json()["detail"]
    both = await client.post("/generate", json=body, headers={"Accept": "image/png, application/json;q=0.1"})
    assert both.status_code == 200
    assert len(both.json()["images"]) == 2


async def test_a_type_nobody_makes_is_refused_before_compute(client: Any, engine: Any) -> None:
    refusal = await client.post("/generate", json=DRESS, headers={"Accept": "text/html, image/gif;q=0.5"})
    assert refusal.status_code == 406
    assert refusal.headers["content-type"] == "application/problem+json"
    assert "image/png" in refusal.json()["detail"]
    assert not engine.seen


async def test_all_mistakes_are_listed_and_the_first_is_on_top(client: Any, engine: Any) -> None:
    wrong = {"description": "x", "steps": 5000, "width": 100, "sampler": "magic", "num_images": 99}
    problem = (await client.post("/generate", json=wrong)).json()
    assert problem["status"] == 422
    assert [error["field"] for error in problem["errors"]] == ["width", "steps", "sampler", "num_images"]
    assert problem["field"] == "width"
    assert problem["detail"].startswith(problem["errors"][0]["detail"])
    assert "3 more mistakes" in problem["detail"]
    assert not engine.seen


async def test_full_line_answers_503_with_retry_after(app: Any, engine: Any, client: Any, eventually: Any) -> None:
    engine.gate.clear()
    requests = [asyncio.create_task(client.post("/generate", json=DRESS)) for _ in range(9)]
    await eventually(lambda: engine.stats().waiting == 8)
    refused = await client.post("/generate", json=DRESS)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["type"].endswith("#busy")
    engine.gate.set()
    assert [answer.status_code for answer in await asyncio.gather(*requests)] == [200] * 9


async def test_engine_that_is_not_ready_answers_503(client: Any, engine: Any) -> None:
    engine.stopped = True
    refused = await client.post("/generate", json=DRESS)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["title"] == "Not ready"


async def test_priority_and_deadline_reach_the_engine(client: Any, engine: Any) -> None:
    await client.post("/generate", json={**DRESS, "priority": "high", "deadline_seconds": 12})
    await client.post("/generate", json=DRESS)
    assert [(seen.priority, seen.deadline_seconds) for seen in engine.seen] == [("high", 12.0), ("normal", None)]


async def test_a_request_past_its_own_deadline_counts_as_timeout(client: Any, engine: Any) -> None:
    engine.failure = DeadlineError("the request was not finished within its 2 seconds; it was in line")
    late = await client.post("/generate", json={**DRESS, "deadline_seconds": 2})
    assert late.status_code == 504
    assert late.json()["detail"] == str(engine.failure)
    assert 'cosmicman_generations_total{outcome="timeout"} 1.0' in (await client.get("/metrics")).text


async def test_deadline_answers_504_and_cancels(engine: Any, talk: Any, eventually: Any, pass_time: Any) -> None:
    engine.gate.clear()
    async with talk(create_app(Settings(request_timeout_seconds=600), engine)) as client:
        request = asyncio.create_task(client.post("/generate", json=DRESS))
        await eventually(lambda: engine.stats().running == 1)
        pass_time(600)
        late = await request
        metrics = (await client.get("/metrics")).text
    assert late.status_code == 504
    assert "600 seconds" in late.json()["detail"]
    assert len(engine.cancelled) == 1
    assert engine.stats().running == 0
    assert 'cosmicman_generations_total{outcome="timeout"} 1.0' in metrics


async def test_a_cutout_reaches_an_engine_that_has_a_parser(client: Any, engine: Any) -> None:
    engine.model = replace(engine.model, regions=True)
    assert (await client.get("/model")).json()["regions"] is True
    assert (await client.post("/generate", json=DRESS | {"cutout": True})).status_code == 200
    assert (await client.post("/generate", json=DRESS)).status_code == 200
    assert [seen.cutout for seen in engine.seen] == [True, False]
    for asked in ({"json": {**DRESS, "cutout": True, "image_format": "jpeg"}}, {"json": {**DRESS, "cutout": True}}):
        accept = "application/json" if "image_format" in asked["json"] else "image/jpeg"
        refused = await client.post("/generate", **asked, headers={"Accept": accept})
        assert refused.status_code == 422
        problem = refused.json()
        assert problem["field"] == "cutout"
        assert problem["detail"] == "cutout takes image_format png or webp, which can be transparent; got jpeg"


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "cutout needs a parser, and the bundle of rectangles has none"), ("yes", "cutout"), (None, "cutout")],
)
async def test_a_cutout_that_cannot_be_is_refused(client: Any, engine: Any, value: Any, words: str) -> None:
    refused = await client.post("/generate", json=DRESS | {"cutout": value})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["field"] == "cutout" and words in problem["detail"]
    assert engine.seen == []


async def test_groups_over_a_text_are_in_the_answer(client: Any, engine: Any) -> None:
    body = {
        "description": "a woman in a red dress, no hat",
        "groups": {"hair": "(long red hair:1.2)", "dress": "a green dress"},
        "weights": {"hair": 1.5, "bag": 2},
    }
    answer = (await client.post("/generate", json=body)).json()
    text = answer["description"]
    assert text == "a woman in a green dress, no hat, (long red hair:1.2)"
    assert [(each["group"], each["weight"]) for each in answer["groups"]] == [
        ("person", 1.0),
        ("dress", 1.0),
        ("negated", 1.0),
        ("hair", 1.8),
    ]
    assert all(text[each["start"] : each["end"]] == each["text"] for each in answer["groups"])
    assert answer["negatives"] == [{"group": "headwear", "text": "hat"}]
    assert engine.seen[0].groups == body["groups"]


async def test_the_answer_tells_what_the_encoder_gets(client: Any) -> None:
    body = {"description": "a woman in a red dress, no hat", "negative_description": "blur, Hat"}
    answer = (await client.post("/generate", json=body)).json()
    assert (answer["drawn"], answer["negative"]) == ("a woman in a red dress", "blur, Hat")
    assert (answer["ignored"], answer["warnings"]) == ([], [])


async def test_negative_words_that_nothing_reads_are_warned_of(client: Any) -> None:
    body = {"description": "a woman in a red dress, no hat", "guidance_scale": 1.0}
    answer = (await client.post("/generate", json=body)).json()
    assert (answer["drawn"], answer["negative"]) == ("a woman in a red dress", "")
    [warning] = answer["warnings"]
    assert warning["kind"] == "negative-unread"
    assert warning["message"].endswith(": hat")


async def test_syntax_in_the_negative_words_is_warned_of(client: Any) -> None:
    body = {"description": "a red dress", "negative_description": "<lora:bad:1>, hat"}
    answer = (await client.post("/generate", json=body)).json()
    assert answer["negative"] == "hat"
    [warning] = answer["warnings"]
    assert warning["kind"] == "syntax" and "<lora:bad:1>" in warning["message"]


async def test_groups_may_stand_instead_of_a_text(client: Any) -> None:
    answer = (await client.post("/generate", json={"groups": {"hair": "bald", "shot": "a headshot"}})).json()
    assert answer["description"] == "a headshot, bald"
    assert [each["group"] for each in answer["groups"]] == ["shot", "hair"]


@pytest.mark.parametrize(
    ("failure", "status", "slug"),
    [
        (GenerationError("unet.onnx failed"), 500, "generation-failed"),
        (DeadlineError("the request was not finished within its 2 seconds"), 504, "deadline-exceeded"),
        (NotFiniteError("the latents are not finite"), 500, "not-finite"),
        (OutOfMemoryError("unet.onnx ran out of memory"), 507, "out-of-memory"),
    ],
)
async def test_failed_generation_is_a_problem_of_its_own(
    client: Any, engine: Any, failure: GenerationError, status: int, slug: str
) -> None:
    engine.failure = failure
    failed = await client.post("/generate", json=DRESS)
    assert failed.status_code == status
    assert failed.json()["type"].endswith(f"#{slug}")
    assert failed.json()["detail"] == str(failure)
    engine.failure = None
    assert (await client.post("/generate", json=DRESS)).status_code == 200


async def test_nothing_of_the_description_is_logged(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await client.post("/generate", json={"description": "a canary in a red dress"})
    await client.post("/generate?note=canary", json={"description": "a canary"})
    await client.post("/generate", json={"description": "a canary", "steps": 10**6})
    await client.post("/parse", json={"text": "canary"})
    lines = [record.getMessage() for record in caplog.records if record.name.startswith(("server", "engine"))]
    assert any(line.startswith("POST /generate 200") for line in lines)
    assert not any("canary" in line for line in lines)


async def test_null_means_the_default(client: Any) -> None:
    nulls = dict.fromkeys(("width", "height", "steps", "guidance_scale", "sampler", "seed"))
    body = (await client.post("/generate", json={"description": "x"} | nulls)).json()
    assert (body["width"], body["steps"], body["seed"]) == (128, 4, 42)


async def test_json_is_written_without_escapes_that_double_it(client: Any) -> None:
    answer = await client.post(
        "/generate",
        content=json.dumps({"description": "é 👗"}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=UTF-8"},
    )
    assert "é 👗".encode() in answer.content


async def test_attention_comes_with_each_picture_where_it_is_asked_for(client: Any, engine: Any) -> None:
    assert (await client.get("/model")).json()["attention"] is True
    body = DRESS | {"num_images": 2}
    told = (await client.post("/generate", json=body | {"attention": True})).json()
    plain = (await client.post("/generate", json=body)).json()
    assert [seen.attention for seen in engine.seen] == [True, False]
    assert "cosmicman_attention_requests_total 1.0" in (await client.get("/metrics")).text
    for image, without in zip(told["images"], plain["images"], strict=True):
        assert "attention" not in without
        assert set(image["attention"]) == {"person", "dress"}
        for png in image["attention"].values():
            with Image.open(io.BytesIO(base64.b64decode(png))) as opened:
                assert (opened.format, opened.mode, opened.size) == ("PNG", "L", (1, 2))


@pytest.mark.parametrize("accept", ["image/png", "image/webp", "text/event-stream;q=0.5, image/*"])
async def test_a_picture_alone_holds_no_attention(client: Any, engine: Any, accept: str) -> None:
    body = DRESS | {"attention": True, "num_images": 1}
    refused = await client.post("/generate", json=body, headers={"Accept": accept})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["field"] == "attention"
    words = "attention is for answers of application/json and text/event-stream, which can hold maps beside a picture"
    assert problem["detail"].startswith(words)
    assert engine.seen == []


@pytest.mark.parametrize("value", ["yes", None, 1, ["hair"]])
async def test_attention_is_true_or_false(client: Any, engine: Any, value: Any) -> None:
    refused = await client.post("/generate", json=DRESS | {"attention": value})
    assert (refused.status_code, refused.json()["field"]) == (422, "attention")
    assert engine.seen == []


async def test_attention_of_a_model_that_tells_none_is_refused(client: Any, engine: Any) -> None:
    engine.model = replace(engine.model, attention=False)
    refused = await client.post("/generate", json=DRESS | {"attention": True})
    assert (refused.status_code, refused.json()["field"]) == (422, "attention")
    assert "its export is older, or TensorRT engines run it" in refused.json()["detail"]
    asked = {"prompt": "a woman", "attention": True}
    elsewhere = (await client.post("/v1/images/generations", json=asked)).json()["error"]
    assert elsewhere["param"] == "attention" and "POST /generate takes it" in elsewhere["message"]
    assert engine.seen == []
