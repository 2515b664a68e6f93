"""`cosmicman serve`: arguments become settings, and what stops the start is one line."""

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from engine.sessions.openvino.library import computes_bfloat16, installed
from server.cli.commands.serve import OF_THE_ENGINE
from server.cli.errors import UsageError
from server.cli.provider import refuse_unread
from server.settings import Settings, read_settings


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


def test_a_remote_engine_takes_no_precision(cosmicman) -> None:
    outcome = cosmicman("serve", "--port", "0", "--engine", "triton://127.0.0.1:1", "--cpu-precision", "float32")
    assert outcome.status == 2
    assert "cpu_precision float32 has no effect on triton://127.0.0.1:1" in outcome.err


def test_settings_of_an_engine_are_settings() -> None:
    assert set(OF_THE_ENGINE) <= set(Settings.model_fields)


def test_a_remote_engine_takes_no_bundle(cosmicman) -> None:
    outcome = cosmicman("serve", "--port", "0", "--engine", "triton://127.0.0.1:1", "--bundle", "somewhere")
    assert outcome.status == 2
    assert "bundle somewhere has no effect on triton://127.0.0.1:1" in outcome.err


@pytest.mark.parametrize("engine", ["embedded", "triton"])
@pytest.mark.parametrize("name", ["checkpoint", "base"])
def test_weights_that_the_provider_does_not_read_are_refused(cosmicman, name: str, engine: str) -> None:
    outcome = cosmicman("serve", "--port", "0", "--engine", engine, f"--{name}", "somewhere")
    assert outcome.status == 2
    assert outcome.err == (
        f"cosmicman serve: {name} somewhere is read by provider torch or torch-compiled alone, and the provider is "
        "auto, which runs the bundle\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--provider", "cpu", "--device", "1"), "device 1 is read by provider auto, cuda, "),
        (("--provider", "cpu", "--openvino-cache", "x"), "openvino_cache x is read by provider auto, openvino alone, "),
    ],
)
def test_what_the_provider_does_not_read_is_refused(refused, arguments: tuple[str, ...], words: str) -> None:
    message = refused("serve", "--port", "0", *arguments)
    assert words in message and message.endswith("and the provider is cpu\n")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"provider": "cpu", "memory_limit_bytes": 1}, "memory_limit_bytes 1 is read by provider auto, cuda, "),
        ({"provider": "cpu", "tf32": True}, "tf32 True is read by provider auto, cuda, "),
        ({"provider": "cuda", "half_precision": True}, "half_precision True is read by provider auto, tensorrt, "),
        ({"provider": "torch", "convolution_search": "default"}, "convolution_search default is read by provider auto"),
        ({"provider": "cpu", "openvino_shapes": 3}, "openvino_shapes 3 is read by provider auto, openvino alone"),
        ({"openvino_shapes": 3}, "openvino_shapes 3 is read by provider auto only where openvino_cache names a folder"),
        ({"half_precision": True}, "half_precision True is read by provider auto only where engine_cache names a "),
        ({"provider": "tensorrt", "engines": "x", "memory_limit_bytes": 1}, "is not read where engines run the model"),
        ({"provider": "tensorrt", "engines": "x", "engine_cache": "y"}, "is not read where engines run the model"),
    ],
)
def test_what_nothing_would_read_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        refuse_unread(read_settings(**given))


def test_what_openvino_cannot_do_here_is_said_in_a_line(cosmicman, bundle: Path, tmp_path: Path) -> None:
    start = ("serve", "--port", "0", "--bundle", str(bundle))
    (tmp_path / "file").write_text("in the way")
    refusals = {
        (
            "--provider",
            "cpu",
            "--cpu-precision",
            "bfloat16",
        ): "computed by provider openvino alone; got provider cpu",
        ("--provider", "openvino", "--openvino-cache", str(tmp_path / "file")): (
            "cannot be written" if installed() else "install the openvino extra"
        ),
    }
    if not (installed() and computes_bfloat16()):
        reason = "needs a processor that computes it natively" if installed() else "install the openvino extra"
        refusals[("--cpu-precision", "bfloat16")] = reason
    for arguments, words in refusals.items():
        outcome = cosmicman(*start, *arguments)
        assert outcome.status == 2
        assert words in outcome.err
        assert outcome.err.count("\n") == 1


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
