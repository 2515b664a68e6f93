"""The official SDK, told by its environment where the server is, as a program that knows nothing of it would be."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

PATIENCE_SECONDS = 120.0


@pytest.fixture(autouse=True)
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_LOG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    if "live" in request.fixturenames:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{request.getfixturevalue('live').url}/v1")


@pytest.fixture
async def sdk(environment: None) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(timeout=PATIENCE_SECONDS, max_retries=0) as sdk:
        yield sdk


@pytest.fixture
def sync_sdk(environment: None) -> Iterator[OpenAI]:
    """Blocks: to be called in a thread, beside the server's loop."""
    with OpenAI(timeout=PATIENCE_SECONDS, max_retries=0) as sdk:
        yield sdk


def strictly(model: type[BaseModel], raw: Any) -> Any:
    """`raw` as the SDK's type, every value of the type it is said to be, and nothing besides."""
    read = model.model_validate(raw, strict=True)
    _nothing_besides(read)
    return read


def _nothing_besides(value: object) -> None:
    if isinstance(value, BaseModel):
        assert not value.model_extra, (type(value), value.model_extra)
        for name in type(value).model_fields:
            _nothing_besides(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            _nothing_besides(each)


@pytest.fixture(name="strictly")
def _strictly() -> Callable[[type[BaseModel], Any], Any]:
    return strictly
