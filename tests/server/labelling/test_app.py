"""The labelling page's routes over loopback: questions in order, answers kept, and every refusal with its reason."""

import io
import logging
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from engine.annotate.ledger.errors import LedgerFullError
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.records import Answer
from engine.annotate.rounds.folder import FolderPool
from server.cli.annotate.desk import LedgerDesk


async def test_a_question_after_the_other(served: Any, desk: LedgerDesk, ledger: Ledger, pool: Any) -> None:
    first = pool.ids()[0]
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.get("/question", params={"annotator": "ann"})
        assert response.headers["cache-control"] == "no-store"
        task = response.json()
        assert (task["picture"], task["attribute"], task["done"], task["open"]) == (first, "framing", 0, 8)
        assert not task["has_region"], "the whole picture is no part of itself"
        body = {"annotator": "ann", "picture": first, "attribute": "framing", "value": "portrait", "seconds": 1.25}
        task = (await client.post("/answer", json=body)).json()
        assert (task["attribute"], task["has_region"], task["done"]) == ("belt type", True, 1)
        body |= {"attribute": "belt type", "value": "none"}
        task = (await client.post("/answer", json=body)).json()
        assert task["attribute"] == "top color", "a belt that is not there has no colour"
        task = (await client.post("/undo", json={"annotator": "ann"})).json()
        assert task["attribute"] == "belt type"
    (kept,) = ledger.given(0)
    assert (kept.answer.value, kept.answer.annotator, kept.seconds) == ("portrait", "ann", 1.25)


async def test_a_suggestion_is_shown_beside_its_question(served: Any, ledger: Ledger, pool: FolderPool) -> None:
    first = pool.ids()[0]
    with ledger.step(0, "suggest"):
        suggestion = Answer(picture=first, attribute="belt type", value="sash", annotator="eyes", confidence=0.9)
        ledger.suggest(0, [suggestion])
    async with served(LedgerDesk(ledger, 0, pool)) as url, httpx.AsyncClient(base_url=url) as client:
        task = (await client.get("/question", params={"annotator": "ann"})).json()
        assert (task["attribute"], task["suggested"]) == ("framing", None)
        body = {"annotator": "ann", "picture": first, "attribute": "framing", "value": "portrait"}
        task = (await client.post("/answer", json=body)).json()
        assert (task["attribute"], task["suggested"]) == ("belt type", "sash")


async def test_nothing_is_left(served: Any, desk: LedgerDesk) -> None:
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.post("/undo", json={"annotator": "ann"})).status_code == 204
        task = (await client.get("/question", params={"annotator": "ann"})).json()
        count = 0
        while task is not None:
            body = {name: task[name] for name in ("picture", "attribute")} | {
                "annotator": "ann",
                "value": task["values"][-1],
            }
            response = await client.post("/answer", json=body)
            task = response.json() if response.status_code == 200 else None
            count += 1
        assert count == 8
        other = (await client.get("/question", params={"annotator": "bob"})).json()
        assert other["attribute"] == "top color" and other["open"] == 2
        assert (await client.get("/left")).json() == {"open": 2, "second": 2}


