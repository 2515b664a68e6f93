"""GET /docs: the OpenAPI document as one plain page, and the list of problems; it needs no script and no other site."""

import html
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from server.http import problems
from server.middleware.security_headers import policy_with

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 25%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h2 code { font-size: 1.1em; }
h1, h2, h3, p, li, td, summary { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
nav li { margin: .25rem 0; }
summary { cursor: pointer; padding: .5rem 0; }
"""
POLICY = policy_with(STYLE)

Json = Mapping[str, Any]
escape = html.escape


def docs_route(document: Json) -> Route:
    page = render(document)

    async def endpoint(request: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})

    return Route("/docs", endpoint, methods=["GET"], include_in_schema=False)


def render(document: Json) -> str:
    body = "".join((*_head(document), *_operations(document), *_problems(), *_schemas(document)))
    title = escape(document["info"]["title"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="icon.svg" type="image/svg+xml">'
        f"<title>{title}: API</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _operations_of(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _anchor(method: str, path: str) -> str:
    return f"{method.lower()}{path.replace('/', '-')}"


def _head(document: Json) -> Iterator[str]:
    info = document["info"]
    yield f"<header><h1>{escape(info['title'])}: API</h1><p>{escape(info['description'])}</p>"
    yield '<p><a href="./">Studio</a> · <a href="openapi.json">OpenAPI document</a></p></header><nav><ul>'
    for method, path, operation in _operations_of(document):
        name = f"<code>{method} {escape(path)}</code>"
        yield f'<li><a href="#{_anchor(method, path)}">{name}</a> {escape(operation["summary"])}</li>'
    yield '<li><a href="#problems">Problems</a></li><li><a href="#schemas">Schemas</a></li></ul></nav><main>'


def _operations(document: Json) -> Iterator[str]:
    for method, path, operation in _operations_of(document):
        yield f'<section id="{_anchor(method, path)}"><h2><code>{method} {escape(path)}</code></h2>'
        yield f"<p>{escape(operation.get('description', operation['summary'])).replace('`', '')}</p>"
        yield from _parameters(operation.get("parameters", ()))
        if "requestBody" in operation:
            yield "<h3>Request</h3>"
            yield from _content(operation["requestBody"]["content"])
        yield "<h3>Answers</h3>"
        for status, answer in operation["responses"].items():
            opened = " open" if status == "200" else ""
            yield f"<details{opened}><summary><b>{status}</b> {escape(answer['description'])}</summary>"
            yield from _content(answer.get("content", {}))
            yield "</details>"
        yield "</section>"


def _parameters(parameters: Iterable[Json]) -> Iterator[str]:
    if parameters:
        yield "<h3>Parameters</h3><ul>"
        for each in parameters:
            yield f"<li><code>{each['name']}</code> ({each['in']}): {escape(each['description'])}</li>"
        yield "</ul>"


def _content(content: Json) -> Iterator[str]:
    for media_type, part in content.items():
        schema = part.get("schema", {})
        reference = schema.get("$ref") or schema.get("items", {}).get("$ref", "")
        name = reference.rpartition("/")[2]
        link = f' <a href="#schema-{name}">{name}</a>' if name else ""
        yield f"<p><code>{escape(media_type)}</code>{link}</p>"
        examples = [part["example"]] if "example" in part else [e["value"] for e in part.get("examples", {}).values()]
        for example in examples:
            text = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
            yield f"<pre>{escape(text)}</pre>"


def _problems() -> Iterator[str]:
    yield '<section id="problems"><h2>Problems</h2>'
    yield "<p>Every refusal is <code>application/problem+json</code> (RFC 9457); its type points into this table.</p>"
    yield '<div class="wide"><table><tr><th>Status</th><th>Title</th><th>Meaning</th></tr>'
    for kind in problems.KINDS:
        cells = f"<td>{kind.status}</td><td>{escape(kind.title)}</td><td>{escape(kind.meaning)}</td>"
        yield f'<tr id="{kind.slug}">{cells}</tr>'
    yield "</table></div></section>"


def _schemas(document: Json) -> Iterator[str]:
    yield '<section id="schemas"><h2>Schemas</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<h3 id="schema-{name}">{name}</h3><p>{escape(schema.get("description", ""))}</p>'
        if "enum" in schema:
            yield f"<p>One of {', '.join(f'<code>{escape(value)}</code>' for value in schema['enum'])}.</p>"
        if "properties" not in schema:
            continue
        yield '<div class="wide"><table><tr><th>Field</th><th>Type</th><th>Default</th><th>Meaning</th></tr>'
        required = schema.get("required", [])
        for field, part in schema["properties"].items():
            default = "required" if field in required else escape(json.dumps(part.get("default")))
            yield f"<tr><td><code>{field}</code></td><td>{escape(_type(part))}</td><td>{default}</td>"
            yield f"<td>{escape(part.get('description', ''))}</td></tr>"
        yield "</table></div>"
    yield "</section></main>"


def _type(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    bounds = [f"{sign} {schema[key]}" for key, sign in (("minimum", "≥"), ("maximum", "≤")) if key in schema]
    return " ".join((str(schema.get("type", "any")), *bounds))
