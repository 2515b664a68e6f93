"""Requests whose words a second reader reads: on every route that takes words, with the rules where it fails."""

from collections.abc import Callable
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings, read_settings

FRENCH = "une femme rousse en robe verte, sans chapeau"
READ = {"person": ["a woman"], "hair": ["red hair"], "dress": ["a green dress"], "negated": ["hat"]}
DRAWN = "a woman, red hair, a green dress"


@pytest.fixture
def settings(service: Any, completion: Callable[[object], Any]) -> Settings:
    service.reply = lambda text: completion(READ)
    return Settings(describe_with=service.url)


async def test_parse_tells_what_was_read(client: Any) -> None:
    answer = (await client.post("/parse", json={"text": FRENCH})).json()
    assert answer["text"] == f"{DRAWN}, no hat"
    assert [(each["group"], each["text"]) for each in answer["groups"]] == [
        ("person", "a woman"),
        ("hair", "red hair"),
        ("dress", "a green dress"),
        ("negated", "no hat"),
    ]
    assert answer["negatives"] == [{"group": "headwear", "text": "hat"}]


@pytest.mark.parametrize(("path", "field"), [("/generate", "description"), ("/v1/images/generations", "prompt")])
async def test_pictures_are_drawn_of_what_was_read(client: Any, service: Any, path: str, field: str) -> None:
    body = {field: FRENCH, "groups": {"hair": "a black bob", "shot": "a portrait"}, "seed": 1}
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    assert [body["messages"][-1]["content"] for body in service.asked] == [FRENCH]
    if path == "/generate":
        assert answer.json()["description"] == "a portrait, a woman, a black bob, a green dress, no hat"


async def test_a_job_keeps_what_was_read(client: Any, service: Any, eventually: Callable[..., Any]) -> None:
    accepted = await client.post("/jobs", json={"description": FRENCH})
    assert accepted.status_code == 202
    async with client.stream("GET", f"{accepted.headers['location']}/events") as events:
        text = "".join([line async for line in events.aiter_text()])
    assert f"{DRAWN}, no hat" in text
    assert len(service.asked) == 1, "a job is read once, however often it is begun"


async def test_the_rules_read_where_it_fails(client: Any, service: Any) -> None:
    service.reply = lambda text: (500, {}, b"")
    parsed = (await client.post("/parse", json={"text": "a woman in a red dress"})).json()
    assert [each["group"] for each in parsed["groups"]] == ["person", "dress"]
    answer = (await client.post("/generate", json={"description": "a woman in a red dress"})).json()
    assert answer["description"] == "a woman in a red dress"
    for told in (parsed, answer):
        assert [each["kind"] for each in told["warnings"]] == ["second-reader"]


async def test_a_body_that_is_wrong_is_not_read(client: Any, service: Any) -> None:
    assert (await client.post("/generate", json={"description": FRENCH, "steps": 0})).status_code == 422
    assert (await client.post("/parse", json={"text": "x" * 8001})).status_code == 422
    assert service.asked == []


async def test_nobody_is_asked_unless_the_operator_says_so(service: Any, engine: Any, talk: Any) -> None:
    async with talk(create_app(Settings(), engine)) as client:
        answer = (await client.post("/parse", json={"text": "a woman"})).json()
    assert answer["text"] == "a woman"
    assert service.paths == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"describe_with": "ftp://host"}, "describe_with: .*http"),
        ({"describe_with": "http://user:secret@host/v1"}, r"describe_with: .*got 'http://\.\.\.@host/v1'"),
        ({"describe_with": "http://host", "describe_key": "sk secret"}, "describe_key: .*a value that is not shown"),
        ({"describe_key": "sk-secret"}, "describe_key: acts only with COSMICMAN_DESCRIBE_WITH, "),
        ({"describe_model": "mine"}, "describe_model: acts only with COSMICMAN_DESCRIBE_WITH, "),
    ],
)
def test_settings_that_cannot_be(given: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        read_settings(**given)
    assert "secret" not in str(caught.value)
