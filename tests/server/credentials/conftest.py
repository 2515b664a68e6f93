"""Keys and certificates to sign with, made for each test run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.credentials.development import LEAF, development_identity

Made = Callable[..., tuple[Path, Path]]


@pytest.fixture
def key_and_certificate(tmp_path: Path) -> Made:
    """`key_and_certificate(days_ago=0)`: files of an operator's key and its chain, made so many days ago."""

    def make(days_ago: float = 0, name: str = "own") -> tuple[Path, Path]:
        folder = tmp_path / name
        development_identity(folder, datetime.now(UTC) - timedelta(days=days_ago))
        pem = (folder / LEAF).read_text()
        begins = pem.index("-----BEGIN CERTIFICATE-----")
        key, certificate = folder / "key.pem", folder / "chain.pem"
        key.write_text(pem[:begins])
        key.chmod(0o600)
        certificate.write_text(pem[begins:])
        return key, certificate

    return make
