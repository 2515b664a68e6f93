"""POST /parse and GET /groups: phrases with code point offsets, and the taxonomy."""

from typing import Any

import pytest

from engine.description import GROUPS, Group


@pytest.mark.parametrize("text", ["a woman in a red dress", "👗👗 red dress", "", "  ", "é" * 500])
async def test_spans_count_code_points(client: Any, text: str) -> None:
    answer = await client.post("/parse", json={"text": text})
    assert answer.status_code == 200
    body = answer.json()
    assert body["text"] == text
    end = 0
    for group in body["groups"]:
        assert text[group["start"] : group["end"]] == group["text"]
        assert group["start"] >= end
        assert group["weight"] > 0
        end = group["end"]


async def test_negatives_have_their_groups(client: Any) -> None:
    answer = (await client.post("/parse", json={"text": "a man with no hat and without glasses"})).json()
    assert answer["negatives"] == [{"group": "headwear", "text": "hat"}, {"group": "eyewear", "text": "glasses"}]


async def test_the_two_texts_of_the_encoder_are_told(client: Any) -> None:
    text = "a man in a coat <lora:film:0.8>, no hat"
    answer = (await client.post("/parse", json={"text": text})).json()
    assert (answer["drawn"], answer["negative"]) == ("a man in a coat", "hat")
    [ignored] = answer["ignored"]
    assert text[ignored["start"] : ignored["end"]] == ignored["text"] == "<lora:film:0.8>"
    assert ignored["why"]
    assert answer["warnings"] == []


async def test_text_over_the_model_s_limit_is_refused_before_parsing(client: Any) -> None:
    refusal = await client.post("/parse", json={"text": "x" * 8001})
    assert refusal.status_code == 422
    assert refusal.json()["field"] == "text"
    assert "at most 8000 characters; got 8001" in refusal.json()["detail"]


async def test_groups_are_the_whole_taxonomy(client: Any) -> None:
    rows = (await client.get("/groups")).json()
    assert [row["group"] for row in rows] == [group.value for group in GROUPS]
    hair = next(row for row in rows if row["group"] == "hair")
    assert hair["regions"] == list(GROUPS[Group.HAIR].regions)
    assert set(hair) == {"group", "summary", "regions", "slots"}
