"""A real service on loopback is asked: what it gets, what of its answers is taken, and how it may fail."""

import json
import logging
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from engine.description import GROUPS
from server.reader.endpoint import Endpoint
from server.reader.reader import Reader, Words
from server.reader.taxonomy import LONGEST_PHRASE, MOST_PHRASES, SCHEMA

FRENCH = "une femme rousse en robe verte, sans chapeau"
READ = {"person": ["a woman"], "hair": ["red hair"], "dress": ["a green dress"], "negated": ["hat"]}
KEY = "sk-secret-of-the-test"
LIMIT = 8000


def reader(service: Any, *, seconds: float = 60.0, **options: Any) -> Reader:
    return Reader(Endpoint(url=service.url, key=KEY, seconds=seconds), rest_seconds=0.0, **options)


async def test_a_text_of_another_language_is_read(service: Any, completion: Callable[[object], Any]) -> None:
    service.reply = lambda text: completion(READ)
    words = await reader(service).read(FRENCH, LIMIT)
    assert words == Words(
        groups={"person": "a woman", "hair": "red hair", "dress": "a green dress", "negated": "no hat"}
    )
    assert service.paths == ["/v1/models", "/v1/chat/completions"]
    (asked,) = service.asked
    assert (asked["model"], asked["messages"][-1]["content"]) == ("sorter-1", FRENCH)
    assert asked["response_format"]["json_schema"]["schema"] == SCHEMA
    assert service.keys == [f"Bearer {KEY}"]
    assert all(str(group) in asked["messages"][0]["content"] for group in GROUPS)


def test_the_schema_is_one_and_holds_the_taxonomy() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate({str(group): ["a phrase"] for group in GROUPS}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({str(group): [] for group in GROUPS} | {"shoes": []}, SCHEMA)


async def test_a_model_that_is_named_is_not_looked_up(service: Any) -> None:
    await Reader(Endpoint(url=service.url + "/chat/completions", model="mine")).read("a man", LIMIT)
    assert service.paths == ["/v1/chat/completions"]
    assert service.asked[0]["model"] == "mine"
    assert service.keys == [None]


async def test_the_same_text_is_asked_once_and_few_are_kept(service: Any) -> None:
    asking = reader(service, kept=2)
    for text in ("a man", "a man", "a boy", "a man", "a girl", "a man", "a boy"):
        assert (await asking.read(text, LIMIT)).groups == {"person": text}
    assert [body["messages"][-1]["content"] for body in service.asked] == ["a man", "a boy", "a girl", "a boy"]


ANSWERS = {
    "no JSON": "I would rather talk about the weather.",
    "no JSON object": ["a hat"],
    "unknown groups": {"person": ["a man"], "shoes": ["boots"]},
    "no list of strings": {"top": "a red shirt"},
    "its hair is no list of strings": {"hair": ["red", 7]},
    f"more than {MOST_PHRASES} phrases": {"top": ["a shirt"] * (MOST_PHRASES + 1)},
    f"more than {LONGEST_PHRASE} characters": {"top": ["x" * (LONGEST_PHRASE + 1)]},
    "cannot be written": {"top": ["a shirt\x00"]},
    "looks like a weight": {"top": ["(a shirt:99)"]},
    "no phrase of anything to draw": {"negated": ["hat"], "person": ["  "]},
    "more than 8000 characters": {str(group): ["x" * LONGEST_PHRASE] * MOST_PHRASES for group in GROUPS},
}


@pytest.mark.parametrize("reason", ANSWERS)
async def test_an_answer_outside_of_the_taxonomy_is_refused(
    service: Any, completion: Callable[[object], Any], reason: str
) -> None:
    service.reply = lambda text: completion(ANSWERS[reason])
    words = await reader(service).read("a man", LIMIT)
    assert words.groups == {}
    assert words.warning is not None and reason in words.warning
    service.reply = lambda text: completion(READ)
    assert (await reader(service).read("a man", LIMIT)).warning is None, "a refusal is not kept"


REPLIES: dict[str, tuple[int, dict[str, str], bytes]] = {
    "it answered 500": (500, {}, b"{}"),
    "it answered 401": (401, {}, b'{"error": "wrong key"}'),
    "it redirects (307)": (307, {"Location": "/v1/elsewhere"}, b""),
    "the answer is no JSON": (200, {}, b"<html>"),
    "its answer holds no JSON": (200, {}, b'{"choices": []}'),
    "more than 262144 bytes": (200, {}, b" " * 262_145),
}


@pytest.mark.parametrize("reason", REPLIES)
async def test_a_service_that_fails_leaves_the_text_to_the_rules(service: Any, reason: str) -> None:
    service.reply = lambda text: REPLIES[reason]
    words = await reader(service).read("a man", LIMIT)
    assert words.groups == {}
    assert words.warning is not None and reason in words.warning
    assert service.paths == ["/v1/models", "/v1/chat/completions"], "nothing is tried again, no redirect is followed"


async def test_a_slow_service_is_waited_for_no_longer_than_it_may_take(service: Any) -> None:
    service.reply = service.wait
    words = await reader(service, seconds=0.2).read("a man", LIMIT)
    assert words.warning is not None and "no answer within 0.2 seconds" in words.warning


async def test_a_service_that_lists_no_model_needs_a_name(service: Any) -> None:
    service.models = {"data": []}
    words = await reader(service).read("a man", LIMIT)
    assert words.warning is not None and "lists no model" in words.warning


async def test_a_service_that_is_down_rests_a_while(closed_url: str, service: Any) -> None:
    asking = Reader(Endpoint(url=closed_url, model="mine"), rest_seconds=3600)
    first, second = [await asking.read("a man", LIMIT) for _ in range(2)]
    assert first.warning is not None and "no connection" in first.warning
    assert second.warning is not None and "a moment ago" in second.warning


async def test_neither_text_nor_key_is_logged(service: Any, caplog: pytest.LogCaptureFixture) -> None:
    service.reply = lambda text: (500, {}, json.dumps({"error": text}).encode())
    with caplog.at_level(logging.DEBUG):
        words = await reader(service).read("a man called Aurelius", LIMIT)
    assert "the second reader failed" in caplog.text
    for said in (caplog.text, repr(words), repr(Endpoint(url=service.url, key=KEY))):
        assert "Aurelius" not in said and KEY not in said


@pytest.mark.parametrize(
    "url",
    ["ftp://host/v1", "http://", "http://user:pw@host/v1", "http://host:0", "http://host:x", "http://host/v1?a=1"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be an http"):
        Endpoint(url=url)
