"""`serve` as a process: ready with one line, ended by a signal, stopped from starting by one clear line."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.engine import Engine
from server.run import EXIT_ADDRESS, EXIT_BUNDLE, EXIT_SETTINGS, EXIT_STARTUP, serve
from server.settings import Settings
from tests.forking import Popen

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
ROOT = Path(__file__).resolve().parents[2]
CONFTEST = Path(__file__).with_name("conftest.py")

SCRIPT = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("double", {str(CONFTEST)!r})
double = importlib.util.module_from_spec(spec)
spec.loader.exec_module(double)
from server.run import serve
from server.settings import read_settings

engine = double.RectangleEngine()
if "--closed" in sys.argv:
    engine.gate.clear()
sys.exit(serve(read_settings(), load=lambda bundle, settings: engine))
"""


def environment(**settings: Any) -> dict[str, str]:
    variables = {f"COSMICMAN_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "PYTHONPATH": str(ROOT), **variables}


@contextlib.contextmanager
def process(*arguments: str, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    child = Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def url_of(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line.startswith("CosmicMan Serve is ready on http://127.0.0.1:"), child.communicate()
    return line.split()[-1]


def test_running_request_is_finished_after_sigterm(port: int) -> None:
    with process(port=port) as child:
        url = url_of(child)
        assert url.endswith(f":{port}")
        body = {"description": "a woman in a red dress", "steps": 50, "num_images": 4}
        with httpx.stream("POST", f"{url}/generate", json=body, headers={"Accept": "text/event-stream"}) as answer:
            lines = answer.iter_lines()
            next(line for line in lines if line == "event: step")
            child.send_signal(signal.SIGTERM)
            events = [line for line in lines if line.startswith("event: ")]
        out, err = child.communicate(timeout=PATIENCE_SECONDS)
    assert events[-1] == "event: finished"
    assert child.returncode == 0
    assert out == ""
    assert "Traceback" not in err


def test_request_that_takes_too_long_after_ctrl_c_is_told_so(port: int) -> None:
    with process("--closed", port=port, shutdown_timeout_seconds=0.2) as child:
        url = url_of(child)
        headers = {"Accept": "text/event-stream"}
        with httpx.stream("POST", f"{url}/generate", json={"description": "x"}, headers=headers) as answer:
            lines = answer.iter_lines()
            next(line for line in lines if line == "event: started")
            child.send_signal(signal.SIGINT)
            rest = list(lines)
        _, err = child.communicate(timeout=PATIENCE_SECONDS)
    assert "event: error" in rest
    assert any("The server is stopping" in line for line in rest)
    assert child.returncode == 0
    assert "Traceback" not in err


def test_second_ctrl_c_is_quiet_and_ends_streams_with_an_error(port: int) -> None:
    with process("--closed", port=port, shutdown_timeout_seconds=PATIENCE_SECONDS) as child:
        url = url_of(child)
        headers = {"Accept": "text/event-stream"}
        with httpx.stream("POST", f"{url}/generate", json={"description": "x"}, headers=headers) as answer:
            lines = answer.iter_lines()
            next(line for line in lines if line == "event: started")
            child.send_signal(signal.SIGINT)
            wait_until_refused(port)
            child.send_signal(signal.SIGINT)
            rest = list(lines)
        _, err = child.communicate(timeout=PATIENCE_SECONDS)
    assert "event: error" in rest
    assert child.returncode == 0
    assert "Traceback" not in err and "CancelledError" not in err and "destroyed" not in err


def test_client_that_does_not_read_is_cut_off_after_a_second_ctrl_c(port: int) -> None:
    with process("--closed", port=port, shutdown_timeout_seconds=PATIENCE_SECONDS) as child:
        url_of(child)
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"POST /generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n")
            child.send_signal(signal.SIGINT)
            wait_until_refused(port)
            for _ in range(3):
                child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=PATIENCE_SECONDS / 2)
    assert child.returncode == 0
    assert "Traceback" not in err


def wait_until_refused(port: int) -> None:
    """Until a server that was told to stop takes no more connections."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.05)
    raise AssertionError("the server went on taking connections")


Refuse = Callable[..., tuple[int, str]]


@pytest.fixture
def refusal(capfd: pytest.CaptureFixture[str]) -> Refuse:
    """The exit code and standard error of a start that is expected to fail."""

    def refuse(load: Any = Engine.load, **settings: Any) -> tuple[int, str]:
        code = serve(Settings(**settings), load)
        out, err = capfd.readouterr()
        assert out == ""
        return code, err

    return refuse


def test_missing_bundle_is_one_clear_line(refusal: Refuse, tmp_path: Path, port: int) -> None:
    code, err = refusal(bundle=tmp_path / "nothing", port=port)
    assert code == EXIT_BUNDLE
    assert len(err.splitlines()) == 1, err
    assert err.startswith("cosmicman: ")
    assert "nothing" in err


def test_threads_the_machine_lacks_are_one_clear_line(refusal: Refuse, tmp_path: Path, port: int) -> None:
    code, err = refusal(bundle=tmp_path, port=port, num_threads=100_000)
    assert code == EXIT_SETTINGS
    assert len(err.splitlines()) == 1, err
    assert "num_threads" in err
    assert "100000" in err


def test_taken_port_is_one_clear_line(refusal: Refuse, tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        code, err = refusal(port=port, bundle=tmp_path)
    assert code == EXIT_ADDRESS
    assert err == f"cosmicman: cannot listen on 127.0.0.1 port {port}: Address already in use\n"


def test_port_that_another_takes_while_the_engine_loads_is_the_same_line(
    refusal: Refuse, engine: Any, tmp_path: Path, port: int
) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def load(bundle: Path, settings: Any) -> Any:
            taken.bind(("127.0.0.1", port))
            taken.listen()
            return engine

        code, err = refusal(load, port=port, bundle=tmp_path)
    assert code == EXIT_ADDRESS
    assert err.startswith("cosmicman: cannot listen on ") and "in use" in err and len(err.splitlines()) == 1


def test_host_that_no_name_can_be_is_one_clear_line(refusal: Refuse, tmp_path: Path) -> None:
    code, err = refusal(host="x" * 70, bundle=tmp_path, require_keys=False)
    assert code == EXIT_ADDRESS
    assert len(err.splitlines()) == 1, err


def test_unknown_host_is_one_clear_line(refusal: Refuse, tmp_path: Path) -> None:
    code, err = refusal(host="no.such.host.invalid", bundle=tmp_path, require_keys=False)
    assert code == EXIT_ADDRESS
    assert len(err.splitlines()) == 1, err


def test_engine_that_does_not_start_ends_the_process(
    refusal: Refuse, engine: Any, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(type(engine)):
        async def __aenter__(self) -> Any:
            raise RuntimeError("no memory")

    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    code, err = refusal(lambda bundle, settings: Broken(), port=port)
    assert code == EXIT_STARTUP
    assert err == "cosmicman: the engine did not start; the lines above say why\n"
    assert "no memory" in caplog.text
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
