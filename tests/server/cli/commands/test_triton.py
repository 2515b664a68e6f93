"""`cosmicman triton` and `serve --engine triton...` as processes: one line for a mistake, and nothing left behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.triton.installation import VARIABLE
from server.triton.local import children, has_gpu
from server.triton.ports import LOOPBACK

ROOT = Path(__file__).resolve().parents[4]
#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 240


def refused(outcome: Any, words: str, status: int = 5) -> None:
    assert len(outcome.err.splitlines()) == 1, outcome.err
    assert words in outcome.err
    assert outcome.status == status
    assert outcome.out == ""


def test_address_where_nobody_is(cosmicman: Any, environment: dict[str, str]) -> None:
    environment["COSMICMAN_ENGINE_START_SECONDS"] = "0.5"
    arguments = ("serve", "--port", "0", "--engine", "triton://127.0.0.1:1")
    refused(cosmicman(*arguments), "cosmicman: 127.0.0.1:1: no Triton answers within")


def test_engine_that_is_none(cosmicman: Any) -> None:
    refused(cosmicman("serve", "--engine", "magic"), "expected embedded, triton or triton://host:port", status=2)


def test_threads_of_a_repository_are_its_own(cosmicman: Any) -> None:
    outcome = cosmicman("triton", "--repository", "models", "--num-threads", "1")
    refused(outcome, "--repository says how many threads it takes", status=2)


def test_no_triton_to_run(cosmicman: Any, environment: dict[str, str], tmp_path: Path) -> None:
    environment[VARIABLE] = str(tmp_path)
    refused(cosmicman("triton"), f"{VARIABLE} must name a folder")


@pytest.fixture
def repository(cosmicman: Any, bundle: Path, tmp_path: Path) -> Path:
    assert cosmicman("model-repo", "--bundle", bundle, "--out", tmp_path / "models", "--num-threads", "1").status == 0
    return tmp_path / "models"


@pytest.mark.usefixtures("installation")
def test_repositories_that_cannot_be_served(cosmicman: Any, repository: Path, tmp_path: Path) -> None:
    refused(cosmicman("triton", "--repository", tmp_path / "none"), "config.pbtxt: missing")
    if not has_gpu():
        config = repository / "cosmicman/config.pbtxt"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("KIND_CPU", "KIND_GPU"), encoding="utf-8")
        refused(cosmicman("triton", "--repository", repository), "its profile needs an NVIDIA GPU")
        config.write_text(text, encoding="utf-8")
    shutil.rmtree(repository / "cosmicman/1/bundle")
    outcome = cosmicman("triton", "--repository", repository, "--port", "0", "--metrics-port", "0")
    refused(outcome, "manifest.json: missing")


@pytest.fixture
def started(
    installation: Any, repository: Path, environment: dict[str, str], port: int
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "server.cli", "triton", "--repository", str(repository), "--reload"]
    command += ["--port", str(port), "--metrics-port", "0", "--stop-timeout", "1"]
    pipe = subprocess.PIPE
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("Triton is ready on triton://127.0.0.1:"), child.communicate()
        yield child
    finally:
        child.kill()
        child.communicate()


def processes_of(child: subprocess.Popen[str]) -> list[int]:
    (server,) = children(child.pid)
    return [server, *children(server)]


def wait_until_gone(processes: list[int]) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while any(alive(each) for each in processes):
        assert time.monotonic() < patience, f"{processes} live on"
        time.sleep(0.05)


def alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_model_that_is_not_there(started: Any, cosmicman: Any) -> None:
    host = f"{LOOPBACK}:{started.args[started.args.index('--port') + 1]}"
    outcome = cosmicman("serve", "--port", "0", "--engine", f"triton://{host}/absent")
    refused(outcome, f"cosmicman: {host}: Triton has no model 'absent' that is ready")


def test_stop_signal_ends_everything_in_order(started: subprocess.Popen[str]) -> None:
    processes = processes_of(started)
    assert len(processes) == 2
    started.send_signal(signal.SIGTERM)
    _, err = started.communicate(timeout=PATIENCE_SECONDS)
    assert started.returncode == 0
    assert "Traceback" not in err
    assert not any(alive(each) for each in processes)


@pytest.mark.usefixtures("installation")
def test_gateway_with_a_triton_of_its_own(bundle: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "server.cli", "serve", "--engine", "triton", "--port", "0", "--num-threads", "1"]
    command += ["--bundle", str(bundle)]
    pipe = subprocess.PIPE
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("CosmicMan Serve is ready on http://127.0.0.1:"), child.communicate()
        processes = processes_of(child)
        body = {"description": "a woman in a red dress", "steps": 2}
        headers = {"Accept": "image/png"}
        answer = httpx.post(f"{line.split()[-1]}/generate", json=body, headers=headers, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 200
        assert answer.content.startswith(b"\x89PNG")
        child.send_signal(signal.SIGTERM)
        _, err = child.communicate(timeout=PATIENCE_SECONDS)
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == 0
    assert "Traceback" not in err
    assert not any(alive(each) for each in processes)


def test_nothing_outlives_a_killed_supervisor(started: subprocess.Popen[str]) -> None:
    processes = processes_of(started)
    os.kill(started.pid, signal.SIGKILL)
    wait_until_gone(processes)
