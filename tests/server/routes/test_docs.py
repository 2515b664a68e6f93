"""GET /docs: complete, readable without scripts, and nothing from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from server.http import problems
from server.openapi import document as openapi


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        assert "style" not in attributes
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        if tag == "a":
            self.links.append(str(attributes["href"]))
        assert not attributes.get("src"), "the page must load nothing"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


async def test_page_shows_every_operation_schema_and_problem(client: Any) -> None:
    answer = await client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    text = "".join(page.words)
    for path, operations in openapi.document()["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in text
    for name in openapi.document()["components"]["schemas"]:
        assert f"schema-{name}" in page.ids
    for kind in problems.KINDS:
        assert kind.uri == f"/docs#{kind.slug}"
        assert kind.slug in page.ids
    assert len(set(page.ids)) == len(page.ids)


async def test_links_stay_here_and_lead_somewhere(client: Any) -> None:
    page = Page((await client.get("/docs")).text)
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert (await client.get(link)).status_code == 200
    assert "script" not in page.tags
    assert page.tags.count("link") == 1  # the icon, which is here too
    assert (await client.get("/icon.svg")).status_code == 200


async def test_policy_allows_its_one_style_and_nothing_else(client: Any) -> None:
    answer = await client.get("/docs")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script-src 'none'" in policy
