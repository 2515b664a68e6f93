"""Keys with limits, and an application that holds callers to them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.auth.key import digest_of, new_key
from server.auth.keys_file import Key, editing


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def key_header(keys_file: Path) -> Callable[..., dict[str, str]]:
    """`key_header("shop", concurrent=2)`: the header of a new key."""

    def make(name: str, **fields: Any) -> dict[str, str]:
        text = new_key()
        with editing(keys_file) as keys:
            keys.append(Key(name=name, sha256=digest_of(text), created="2026-11-30T00:00:00Z", **fields))
        return {"Authorization": f"Bearer {text}"}

    return make
