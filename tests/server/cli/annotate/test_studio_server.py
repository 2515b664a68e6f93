"""`label-studio send` and `fetch` against a server on loopback that speaks Label Studio's interface."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.label_studio import tag
from engine.annotate.protocol.attributes import BY_NAME
from server.cli import main
from tests.server.cli.annotate.conftest import ASKED, round_of

KEY = "the-key-of-the-test"
REFRESH = ".".join(["e30", base64.urlsafe_b64encode(b'{"token_type": "refresh"}').decode().rstrip("="), "signed"])


class Studio:
    """Projects with their tasks, and who asked; what people said is put into the tasks by a test."""

    def __init__(self) -> None:
        self.projects: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.keys.append(self.headers["Authorization"])
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/api/token/refresh/":
                    self.say(200, {"access": "fresh"} if body == {"refresh": REFRESH} else {})
                elif self.headers["Authorization"] not in (f"Token {KEY}", "Bearer fresh"):
                    self.say(401, {"detail": "Invalid token."})
                elif self.path == "/api/projects/":
                    outer.projects.append(body)
                    self.say(201, {"id": len(outer.projects)})
                else:
                    assert self.path == "/api/projects/1/import"
                    outer.tasks += body
                    self.say(201, {"task_count": len(body)})

            def do_GET(self) -> None:
                known = self.path == "/api/projects/1/export?exportType=JSON"
                self.say(200 if known else 404, outer.tasks if known else {"detail": "No such project."})

            def say(self, status: int, tree: object) -> None:
                data = json.dumps(tree).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *arguments: object) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


@pytest.fixture
def shared(folder: Path, tmp_path: Path) -> list[str]:
    """Options of a round that waits."""
    ledger = tmp_path / "ledger.sqlite3"
    assert round_of(ledger, folder) == 3
    return ["--ledger", str(ledger), "--pictures", str(folder)]


def label_studio(what: str, studio: Studio, *more: str) -> int:
    return main(["annotate", "label-studio", what, "--server", studio.url, *more])


@pytest.mark.parametrize("key", [KEY, REFRESH])
def test_questions_become_a_project_and_answers_come_back(
    studio: Studio, shared: list[str], key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COSMICMAN_LABEL_STUDIO_KEY", key)
    assert label_studio("send", studio, *shared, "--url", "http://pictures/") == 0
    assert "15 questions of round 0 are project 1" in capsys.readouterr().out
    assert [project["title"] for project in studio.projects] == ["CosmicMan, round 0"]
    assert all(f'name="{tag(name)}"' in studio.projects[0]["label_config"] for name in ASKED)
    assert all(task["data"]["image"].startswith("http://pictures/") for task in studio.tasks)
    for task in studio.tasks:
        told = [(tag(name), BY_NAME[name].values[1]) for name in task["data"]["asked"]]
        results = [{"from_name": name, "type": "choices", "value": {"choices": [value]}} for name, value in told]
        task["annotations"] = [{"completed_by": 1, "result": results}]
    for _ in range(2):  # answers that were fetched before are the same ones
        assert label_studio("fetch", studio, *shared, "--project", "1") == 0
        assert "15 answers kept, 0 left out" in capsys.readouterr().out
    with Ledger(Path(shared[1])) as ledger:
        assert len(ledger.given(0)) == 15
    assert key not in repr(studio.projects + studio.tasks)


def test_what_a_server_refuses_is_one_line(
    studio: Studio, shared: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COSMICMAN_LABEL_STUDIO_KEY", raising=False)
    assert label_studio("send", studio, *shared) == 2
    assert "set COSMICMAN_LABEL_STUDIO_KEY" in capsys.readouterr().err
    monkeypatch.setenv("COSMICMAN_LABEL_STUDIO_KEY", "another")
    assert label_studio("send", studio, *shared) == 2
    told = capsys.readouterr().err
    assert "answers 401" in told and "is COSMICMAN_LABEL_STUDIO_KEY right?" in told and "another" not in told
    assert label_studio("fetch", studio, *shared, "--project", "9") == 2
    assert "answers 404" in capsys.readouterr().err
    studio.url = "ftp://x"
    assert label_studio("send", studio, *shared) == 2
    assert "--server must be an http(s) URL" in capsys.readouterr().err
    studio.url = "http://127.0.0.1:9"
    assert label_studio("send", studio, *shared) == 2
    assert "cannot be asked: ConnectError" in capsys.readouterr().err
