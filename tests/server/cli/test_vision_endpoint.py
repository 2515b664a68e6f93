"""A real server on loopback is asked: what it gets, how its refusals are met, and what never reaches the log."""

import base64
import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.train.evaluation.answerers import Answer
from engine.train.evaluation.command import Options, run
from engine.train.questions.table import Kind
from engine.train.questions.yes_no import AtomicQuestion
from server.cli import main, vision_endpoint
from server.cli.vision_endpoint import VisionEndpoint
from tests.engine.train.conftest import write_folder

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
KEY = "sk-secret-of-the-test"
BUNDLE = Path(__file__).resolve().parents[3] / "models" / "figurine-bundle"
Reply = tuple[int, dict[str, str], bytes]
PICTURE = np.random.default_rng(0).integers(0, 256, (24, 16, 3), np.uint8)


def completion(text: object) -> Reply:
    return 200, {}, json.dumps({"choices": [{"message": {"content": text}}]}).encode()


def question(text: str) -> AtomicQuestion:
    return AtomicQuestion(text=text, kind=Kind.OBJECT, group="top")


class Server:
    """An OpenAI-compatible server whose replies a test decides."""

    def __init__(self) -> None:
        self.requests: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.reply: Callable[[str, int], Reply] = lambda text, number: completion("yes")
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
                text = body["messages"][0]["content"][1]["text"]
                status, headers, data = outer.reply(text, number)
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


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.over.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()


def test_a_request_holds_picture_question_and_key(server: Server) -> None:
    endpoint = VisionEndpoint(base_url=server.url, model="eyes", api_key=KEY)
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.YES]
    (request,) = server.requests
    assert (request["path"], request["model"], request["temperature"]) == ("/v1/chat/completions", "eyes", 0)
    image, text = request["messages"][0]["content"]
    assert text["text"].startswith("Is it red? Answer with one word")
    sent = Image.open(io.BytesIO(base64.b64decode(image["image_url"]["url"].partition(",")[2])))
    assert np.array_equal(np.asarray(sent), PICTURE)
    assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(endpoint) and endpoint.name == f"eyes at {server.url}"
    VisionEndpoint(base_url=server.url, model="eyes").answer([(PICTURE, question("Is it red?"))])
    assert server.keys[1] is None


def test_answers_keep_their_order_and_unreadable_ones_are_told(server: Server) -> None:
    three = threading.Barrier(3)

    def reply(text: str, number: int) -> Reply:
        if number <= 3:
            three.wait(PATIENCE_SECONDS)
        kind = int(text.split()[1].rstrip("?"))
        return [completion("Yes."), completion("no"), completion("perhaps"), completion(None), (200, {}, b"<html>")][
            kind
        ]

    server.reply = reply
    endpoint = VisionEndpoint(base_url=server.url, model="eyes", concurrency=3)
    found = endpoint.answer([(PICTURE, question(f"number {number % 5}?")) for number in range(20)])
    assert found == [Answer.YES, Answer.NO, Answer.UNREADABLE, Answer.UNREADABLE, Answer.UNREADABLE] * 4
    assert server.most_running == 3


def test_large_pictures_are_sent_smaller(server: Server) -> None:
    endpoint = VisionEndpoint(base_url=server.url, model="eyes")
    endpoint.answer([(np.zeros((1500, 3000, 3), np.uint8), question("Is it red?"))])
    data = server.requests[0]["messages"][0]["content"][0]["image_url"]["url"]
    assert Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).size == (1024, 512)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(server: Server, status: int) -> None:
    times = []

    def reply(text: str, number: int) -> Reply:
        times.append(time.monotonic())
        return (status, {"Retry-After": "1"}, b"") if number == 1 else completion("no")

    server.reply = reply
    endpoint = VisionEndpoint(base_url=server.url, model="eyes")
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.NO]
    first, second = times
    assert second - first >= 1
    assert vision_endpoint._retry_after({"retry-after": "1"}, 5) == 1


def test_retry_after_may_be_a_date_in_the_past(server: Server) -> None:
    dated = {"Retry-After": formatdate(0, usegmt=True)}
    server.reply = lambda text, number: (429, dated, b"") if number < 3 else completion("yes")
    endpoint = VisionEndpoint(base_url=server.url, model="eyes")
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.YES]
    assert len(server.requests) == 3


