"""A file of keys, and an application that asks for them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from server.app import create_app
from server.auth.key import digest_of, new_key
from server.auth.keys_file import Key, editing
from server.settings import Settings

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def make_key(keys_file: Path) -> Callable[..., str]:
    """`make_key("shop", concurrent=2)`: the text of a key that the file knows."""

    def make(name: str, **fields: Any) -> str:
        text = new_key()
        with editing(keys_file) as keys:
            keys.append(Key(name=name, sha256=digest_of(text), created="2026-11-30T00:00:00Z", **fields))
        return text

    return make


@pytest.fixture
def shop(make_key: Callable[..., str]) -> str:
    return make_key("shop")


@pytest.fixture
def settings(keys_file: Path, shop: str) -> Settings:
    return Settings(keys=keys_file, max_body_bytes=20_000, max_image_body_bytes=20_000)


@pytest.fixture
def app(settings: Settings, engine: Any) -> FastAPI:
    return create_app(settings, engine)
