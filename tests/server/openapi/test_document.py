"""The OpenAPI document: the committed file is the made one, and its examples are true."""

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openapi_spec_validator import validate
from PIL import Image

from engine import __version__
from server.http.negotiation import choose
from server.openapi import document as openapi
from server.openapi import examples, examples_denoise, openai_examples
from server.openapi.__main__ import main
from server.routes.generate import IMAGES
from server.schemas.denoise import DenoiseAnswer, NoiseAnswer
from server.schemas.generate import GenerateAnswer, GenerateBody
from server.schemas.model import ModelAnswer
from server.schemas.openai import ImagesBody
from server.schemas.openai_answers import ImagesAnswer, OpenAIError, OpenAIModel, OpenAIModels
from server.schemas.parse import GroupAnswer, ParseAnswer, ParseBody
from server.schemas.problem import Problem

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "docs" / "openapi.json"


def test_committed_file_is_the_made_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == openapi.text(), (
        "docs/openapi.json is out of date: python -m server.openapi --out docs/openapi.json"
    )


def test_generator_writes_the_whole_file(tmp_path: Path) -> None:
    out = tmp_path / "openapi.json"
    assert main(["--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == openapi.text()
    assert [path.name for path in tmp_path.iterdir()] == ["openapi.json"]


def test_version_is_the_package_s() -> None:
    assert json.loads(openapi.text())["info"]["version"] == __version__


async def test_served_document_is_the_same(client: Any) -> None:
    assert (await client.get("/openapi.json")).text == openapi.text()


def every(node: Any, key: str) -> list[Any]:
    if isinstance(node, dict):
        return ([node[key]] if key in node else []) + [found for value in node.values() for found in every(value, key)]
    return [found for value in node for found in every(value, key)] if isinstance(node, list) else []


def test_every_reference_has_its_schema() -> None:
    document = openapi.document()
    references = {reference.rpartition("/")[2] for reference in every(document, "$ref")}
    assert references <= set(document["components"]["schemas"])


def test_generate_answers_in_three_forms_and_every_operation_has_an_example() -> None:
    document = openapi.document()
    content = document["paths"]["/generate"]["post"]["responses"]["200"]["content"]
    assert list(content) == ["application/json", *IMAGES, "text/event-stream"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert every(operation, "example") or path == "/metrics"


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (GenerateBody, examples.MINIMAL_BODY),
        (GenerateBody, examples.FULL_BODY),
        (GenerateBody, examples.GROUPS_BODY),
        (GenerateBody, examples.PREVIEWS_BODY),
        (GenerateAnswer, examples.GENERATE_ANSWER),
        (ParseBody, {"text": examples.DESCRIPTION}),
        (ParseAnswer, examples.PARSE_ANSWER),
        (ModelAnswer, examples.MODEL),
        *((GroupAnswer, row) for row in examples.GROUP_ROWS),
        (DenoiseAnswer, examples_denoise.DENOISE_ANSWER),
        (NoiseAnswer, examples_denoise.NOISE),
        (ImagesBody, openai_examples.MINIMAL_BODY),
        (ImagesBody, openai_examples.EXTRA_BODY),
        (ImagesBody, openai_examples.STREAM),
        (ImagesAnswer, openai_examples.IMAGES_ANSWER),
        (OpenAIModel, openai_examples.MODEL),
        (OpenAIModels, openai_examples.MODELS),
    ],
)
def test_examples_fit_their_schemas(model: Any, example: Any) -> None:
    read = model.model_validate_json(json.dumps(example))
    assert json.loads(read.model_dump_json(exclude_unset=True)) == example


def test_examples_of_problems_fit_their_schema() -> None:
    made = [example for status, example in refusals("application/problem+json") if example["status"] == status]
    assert len(made) >= 15
    for example in made:
        Problem.model_validate(example)


def test_examples_of_openai_s_errors_fit_their_schema() -> None:
    made = [example for status, example in refusals("application/json") if status >= 400]
    assert len(made) >= 15
    for example in made:
        OpenAIError.model_validate(example)


def refusals(media_type: str) -> list[tuple[int, Any]]:
    return [
        (int(status), example["value"])
        for operations in openapi.document()["paths"].values()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        for example in answer["content"].get(media_type, {}).get("examples", {}).values()
    ]


async def test_example_groups_are_what_the_parser_says(client: Any) -> None:
    answer = await client.post("/parse", json={"text": examples.PARSE_ANSWER["text"]})
    assert answer.json() == examples.PARSE_ANSWER
    said = (await client.post("/parse", json={"text": examples.DESCRIPTION})).json()
    assert {name: said[name] for name in examples.TEXTS} == examples.TEXTS


async def test_example_groups_are_the_taxonomy_s(client: Any) -> None:
    rows = (await client.get("/groups")).json()
    for row in examples.GROUP_ROWS:
        assert row in rows


def test_offers_cover_what_the_document_promises() -> None:
    content = openapi.document()["paths"]["/generate"]["post"]["responses"]["200"]["content"]
    for media_type in content:
        assert choose(media_type, list(content)) == media_type


@pytest.mark.parametrize("root_path", ["", "/art/pictures"])
def test_document_is_valid_openapi(root_path: str) -> None:
    validate(openapi.document(root_path))


BODIES = [
    pytest.param(path, media_type, example["value"], id=f"{path} {name}")
    for path, item in openapi.document()["paths"].items()
    for operation in item.values()
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
    for name, example in content.get("examples", {}).items()
]


def clear_png() -> bytes:
    """A picture that is as good as a mask of everything."""
    buffer = io.BytesIO()
    Image.new("RGBA", (128, 192), (200, 30, 60, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("path", "media_type", "body"), BODIES)
async def test_every_example_body_is_accepted(client: Any, engine: Any, path: str, media_type: str, body: Any) -> None:
    accept = "text/event-stream" if "preview_every" in body else "application/json"
    headers = {"Content-Type": media_type, "Accept": accept}
    named = body | {"model": "rectangles"} if "model" in body else body
    engine.model = replace(engine.model, controls={"layout": 16, "pose": 16})
    if path == "/denoise":
        engine.model = replace(engine.model, pixels_of_a_latent=16, latents=replace(engine.model.latents, channels=16))
        numbers = np.zeros(body["shape"], body.get("dtype", "float32"))
        named = body | {"latents": base64.b64encode(numbers.tobytes()).decode()}
    if media_type == "multipart/form-data":
        engine.model = replace(engine.model, change_groups=("dress",))
        files = {name: (named[name], clear_png()) for name in ("image", "mask") if name in named}
        words = {name: (None, str(value)) for name, value in named.items() if name not in files}
        answer = await client.post(path, files=files | words, headers={"Accept": accept})
    else:
        answer = await client.post(path, content=json.dumps(named), headers=headers)
    assert answer.status_code == (202 if path == "/jobs" else 200), answer.text


def test_every_body_has_examples() -> None:
    bodies = [path for path, item in openapi.document()["paths"].items() if "requestBody" in json.dumps(item)]
    pictures = {f"/v1/images/{name}" for name in ("generations", "edits", "variations")}
    posts = {"/denoise", "/generate", "/jobs", "/parse", *pictures}
    assert {parameters.values[0] for parameters in BODIES} == set(bodies) == posts


@pytest.mark.parametrize("path", [path for path, item in openapi.document()["paths"].items() if "get" in item])
async def test_every_path_that_is_read_answers_as_the_document_says(client: Any, path: str, real_path: Any) -> None:
    answer = await client.get(await real_path(client, path))
    offered = openapi.document()["paths"][path]["get"]["responses"]["200"]["content"]
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in offered
