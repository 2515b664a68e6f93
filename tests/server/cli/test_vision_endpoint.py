"""A real server on loopback is asked: what it gets, how its refusals are met, and what never reaches the log."""

import base64
import io
import json
import logging
import threading
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

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
from tests.server.cli.vlm_server import Reply, VlmServer, completion

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 120
KEY = "sk-secret-of-the-test"
BUNDLE = Path(__file__).resolve().parents[3] / "models" / "figurine-bundle"
PICTURE = np.random.default_rng(0).integers(0, 256, (24, 16, 3), np.uint8)


def text_of(body: dict[str, Any]) -> str:
    text = body["messages"][0]["content"][1]["text"]
    assert isinstance(text, str)
    return text


def question(text: str) -> AtomicQuestion:
    return AtomicQuestion(text=text, kind=Kind.OBJECT, group="top")


def test_a_request_holds_picture_question_and_key(vlm: VlmServer) -> None:
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes", api_key=KEY)
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.YES]
    (request,) = vlm.requests
    assert (request["path"], request["model"], request["temperature"]) == ("/v1/chat/completions", "eyes", 0)
    image, text = request["messages"][0]["content"]
    assert text["text"].startswith("Is it red? Answer with one word")
    sent = Image.open(io.BytesIO(base64.b64decode(image["image_url"]["url"].partition(",")[2])))
    assert np.array_equal(np.asarray(sent), PICTURE)
    assert vlm.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(endpoint) and endpoint.name == f"eyes at {vlm.url}"
    VisionEndpoint(base_url=vlm.url, model="eyes").answer([(PICTURE, question("Is it red?"))])
    assert vlm.keys[1] is None


def test_answers_keep_their_order_and_unreadable_ones_are_told(vlm: VlmServer) -> None:
    three = threading.Barrier(3)

    def reply(body: dict[str, Any], number: int) -> Reply:
        if number <= 3:
            three.wait(PATIENCE_SECONDS)
        kind = int(text_of(body).split()[1].rstrip("?"))
        return [completion("Yes."), completion("no"), completion("perhaps"), completion(None), (200, {}, b"<html>")][
            kind
        ]

    vlm.reply = reply
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes", concurrency=3)
    found = endpoint.answer([(PICTURE, question(f"number {number % 5}?")) for number in range(20)])
    assert found == [Answer.YES, Answer.NO, Answer.UNREADABLE, Answer.UNREADABLE, Answer.UNREADABLE] * 4
    assert vlm.most_running == 3


def test_large_pictures_are_sent_smaller(vlm: VlmServer) -> None:
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes")
    endpoint.answer([(np.zeros((1500, 3000, 3), np.uint8), question("Is it red?"))])
    data = vlm.requests[0]["messages"][0]["content"][0]["image_url"]["url"]
    assert Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).size == (1024, 512)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(vlm: VlmServer, status: int) -> None:
    times = []

    def reply(body: dict[str, Any], number: int) -> Reply:
        times.append(time.monotonic())
        return (status, {"Retry-After": "1"}, b"") if number == 1 else completion("no")

    vlm.reply = reply
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes")
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.NO]
    first, second = times
    assert second - first >= 1
    assert vision_endpoint._retry_after({"retry-after": "1"}, 5) == 1


def test_retry_after_may_be_a_date_in_the_past(vlm: VlmServer) -> None:
    dated = {"Retry-After": formatdate(0, usegmt=True)}
    vlm.reply = lambda body, number: (429, dated, b"") if number < 3 else completion("yes")
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes")
    assert endpoint.answer([(PICTURE, question("Is it red?"))]) == [Answer.YES]
    assert len(vlm.requests) == 3


def test_a_refusal_is_not_repeated(vlm: VlmServer) -> None:
    vlm.reply = lambda body, number: (401, {}, b"no such key")
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes", api_key=KEY, concurrency=1)
    with pytest.raises(ValueError, match="refuses: status 401: 'no such key'") as caught:
        endpoint.answer([(PICTURE, question(f"number {number}?")) for number in range(5)])
    assert len(vlm.requests) == 1 and KEY not in str(caught.value)


