"""Every route of the OpenAPI document against bodies of any shape: no 5xx, no traceback, the server lives on.

The server is a process of its own with the bundled model, started as a user starts it. schemathesis makes bodies and
parameters from the document; what it never makes (NaN, lone surrogates, 50 MB, a bomb) is in the corpus.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks

from server.openapi.document import document
from tests.server_process import Server, serving

JSON = {"Content-Type": "application/json"}
MOST_MEGABYTES = 300
#: What every route that takes a body must refuse with a 4xx and its reason.
CORPUS: dict[str, tuple[bytes, dict[str, str]]] = {
    "NaN": (b'{"description": "a woman", "text": "x", "prompt": "x", "steps": NaN}', JSON),
    "infinity": (b'{"description": "a woman", "text": "x", "prompt": "x", "steps": 1e999}', JSON),
    "NaN in a field of another type": (b'{"description": NaN, "text": NaN, "prompt": NaN}', JSON),
    "lone surrogate": (rb'{"description": "\ud800", "text": "\ud800", "prompt": "\ud800"}', JSON),
    "NUL": (rb'{"description": "\u0000", "text": "\u0000", "prompt": "\u0000"}', JSON),
    "bytes that are no UTF-8": (b'{"description": "\xff\xfe", "text": "\xff", "prompt": "\xff"}', JSON),
    "name with a surrogate": (rb'{"description": "x", "text": "x", "prompt": "x", "\udcff": 1}', JSON),
    "deep nesting": (b'{"description": ' + b"[" * 100_000, JSON),
    "thousands of digits": (b'{"description": "x", "text": "x", "prompt": "x", "seed": ' + b"9" * 100_000 + b"}", JSON),
    "given twice": (
        b'{"description": "x", "description": "y", "text": "x", "text": "y", "prompt": 1, "prompt": 2}',
        JSON,
    ),
    "no object": (b"[1, 2]", JSON),
    "nothing": (b"", JSON),
    "no JSON": (b"description=a+woman", {"Content-Type": "application/x-www-form-urlencoded"}),
    "gzip bomb": (gzip.compress(b" " * 50_000_000), {**JSON, "Content-Encoding": "gzip"}),
    "50 MB": (b'{"description": "' + b"x" * 50_000_000 + b'"}', JSON),
}


FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def form(*parts: bytes) -> bytes:
    return b"".join(b"--x\r\nContent-Disposition: form-data; name=" + part + b"\r\n" for part in parts) + b"--x--\r\n"


CORPUS |= {
    "a form that breaks off": (form(b'"prompt"\r\n\r\nx')[:-8], FORM),
    "a form without a boundary": (form(b'"prompt"\r\n\r\nx'), {"Content-Type": "multipart/form-data"}),
    "thousands of parts": (form(*[b'"a"\r\n\r\nx'] * 20_000), FORM),
    "a part without a name": (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n", FORM),
    "a part with a long header": (form(b'"prompt"\r\nX: ' + b"x" * 1_000_000 + b"\r\n\r\nx"), FORM),
    "a name with a surrogate in a form": (form(b'"\xff"\r\n\r\nx', b'"prompt"\r\n\r\n\xff'), FORM),
    "two pictures": (form(*[b'"image"; filename="a"\r\n\r\nx'] * 2, b'"prompt"\r\n\r\nx'), FORM),
    "a picture that is none": (form(b'"image"; filename="a"\r\n\r\n\x89PNG\r\n\x1a\n', b'"prompt"\r\n\r\nx'), FORM),
    "a list of objects": (form(b'"loras[][name]"\r\n\r\nx'), FORM),
    "a form of 50 MB": (form(b'"prompt"\r\n\r\n' + b"x" * 50_000_000), FORM),
}


def megabytes(server: Server) -> float:
    """The most memory it has had."""
    status = Path(f"/proc/{server.child.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), {"max_steps": 2, "max_images": 2}) as server:
        yield server
    assert server.child.returncode == 0
    assert "Traceback" not in server.log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def api(process: Server) -> Any:
    return schemathesis.openapi.from_url(f"{process.url}/openapi.json")


CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
OPERATIONS = [(path, method) for path, methods in document()["paths"].items() for method in methods]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_the_document_allows_and_what_it_does_not(api: Any, process: Server, path: str, method: str) -> None:
    operation = api[path][method]

    @settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(operation.as_strategy(mode) for mode in GenerationMode))
    def judge(case: Any) -> None:
        response = case.call(timeout=60)
        case.validate_response(response, checks=CHECKS)

    judge()
    assert process.child.poll() is None


def posts() -> list[str]:
    return [path for path, methods in document()["paths"].items() if "post" in methods]


@pytest.mark.slow
@pytest.mark.parametrize("path", posts())
def test_raw_bytes(process: Server, path: str) -> None:
    before = megabytes(process)
    with httpx.Client(base_url=process.url, timeout=60, trust_env=False) as client:
        for name, (body, headers) in CORPUS.items():
            try:
                answer = client.post(re.sub(r"{\w+}", "0", path), content=body, headers=headers)
            except httpx.WriteError:  # refused by its length, before it was sent: that is an answer too
                assert len(body) > 1_000_000, name
                continue
            assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text[:300])
            assert "json" in answer.headers["content-type"], name
            assert len(answer.content) < 8192, name
        assert client.get("/healthz").status_code == 200
    assert megabytes(process) - before < MOST_MEGABYTES
