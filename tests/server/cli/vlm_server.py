"""An OpenAI-compatible server on loopback whose replies a test decides."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]  # status, headers, body


def completion(text: object) -> Reply:
    """The model says this."""
    return 200, {}, json.dumps({"choices": [{"message": {"content": text}}]}).encode()


class VlmServer:
    """What was asked, in order, and what is answered: `reply` is told the request's body and its number, from 1."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.reply: Callable[[dict[str, Any], int], Reply] = lambda body, number: completion("yes")
        self.running = self.most_running = 0
        self.lock = threading.Lock()
        #: Set when the test is over.
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    outer.requests.append({"path": self.path, **body})
                    outer.keys.append(self.headers["Authorization"])
                    number = len(outer.requests)
                    outer.running += 1
                    outer.most_running = max(outer.most_running, outer.running)
                status, headers, data = outer.reply(body, number)
                with outer.lock:
                    outer.running -= 1
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


@contextmanager
def vlm_server() -> Iterator[VlmServer]:
    """The server, for as long as the block runs."""
    server = VlmServer()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.http.shutdown()
        server.http.server_close()
        thread.join()