def test_a_silent_server_is_given_up(vlm: VlmServer) -> None:
    vlm.reply = lambda body, number: (vlm.over.wait(PATIENCE_SECONDS), completion("yes"))[1]
    endpoint = VisionEndpoint(base_url=vlm.url, model="eyes", timeout_seconds=0.1, attempts=2)
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
    vlm: VlmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COSMICMAN_VLM_BASE_URL", vlm.url)
    monkeypatch.setenv("COSMICMAN_VLM_MODEL", "eyes")
    monkeypatch.setenv("COSMICMAN_VLM_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("a woman in a red coat and blue jeans")
    vlm.reply = lambda body, number: completion("no" if "wearing a coat" in text_of(body) else "yes")
    options = Options(images=tmp_path, vlm="", out=tmp_path / "out")
    assert run(options, load_endpoint=VisionEndpoint.of) == 0
    assert len(vlm.requests) == 4  # the coat's colour was not asked
    result = (tmp_path / "out" / "evaluation.json").read_text()
    assert f"eyes at {vlm.url}" in result
    assert KEY not in result and KEY not in caplog.text and f"Bearer {KEY}" in vlm.keys
    assert "    [tex] Is the coat red? skipped\n" in (tmp_path / "out" / "questions.txt").read_text()


def test_captions_of_rows_become_a_table_by_one_command(
    vlm: VlmServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CosmicMan-HQ's captions in, the shipped model paints, a model behind HTTP looks, accuracies out."""
    rows, out = write_folder(tmp_path / "hq", 3), tmp_path / "out"
    vlm.reply = lambda body, number: completion("no" if "sweater" in text_of(body) else "Yes.")
    told = ["--rows", str(rows), "--num", "2", "--steps", "1", "--out", str(out)]
    assert main(["evaluate", "--bundle", str(BUNDLE), *told, "--vlm", vlm.url, "--vlm-model", "eyes"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("Acc_obj", "Acc_tex", "Acc_shape", "Acc_all"))
    assert f"2 pictures, answered by eyes at {vlm.url}" in printed
    asked = [text_of(request) for request in vlm.requests]
    assert any("wearing a sweater" in text for text in asked) and not any("Is the sweater" in text for text in asked)
    kinds = {kind["name"]: kind for kind in json.loads((out / "evaluation.json").read_text())["kinds"]}
    assert 0 < kinds["Acc_obj"]["accuracy"] < 1 and kinds["Acc_shape"]["skipped"] > 0
    assert kinds["Acc_all"]["interval_over_pictures"][0] <= kinds["Acc_all"]["accuracy"]
    assert len(list((out / "pictures").glob("*.png"))) == 2


def test_a_server_that_is_not_there_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vision_endpoint, "_backoff", lambda attempt: 0.001 * attempt)
    endpoint = VisionEndpoint(base_url="http://127.0.0.1:9/v1", model="eyes")
    with pytest.raises(ValueError, match="cannot be asked, tried 5 times: ConnectError"):
        endpoint.answer([(PICTURE, question("Is it red?"))])
    monkeypatch.undo()
    assert [vision_endpoint._backoff(attempt) for attempt in (1, 2, 3, 4, 9)] == [0.5, 1, 2, 4, 60]


def test_a_server_that_cannot_be_asked_is_one_line(cosmicman, vlm: VlmServer, tmp_path: Path) -> None:
    vlm.reply = lambda body, number: (401, {}, b"no such key")
    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("a woman")
    outcome = cosmicman("evaluate", "--images", str(tmp_path), "--vlm", vlm.url, "--vlm-model", "eyes")
    assert outcome.status == 2
    assert len([line for line in outcome.err.splitlines() if "refuses: status 401" in line]) == 1
    assert "Traceback" not in outcome.err