async def test_pictures_and_shades(served: Any, desk: LedgerDesk, pool: Any) -> None:
    picture = pool.ids()[0]
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        seen = Image.open(io.BytesIO((await client.get(f"/pictures/{picture}")).content))
        shade = Image.open(io.BytesIO((await client.get(f"/pictures/{picture}/regions/belt")).content))
        assert np.array_equal(np.asarray(seen), pool.shown(picture).pixels)
        alpha = np.asarray(shade)[..., 3]
        assert shade.size == seen.size and (alpha[35, 10], alpha[0, 0]) == (0, 150)
        for path in (
            "/pictures/nobody",
            f"/pictures/{picture}/regions/bag",
            "/pictures/nobody/regions/belt",
            "/other",
        ):
            refused = await client.get(path)
            assert refused.status_code == 404 and refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"value": "toga"}, 422, "framing must be one of full_body"),
        ({"attribute": "bag type"}, 422, "must be of a question of round 0"),
        ({"picture": "nobody"}, 422, "must be of a question of round 0"),
        ({"seconds": -1}, 422, "seconds"),
        ({"seconds": "3"}, 422, "seconds"),
        ({"annotator": ""}, 422, "annotator"),
        ({"more": 1}, 422, "more"),
        ({"annotator": "x" * 5000}, 413, "bytes"),
    ],
)
async def test_wrong_answers_are_refused_and_not_kept(
    served: Any, desk: LedgerDesk, ledger: Ledger, pool: Any, change: dict[str, Any], status: int, detail: str
) -> None:
    body = {"annotator": "ann", "picture": pool.ids()[0], "attribute": "framing", "value": "portrait"} | change
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.post("/answer", json=body)
    assert response.status_code == status and detail in response.json()["detail"]
    assert ledger.given(0) == []


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Host": "evil.example"}, b"{}", 421),
        ({"Origin": "http://evil.example", "Content-Type": "application/json"}, b"{}", 403),
        ({"Origin": "null", "Content-Type": "application/json"}, b"{}", 403),
        ({"Content-Type": "text/plain"}, b'{"annotator": "ann"}', 415),
        ({"Content-Type": "application/json"}, b"{", 400),
        ({"Content-Type": "application/json"}, b"[]", 422),
    ],
)
async def test_other_sites_and_broken_bodies_are_refused(
    served: Any, desk: LedgerDesk, headers: dict[str, str], content: bytes, status: int
) -> None:
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        response = await client.post("/undo", content=content, headers=headers)
        assert response.status_code == status, response.text
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert (await client.get("/answer")).status_code == 405
        assert (await client.get("/question", params={"annotator": ""})).status_code == 422


async def test_a_full_disk_is_told_and_logs_hold_no_answers(
    served: Any, desk: LedgerDesk, pool: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"annotator": "a-name", "picture": pool.ids()[0], "attribute": "framing", "value": "portrait"}

    def full(*_: object) -> None:
        raise LedgerFullError("no room for ledger.sqlite3")

    with caplog.at_level(logging.DEBUG):
        async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
            assert (await client.post("/answer", json=body)).status_code == 200
            monkeypatch.setattr(desk._desk, "answer", full)
            response = await client.post("/answer", json=body)
    assert response.status_code == 507 and "no room for" in response.json()["detail"]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("server", "engine", "uvicorn"))]
    assert not any(word in line for line in ours for word in ("portrait", "a-name", pool.ids()[0]))


async def test_a_picture_that_is_taken_down_asks_nothing_any_more(
    served: Any, ledger: Ledger, own_pool: FolderPool
) -> None:
    first, second = own_pool.ids()
    body = {"annotator": "ann", "picture": first, "attribute": "framing", "value": "portrait"}
    async with served(LedgerDesk(ledger, 0, own_pool)) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.post("/answer", json=body)).json()["attribute"] == "belt type"
        own_pool.pictures[first].path.unlink()
        refused = await client.post("/answer", json=body | {"attribute": "belt type", "value": "belt"})
        assert refused.status_code == 404 and "was taken down" in refused.json()["detail"]
        task = (await client.get("/question", params={"annotator": "ann"})).json()
        assert (task["picture"], task["attribute"], task["open"]) == (second, "framing", 4)
        for path in (f"/pictures/{first}", f"/pictures/{first}/regions/belt"):
            assert (await client.get(path)).status_code == 404, "not from memory either"
        assert (await client.post("/undo", json={"annotator": "ann"})).status_code == 404
    assert ledger.given(0) == [], "what was said is taken back, and not asked again"
    async with served(LedgerDesk(ledger, 0, FolderPool(own_pool.pictures[second].path.parents[1]))) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            task = (await client.get("/question", params={"annotator": "ann"})).json()
            assert task["picture"] == second, "of a pool that never had it"
            assert (await client.get(f"/pictures/{first}")).status_code == 404
