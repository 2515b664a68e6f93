"""A server to talk to: the real one in a process of its own, and one that answers with the bytes a test gives it."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.server_process import serving

#: Those that are shipped with the bundled model.
ADAPTERS = Path(__file__).resolve().parents[2] / "models" / "adapters"


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), {"adapters": ADAPTERS}) as server:
        yield server.url


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
