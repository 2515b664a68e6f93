"""A collector, and applications that send it their traces."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine, EngineSettings
from server.app import create_app
from server.settings import Settings
from tests.server.tracing.collector import Collector, collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def trace(collector: Collector, engine: Any, talk: Any) -> Any:
    """`async with trace() as client`: when it is left, the last traces have been sent."""
    return lambda **settings: talk(create_app(Settings(traces=collector.url, **settings), engine))


@pytest.fixture
async def real(collector: Collector, bundle: Path, talk: Any) -> AsyncIterator[Any]:
    """The same around a real engine."""
    engine = Engine.load(bundle, EngineSettings(num_threads=1))
    yield lambda **settings: talk(create_app(Settings(traces=collector.url, **settings), engine))


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
