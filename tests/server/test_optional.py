"""Features whose packages are missing: the start says so in one line, and serving without them works."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("c2pa", "cryptography", "opentelemetry.exporter", "opentelemetry.sdk")  # fastapi brings opentelemetry's API
HIDE = f"import sys; sys.modules.update(dict.fromkeys({HIDDEN}))\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", HIDE + code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_gateway_needs_none_of_them() -> None:
    result = run("import server.app, server.run")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("setting", "extra", "call"),
    [
        (
            "COSMICMAN_CONTENT_CREDENTIALS",
            "credentials",
            "from server.credentials.start import start_signing as f; f('on', None, None, None)",
        ),
        (
            "COSMICMAN_TRACES",
            "tracing",
            "from server.tracing.start import start_tracing as f; f('http://127.0.0.1:4318', 1.0, print)",
        ),
    ],
)
def test_what_is_asked_for_and_missing_is_named(setting: str, extra: str, call: str) -> None:
    result = run(call)
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ValueError: {setting} needs ") and f"install the extra {extra}," in last
