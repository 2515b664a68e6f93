"""Two ways to run the command: a process of its own, and this one for what is refused."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from server.cli import main
from tests.forking import Popen
from tests.server.cli.vlm_server import VlmServer, vlm_server


@dataclass(frozen=True, kw_only=True)
class Outcome:
    status: int
    out: str
    err: str


@pytest.fixture
def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COSMICMAN_")}
    return {**kept, "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}


@pytest.fixture
def cosmicman(tmp_path: Path, environment: dict[str, str]) -> Callable[..., Outcome]:
    """`cosmicman("parse", "-", stdin=b"a red hat")`: a process of its own, in an empty folder.

    It is forked from one that has imported everything; with `python=("-c", "...")` Python starts as ever.
    """

    def run(*arguments: str, stdin: bytes = b"", python: tuple[str, ...] | None = None) -> Outcome:
        start = Popen if python is None else subprocess.Popen
        command = [sys.executable, *(python or ("-m", "server.cli")), *arguments]
        pipe = subprocess.PIPE
        with start(command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as process:
            out, err = process.communicate(stdin)
        return Outcome(status=process.returncode, out=out.decode(), err=err.decode())

    return run


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """`refused("serve", "--port", "x")`: asserts a mistake of the caller and gives the one line that says so."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("COSMICMAN_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, stdin: bytes = b"", out: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            status: object = main(arguments)
        except SystemExit as stopped:
            status = stopped.code
        printed = capsys.readouterr()
        assert (status, printed.out) == (2, out), printed
        assert len(printed.err.splitlines()) == 1, printed.err
        assert printed.err.startswith("cosmicman"), printed.err
        return printed.err

    return run


@pytest.fixture
def vlm() -> Iterator[VlmServer]:
    """A vision-language model's server on loopback."""
    with vlm_server() as server:
        yield server


@pytest.fixture
def reader_url() -> Iterator[str]:
    """A second reader that makes a woman in a red dress of everything, and fails at what says that it is English."""
    answer = json.dumps({"person": ["a woman"], "dress": ["a red dress"], "negated": ["hat"]})
    completion = json.dumps({"choices": [{"message": {"content": answer}}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            refused = "english" in asked["messages"][-1]["content"]
            self.send_response(500 if refused else 200)
            self.send_header("Content-Length", str(len(completion)))
            self.end_headers()
            self.wfile.write(completion)

        def log_message(self, format: str, *values: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
