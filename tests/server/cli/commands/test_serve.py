"""`cosmicman serve`: arguments become settings, and what stops the start is one line."""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


def test_serves_a_bundle_until_interrupted(bundle: Path, environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--bundle", str(bundle), "--num-threads", "1"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            address = next(found for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            with urllib.request.urlopen(f"{address.group()}/healthz") as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
        assert process.wait() == 0, rest
        assert "Traceback" not in rest


def test_a_remote_engine_takes_no_provider(cosmicman) -> None:
    outcome = cosmicman("serve", "--port", "0", "--engine", "triton://127.0.0.1:1", "--provider", "cpu")
    assert outcome.status == 2
    assert "provider cpu has no effect on triton://127.0.0.1:1" in outcome.err


def test_missing_bundle_stops_the_start_by_name(cosmicman) -> None:
    outcome = cosmicman("serve", "--port", "0", "--bundle", "nowhere")
    assert outcome.status == 2
    assert "nowhere" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "99999"), ("--port", "65535", "'99999'")),
        (("--max-connections", "0"), ("--max-connections", "'0'")),
        (("--num-threads", "0"), ("--num-threads", "'0'")),
        (("--log-level", "loud"), ("--log-level", "'loud'", "info")),
    ],
)
def test_wrong_arguments_are_refused(refused, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    message = refused("serve", *arguments)
    assert all(word in message for word in words), message


def test_wrong_variables_are_refused_by_name(refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMICMAN_PORT", "many")
    message = refused("serve")
    assert "COSMICMAN_PORT" in message and "'many'" in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--allowed-host", "http://a.example"), ("allowed_hosts", "without scheme")),
        (("--root-path", "pictures"), ("root_path", "/pictures")),
    ],
)
def test_settings_that_are_arguments_are_judged_as_settings(refused, arguments: tuple[str, ...], words) -> None:
    message = refused("serve", "--port", "0", *arguments)
    assert all(word in message for word in words), message
