"""A server to talk to: the real one in a process of its own, and one that answers with the bytes a test gives it."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def server_process(folder: Path, **settings: object) -> Iterator[str]:
    """The URL of a server with the bundled model."""
    command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--state", str(folder / "state")]
    given = {f"COSMICMAN_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **given}
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
    with child:
        assert child.stdout is not None
        found = re.search(r"http://\S+", child.stdout.readline())
        assert found is not None, (folder / "log").read_text(encoding="utf-8")
        yield found[0]
        child.terminate()


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server_process(tmp_path_factory.mktemp("server")) as url:
        yield url


class Scripted:
    """Answers the n-th request with the n-th bytes, then closes the connection; keeps what it was sent."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self._answers = list(answers)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.requests.append(self._request(connection))
                connection.sendall(answer)

    @staticmethod
    def _request(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while length is not None and len(body) < int(length[1]):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def header(self, number: int, name: str) -> str:
        found = re.search(rf"(?im)^{name}: (.*?)\r$".encode(), self.requests[number])
        return found[1].decode() if found else ""

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """`scripted(answer, answer, ...)` is such a server."""
    with contextlib.ExitStack() as stack:

        def start(*answers: bytes) -> Scripted:
            return stack.enter_context(contextlib.closing(Scripted(answers)))

        yield start


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", "X-Request-Id: told-id"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.fixture(name="http")
def _http() -> Callable[..., bytes]:
    """`http("200 OK", body, Content_Type="...")` is an answer."""
    return http
