"""The log of a server as an operator starts it: whole at its end, and no condition for an answer."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.forking import Popen

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
ROOT = Path(__file__).resolve().parents[3]
BODY = {"description": "a woman in a red dress", "steps": 2}


@contextmanager
def serving(bundle: Path, *arguments: str, err: int | IO[str], **variables: str) -> Iterator[tuple[str, list[str]]]:
    """URL of a server, and a list that holds what it said on standard error once the block is left."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COSMICMAN_")}
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "serve",
        "--port",
        "0",
        "--num-threads",
        "1",
        "--bundle",
        str(bundle),
    ]
    child = Popen(
        [*command, "--bundle", str(bundle), *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), **variables},
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
    )
    said: list[str] = []
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("CosmicMan Serve is ready on "), child.communicate()
        yield line.split()[-1], said
        child.send_signal(signal.SIGTERM)
        _, text = child.communicate(timeout=PATIENCE_SECONDS)
        said.append(text or "")
        assert child.returncode == 0, text
    finally:
        child.kill()
        child.communicate()


def draw(url: str) -> httpx.Response:
    headers = {"Accept": "image/png", "X-Request-Id": "a1"}
    return httpx.post(f"{url}/generate", json=BODY, headers=headers, timeout=PATIENCE_SECONDS)


def test_every_line_is_a_json_object(bundle: Path) -> None:
    with serving(bundle, "--log-format", "json", err=subprocess.PIPE) as (url, said):
        assert draw(url).status_code == 200
    lines = [json.loads(line) for line in "".join(said).splitlines()]
    assert all({"timestamp", "level", "logger", "event"} <= line.keys() for line in lines)
    (answered,) = [line for line in lines if line.get("request_id") == "a1"]
    assert (answered["route"], answered["status"]) == ("/generate", 200)


@pytest.mark.parametrize("level", ["info", "debug"])
def test_server_answers_where_no_line_can_be_written(bundle: Path, level: str) -> None:
    with (
        open("/dev/full", "w", encoding="utf-8") as full,
        serving(bundle, "--log-level", level, err=full) as (url, _),
    ):
        assert draw(url).status_code == 200
        metrics = httpx.get(f"{url}/metrics").text
    lost = float(metrics.partition("\ncosmicman_log_lines_lost_total ")[2].split()[0])
    assert lost > 0


def test_server_answers_where_nobody_reads_the_log_any_more(bundle: Path) -> None:
    reading, writing = os.pipe()
    with serving(bundle, err=writing) as (url, _):
        os.close(writing)
        os.close(reading)
        assert draw(url).status_code == 200


def test_start_that_cannot_sign_is_one_line(bundle: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--bundle", str(bundle)],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "COSMICMAN_CREDENTIALS_KEY": str(tmp_path / "key.pem"),
            "COSMICMAN_CREDENTIALS_CERTIFICATE": str(tmp_path / "chain.pem"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr == f"cosmicman: {tmp_path / 'key.pem'}: cannot be read: No such file or directory\n"
    assert result.stdout == ""


def test_development_certificate_is_kept_where_state_is(bundle: Path, tmp_path: Path) -> None:
    arguments = ("--content-credentials", "on", "--state", str(tmp_path))
    with serving(bundle, *arguments, err=subprocess.PIPE) as (url, said):
        assert b"c2pa" in draw(url).content
    assert "".join(said).count("viewers do not trust") == 1
    assert {path.name for path in (tmp_path / "credentials").iterdir()} == {"root.pem", "signer.pem"}
