"""A language model's service on loopback, whose answers a test decides."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
Reply = tuple[int, dict[str, str], bytes]


def completion(answer: object) -> Reply:
    """A chat completion whose message is `answer`, as JSON unless it is a string."""
    content = answer if isinstance(answer, str) else json.dumps(answer)
    return 200, {}, json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


class Service:
    """Answers GET /v1/models and POST /v1/chat/completions; `reply` makes the second out of the text that came."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.models: object = {"data": [{"id": "sorter-1"}]}
        self.reply: Callable[[str], Reply] = lambda text: completion({"person": [text]})
        #: Set when the test is over: a reply may wait for it.
        self.over = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.paths.append(self.path)
                self._send(200, {}, json.dumps(service.models).encode())

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.paths.append(self.path)
                service.keys.append(self.headers["Authorization"])
                service.asked.append(body)
                self._send(*service.reply(body["messages"][-1]["content"]))

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                try:
                    self.send_response(status)
                    for name, value in {"Content-Length": str(len(body)), **headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has left

            def log_message(self, format: str, *values: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def wait(self, text: str) -> Reply:
        """A reply that comes when nobody waits for it any more."""
        self.over.wait(PATIENCE_SECONDS)
        return completion({"person": [text]})

    def __enter__(self) -> "Service":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


@pytest.fixture(name="completion")
def _completion() -> Callable[[object], Reply]:
    return completion


@pytest.fixture
def closed_url() -> str:
    """Where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}/v1"