def test_a_refusal_is_not_repeated(server: Server) -> None:
    server.reply = lambda text, number: (401, {}, b"no such key")
    endpoint = VisionEndpoint(base_url=server.url, model="eyes", api_key=KEY, concurrency=1)
    with pytest.raises(ValueError, match="refuses: status 401: 'no such key'") as caught:
        endpoint.answer([(PICTURE, question(f"number {number}?")) for number in range(5)])
    assert len(server.requests) == 1 and KEY not in str(caught.value)


def test_a_silent_server_is_given_up(server: Server) -> None:
    server.reply = lambda text, number: (server.over.wait(PATIENCE_SECONDS), completion("yes"))[1]
    endpoint = VisionEndpoint(base_url=server.url, model="eyes", timeout_seconds=0.1, attempts=2)
    with pytest.raises(ValueError, match="cannot be asked, tried 2 times: ReadTimeout"):
        endpoint.answer([(PICTURE, question("Is it red?"))])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"base_url": "ftp://host", "model": "eyes"}, "must be an http"),
        ({"base_url": "nonsense", "model": "eyes"}, "must be an http"),
        ({"base_url": "", "model": "eyes"}, "must be an http"),
        ({"base_url": "http://host/v1", "model": ""}, "needs a model's name: --vlm-model or COSMICMAN_VLM_MODEL"),
        ({"base_url": "http://host/v1", "model": "eyes", "concurrency": 0}, "at least one request at a time, got 0"),
    ],
)
def test_wrong_settings_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VisionEndpoint(**options)


def test_photographs_end_to_end(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COSMICMAN_VLM_BASE_URL", server.url)
    monkeypatch.setenv("COSMICMAN_VLM_MODEL", "eyes")
    monkeypatch.setenv("COSMICMAN_VLM_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("a woman in a red coat and blue jeans")
    server.reply = lambda text, number: completion("no" if "wearing a coat" in text else "yes")
    options = Options(images=tmp_path, vlm="", out=tmp_path / "out")
    assert run(options, load_endpoint=VisionEndpoint.of) == 0
    assert len(server.requests) == 4  # the coat's colour was not asked
    result = (tmp_path / "out" / "evaluation.json").read_text()
    assert f"eyes at {server.url}" in result
    assert KEY not in result and KEY not in caplog.text and f"Bearer {KEY}" in server.keys
    assert "    [tex] Is the coat red? skipped\n" in (tmp_path / "out" / "questions.txt").read_text()


def test_captions_of_rows_become_a_table_by_one_command(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CosmicMan-HQ's captions in, the shipped model paints, a model behind HTTP looks, accuracies out."""
    rows, out = write_folder(tmp_path / "hq", 3), tmp_path / "out"
    server.reply = lambda text, number: completion("no" if "sweater" in text else "Yes.")
    told = ["--rows", str(rows), "--num", "2", "--steps", "1", "--out", str(out)]
    assert main(["evaluate", "--bundle", str(BUNDLE), *told, "--vlm", server.url, "--vlm-model", "eyes"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("Acc_obj", "Acc_tex", "Acc_shape", "Acc_all"))
    assert f"2 pictures, answered by eyes at {server.url}" in printed
    asked = [request["messages"][0]["content"][1]["text"] for request in server.requests]
    assert any("wearing a sweater" in text for text in asked) and not any("Is the sweater" in text for text in asked)
    kinds = {kind["name"]: kind for kind in json.loads((out / "evaluation.json").read_text())["kinds"]}
    assert 0 < kinds["Acc_obj"]["accuracy"] < 1 and kinds["Acc_shape"]["skipped"] > 0
    assert kinds["Acc_all"]["interval_over_pictures"][0] <= kinds["Acc_all"]["accuracy"]
    assert len(list((out / "pictures").glob("*.png"))) == 2


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_line(cosmicman, tmp_path: Path) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("a woman")
    arguments = ("evaluate", "--images", str(tmp_path), "--vlm", "http://127.0.0.1:9/v1", "--vlm-model", "eyes")
    outcome = cosmicman(*arguments)
    assert outcome.status == 2
    lines = [line for line in outcome.err.splitlines() if "cannot be asked" in line]
    assert len(lines) == 1 and "tried 5 times: ConnectError" in lines[0]
    assert "Traceback" not in outcome.err
