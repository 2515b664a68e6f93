"""Every wrong body gets a problem that names the field, says what was expected and what came, and echoes little."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

JSON = {"Content-Type": "application/json"}
LONG = "z" * 9000


def with_field(name: str, value: str) -> bytes:
    return b'{"description": "a woman", "%s": %s}' % (name.encode(), value.encode())


#: Body, status, field, words of the detail.
CORPUS: dict[str, tuple[bytes, int, str | None, tuple[str, ...]]] = {
    "empty body": (b"", 400, None, ("JSON object", "empty")),
    "blank body": (b" \n", 400, None, ("JSON object", "empty")),
    "no JSON": (b"a red dress", 400, None, ("must be JSON", "line 1 column 1", '"a red dress"')),
    "cut off": (b'{"description": "a', 400, None, ("must be JSON", "unterminated string")),
    "cut off after colon": (b'{"description":', 400, None, ("the end of the body",)),
    "trailing comma": (b'{"description": "x",}', 400, None, ("must be JSON",)),
    "two documents": (b"{} {}", 400, None, ("extra data",)),
    "raw control character": (b'{"description": "a\x01b"}', 400, None, ("control character",)),
    "UTF-16": ('{"description": "x"}'.encode("utf-16"), 400, None, ("must be JSON",)),
    "binary": (bytes(range(256)), 400, None, ("must be JSON",)),
    "nested lists": (b"[" * 9000, 400, None, ("nested too deeply",)),
    "nested objects": (b'{"a":' * 3000, 400, None, ("nested too deeply",)),
    "nested in a field": (with_field("steps", "[" * 4000 + "]" * 4000), 400, None, ("nested too deeply",)),
    "less nested in a field": (
        with_field("steps", "[" * 20 + "]" * 20),
        422,
        "steps",
        ("number", "a list of 1"),
    ),
    "more nested in a field": (with_field("steps", "[" * 40 + "]" * 40), 400, None, ("nested too deeply", "32 levels")),
    "many values": (with_field("weights", "[" + "1," * 5000 + "1]"), 422, None, ("at most 1200 values",)),
    "list": (b"[]", 422, None, ("JSON object", "a list of 0")),
    "string": (b'"a red dress"', 422, None, ("JSON object", '"a red dress"')),
    "number": (b"12", 422, None, ("JSON object", "12")),
    "null": (b"null", 422, None, ("JSON object", "null")),
    "no description": (b"{}", 422, "description", ("is required", "missing")),
    "null description": (b'{"description": null}', 422, "description", ("a string", "null")),
    "empty description": (b'{"description": ""}', 422, "description", ("empty",)),
    "blank description": (b'{"description": " \\n "}', 422, "description", ("empty",)),
    "number as description": (b'{"description": 7}', 422, "description", ("a string", "got 7")),
    "list as description": (b'{"description": ["x"]}', 422, "description", ("a string", "a list of 1")),
    "object as description": (b'{"description": {"a": 1}}', 422, "description", ("a string", "an object of 1")),
    "long description": (json.dumps({"description": LONG}).encode(), 422, "description", ("at most 8000", "9000")),
    "long negative": (with_field("negative_description", json.dumps(LONG)), 422, "negative_description", ("8000",)),
    "NUL": (b'{"description": "a\\u0000b"}', 422, "description", ("NUL", "character 1")),
    "NUL in negative": (with_field("negative_description", '"\\u0000"'), 422, "negative_description", ("NUL",)),
    "NUL in sampler": (with_field("sampler", '"\\u0000"'), 422, "sampler", ("NUL",)),
    "lone surrogate": (b'{"description": "ab\\ud800"}', 422, "description", ("character 2", "surrogate", "\\ud800")),
    "reversed pair": (b'{"description": "\\udc00\\ud800"}', 422, "description", ("character 0", "surrogate")),
    "low surrogate": (b'{"description": "\\udcff"}', 422, "description", ("surrogate",)),
    "bad byte": (b'{"description": "a\xffb"}', 422, "description", ("character 1", "UTF-8", "0xff")),
    "surrogate as bytes": (b'{"description": "\xed\xa0\x80"}', 422, "description", ("UTF-8",)),
    "overlong": (b'{"description": "\xc0\x80"}', 422, "description", ("UTF-8",)),
    "surrogate in sampler": (with_field("sampler", '"\\ud83d"'), 422, "sampler", ("surrogate",)),
    "surrogate in format": (with_field("image_format", '"\\ud83d"'), 422, "image_format", ("surrogate",)),
    "surrogate in negative": (
        with_field("negative_description", '"\\ud83d"'),
        422,
        "negative_description",
        ("surrogate",),
    ),
    "bad byte in a name": (b'{"description": "x", "st\xffeps": 1}', 422, "st\\udcffeps", ("did you mean steps",)),
    "surrogate in a name": (b'{"description": "x", "\\ud800": 1}', 422, "\\ud800", ("known fields",)),
    "number as string": (with_field("steps", '"20"'), 422, "steps", ("a whole number", '"20"')),
    "true as number": (with_field("steps", "true"), 422, "steps", ("a whole number", "true")),
    "fraction": (with_field("steps", "1.5"), 422, "steps", ("a whole number", "1.5")),
    "whole float": (with_field("steps", "20.0"), 422, "steps", ("a whole number", "20.0")),
    "NaN steps": (with_field("steps", "NaN"), 422, "steps", ("NaN",)),
    "infinite steps": (with_field("steps", "1e999"), 422, "steps", ("Infinity",)),
    "no steps": (with_field("steps", "0"), 422, "steps", ("at least 1", "got 0")),
    "minus zero steps": (with_field("steps", "-0"), 422, "steps", ("at least 1",)),
    "too many steps": (with_field("steps", "51"), 422, "steps", ("from 1 to 50", "got 51")),
    "huge steps": (with_field("steps", "9" * 60), 422, "steps", ("from 1 to 50",)),
    "hundreds of digits": (with_field("steps", "9" * 300), 422, "steps", ("a whole number", "e+")),
    "thousands of digits": (with_field("seed", "9" * 6000), 422, "seed", ("a whole number", "Infinity")),
    "NaN": (with_field("guidance_scale", "NaN"), 422, "guidance_scale", ("a finite number", "NaN")),
    "Infinity": (with_field("guidance_scale", "Infinity"), 422, "guidance_scale", ("finite", "Infinity")),
    "-Infinity": (with_field("guidance_scale", "-Infinity"), 422, "guidance_scale", ("-Infinity",)),
    "1e999": (with_field("guidance_scale", "1e999"), 422, "guidance_scale", ("finite", "Infinity")),
    "guidance as string": (with_field("guidance_scale", '"4"'), 422, "guidance_scale", ("a number", '"4"')),
    "guidance as bool": (with_field("guidance_scale", "false"), 422, "guidance_scale", ("a number", "false")),
    "negative guidance": (with_field("guidance_scale", "-1"), 422, "guidance_scale", ("at least 0", "-1")),
    "much guidance": (with_field("guidance_scale", "1e300"), 422, "guidance_scale", ("0 to 20",)),
    "NaN in a wrong type": (with_field("sampler", "NaN"), 422, "sampler", ("a string", "NaN")),
    "NaN as description": (b'{"description": NaN}', 422, "description", ("a string", "NaN")),
    "width no multiple": (with_field("width", "130"), 422, "width", ("128x192", "got width 130")),
    "height no multiple": (with_field("height", "191"), 422, "height", ("128x192", "got height 191")),
    "pair the model lacks": (b'{"description": "x", "width": 192, "height": 192}', 422, "height", ("192x192",)),
    "negative width": (with_field("width", "-128"), 422, "width", ("at least 1", "-128")),
    "unknown sampler": (with_field("sampler", '"magic"'), 422, "sampler", ("ddim, euler, euler_a", "magic")),
    "empty sampler": (with_field("sampler", '""'), 422, "sampler", ("ddim",)),
    "too many images": (with_field("num_images", "5"), 422, "num_images", ("from 1 to 4", "got 5")),
    "null images": (with_field("num_images", "null"), 422, "num_images", ("a whole number", "null")),
    "negative seed": (with_field("seed", "-2"), 422, "seed", ("at least -1", "-2")),
    "large seed": (with_field("seed", "4294967296"), 422, "seed", ("at most 4294967295", "4294967296")),
    "unknown priority": (with_field("priority", '"urgent"'), 422, "priority", ("'high', 'normal' or 'low'", "urgent")),
    "null priority": (with_field("priority", "null"), 422, "priority", ("'high', 'normal' or 'low'", "null")),
    "no time at all": (with_field("deadline_seconds", "0"), 422, "deadline_seconds", ("more than 0", "0")),
    "negative deadline": (with_field("deadline_seconds", "-2.5"), 422, "deadline_seconds", ("more than 0", "-2.5")),
    "deadline too far": (with_field("deadline_seconds", "1e9"), 422, "deadline_seconds", ("at most 86400", "1e+09")),
    "deadline as string": (with_field("deadline_seconds", '"5"'), 422, "deadline_seconds", ("a number", '"5"')),
    "unknown format": (with_field("image_format", '"gif"'), 422, "image_format", ("'png', 'jpeg' or 'webp'", "gif")),
    "groups as list": (with_field("groups", '["hair"]'), 422, "groups", ("groups must be an object", "a list of 1")),
    "number as phrase": (with_field("groups", '{"hair": 7}'), 422, "groups", ("groups.hair must be a string", "7")),
    "unknown group": (with_field("groups", '{"hairs": "x"}'), 422, "groups", ("shot, person, body", "'hairs'")),
    "NUL in a group": (with_field("groups", '{"hair": "\\u0000"}'), 422, "groups", ("groups.hair", "NUL")),
    "surrogate in a group's name": (with_field("groups", '{"\\ud800": "x"}'), 422, "groups", ("groups may name",)),
    "empty groups alone": (b'{"groups": {}}', 422, "description", ("must say what to draw",)),
    "null groups alone": (b'{"groups": null}', 422, "description", ("must say what to draw",)),
    "absurd weight": (with_field("weights", '{"top": 1e9}'), 422, "weights", ("weights.top", "0 to 4", "1e+09")),
    "negative weight": (with_field("weights", '{"top": -1}'), 422, "weights", ("weights.top", "0 to 4", "-1")),
    "NaN weight": (with_field("weights", '{"top": NaN}'), 422, "weights", ("weights.top", "finite", "NaN")),
    "weight as string": (with_field("weights", '{"top": "2"}'), 422, "weights", ("weights.top must be a number",)),
    "unknown group's weight": (with_field("weights", '{"tops": 1}'), 422, "weights", ("shot, person", "tops")),
    "negated weight": (with_field("weights", '{"negated": 1}'), 422, "weights", ("may not name negated",)),
    "absurd weight in the text": (b'{"description": "a (red dress:1e9)"}', 422, "description", ("0 to 4",)),
    "another service's name": (with_field("prompt", '"y"'), 422, "prompt", ("did you mean description",)),
    "a pair of ours": (with_field("size", '"128x192"'), 422, "size", ("did you mean width and height",)),
    "another's, misspelt": (with_field("negative_promt", '"y"'), 422, "negative_promt", ("negative_description",)),
    "a count of another's": (with_field("n", "2"), 422, "n", ("did you mean num_images",)),
    "a group by its thing": (with_field("groups", '{"shoes": "red"}'), 422, "groups", ("did you mean footwear?",)),
    "a misspelt group": (with_field("weights", '{"headware": 2}'), 422, "weights", ("did you mean headwear?",)),
    "misspelt field": (with_field("descripton", '"y"'), 422, "descripton", ("did you mean description",)),
    "capital field": (with_field("Steps", "2"), 422, "Steps", ("did you mean steps",)),
    "unknown field": (with_field("qqq", "2"), 422, "qqq", ("known fields are description",)),
    "long name": (with_field("n" * 5000, "2"), 422, "n" * 60 + "...", ("known fields",)),
    "given twice": (with_field("description", '"y"'), 422, "description", ("given once",)),
}


@pytest.mark.parametrize("name", CORPUS)
async def test_problem_says_field_expected_and_came(client: Any, engine: Any, name: str) -> None:
    body, status, field, words = CORPUS[name]
    answer = await client.post("/generate", content=body, headers=JSON)
    problem = answer.json()
    assert answer.status_code == status, problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem.get("field") == field
    for word in words:
        assert word in problem["detail"], problem
    assert set(problem) <= {"type", "title", "status", "detail", "field", "errors", "request_id"}
    assert len(answer.content) < 1200
    assert not engine.seen


@pytest.mark.parametrize("text", [b"\\ud800", b"a\xff", b"\\u0000"])
async def test_text_to_parse_must_be_readable_too(client: Any, text: bytes) -> None:
    problem = (await client.post("/parse", content=b'{"text": "' + text + b'"}', headers=JSON)).json()
    assert (problem["status"], problem["field"]) == (422, "text")


async def test_mistakes_of_schema_and_of_model_come_in_one_list(client: Any) -> None:
    body = b'{"descripton": "x", "sampler": "magic", "width": 130, "steps": "20", "image_format": "gif"}'
    problem = (await client.post("/generate", content=body, headers=JSON)).json()
    fields = [error["field"] for error in problem["errors"]]
    assert fields == ["description", "width", "steps", "sampler", "image_format", "descripton"]
    assert problem["field"] == "description"
    assert "5 more mistakes" in problem["detail"]


async def test_a_thousand_mistakes_are_not_a_thousand_lines(client: Any) -> None:
    body = {f"field{number}": number for number in range(1000)}
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 16
    assert "1000 more mistakes" in answer.json()["detail"]
    assert len(answer.content) < 7000


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "got none"),
        ({"Content-Type": "text/plain"}, '"text/plain"'),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "application/json"),
        ({"Content-Type": "application/jsonp"}, "application/jsonp"),
        ({"Content-Type": "application/json; charset=utf-16"}, "utf-16"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "gzip"),
    ],
)
async def test_other_content_types_are_refused(client: Any, headers: dict[str, str], words: str) -> None:
    answer = await client.post("/generate", content=b'{"description": "x"}', headers=headers)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"']
)
async def test_json_may_say_its_charset(client: Any, content_type: str) -> None:
    body = b'\xef\xbb\xbf{"description": "x"}'
    answer = await client.post("/generate", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/generate", "/parse"])
async def test_corpus_never_fails_on_any_route(client: Any, path: str) -> None:
    for name, (body, *_) in CORPUS.items():
        answer = await client.post(path, content=body, headers=JSON)
        assert 400 <= answer.status_code < 500, (name, answer.text)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "description",
    "negative_description",
    "width",
    "height",
    "steps",
    "guidance_scale",
    "sampler",
    "seed",
    "num_images",
    "image_format",
    "priority",
    "deadline_seconds",
    "text",
    "other",
)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(st.sampled_from(FIELDS), ANY_JSON), noise=st.binary(max_size=8))
async def test_no_body_at_all_makes_a_5xx(client: Any, document: dict[str, Any], noise: bytes) -> None:
    body = json.dumps(document).encode()
    for content in (body, body[: len(body) // 2] + noise + body[len(body) // 2 :]):
        for path in ("/generate", "/parse"):
            answer = await client.post(path, content=content, headers=JSON)
            assert answer.status_code < 500
            assert answer.status_code == 200 or answer.json()["status"] == answer.status_code


@pytest.mark.parametrize(("path", "text"), [("/generate", "description"), ("/jobs", "description"), ("/parse", "text")])
async def test_fields_in_the_path_are_refused(client: Any, path: str, text: str) -> None:
    answer = await client.post(f"{path}?seed=7", json={text: "a woman"})
    assert answer.status_code == 422
    assert answer.json()["field"] == "seed"
    assert answer.json()["detail"] == '"seed" must be in the body; nothing of the path is read'
