"""Ids of requests: the caller's if it is a plain word, else new ones."""

from typing import Any

import pytest


async def test_caller_s_id_is_kept_and_named_in_answers_and_problems(client: Any, engine: Any) -> None:
    headers = {"X-Request-Id": "order-7.a_b"}
    answer = await client.post("/generate", json={"description": "x"}, headers=headers)
    assert answer.headers["x-request-id"] == answer.json()["id"] == "order-7.a_b" == engine.seen[0].request_id
    problem = await client.post("/generate", json={}, headers=headers)
    assert problem.json()["request_id"] == "order-7.a_b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "é".encode()])
async def test_anything_else_is_replaced(client: Any, given: Any) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": given})
    assert len(answer.headers["x-request-id"]) == 32


async def test_ids_differ(client: Any) -> None:
    assert len({(await client.get("/healthz")).headers["x-request-id"] for _ in range(5)}) == 5
