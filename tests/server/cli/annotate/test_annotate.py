"""`cosmicman annotate` as it is typed: a round that waits, is answered, goes on; a server that annotates; refusals."""

import base64
import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.desk import Desk
from engine.annotate.protocol.attributes import BY_NAME
from server.cli import main
from tests.server.cli.annotate.conftest import round_of
from tests.server.cli.vlm_server import Reply, VlmServer, completion

KEY = "sk-secret-of-the-test"


def answer_all(path: Path) -> int:
    with Ledger(path) as ledger:
        number = ledger.running()
        assert number is not None
        desk, count = Desk(ledger, number), 0
        while (question := desk.next("ann")) is not None:
            desk.answer(question.picture, question.attribute, BY_NAME[question.attribute].values[1], "ann", 2.0)
            count += 1
    return count


def test_a_round_waits_for_people_and_goes_on(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    assert round_of(ledger, folder) == 3
    assert "waits for people: 15 questions are open" in capsys.readouterr().out
    assert main(["annotate", "report", "--ledger", str(ledger), "--out", str(tmp_path / "report")]) == 2
    assert answer_all(ledger) == 15
    assert round_of(ledger, folder) == 0
    assert "round 0 is over" in capsys.readouterr().out
    assert main(["annotate", "report", "--ledger", str(ledger), "--out", str(tmp_path / "report")]) == 0
    assert "| 0 | 0.0% |" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["report.json", "report.md", "rounds.png"]
    said = tmp_path / "said.jsonl"
    assert main(["annotate", "say", "--ledger", str(ledger), "--pictures", str(folder), "--out", str(said)]) == 0
    rows = [json.loads(line) for line in said.read_text("utf-8").splitlines()]
    assert 0 < len(rows) <= 12
    assert any(row["aa_text"][12] == {"type": "belt", "color": "white"} and row["aa_ids"][12] == [8] for row in rows)
    assert main(["annotate", "label", "--ledger", str(ledger), "--pictures", str(folder)]) == 2
    assert "no round of" in capsys.readouterr().err


def test_label_studio_answers_the_round(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger, out = tmp_path / "ledger.sqlite3", tmp_path / "studio"
    folder = shutil.copytree(folder, tmp_path / "wild")
    assert round_of(ledger, folder) == 3
    shared = ["--ledger", str(ledger), "--pictures", str(folder)]
    pictures = ["--out", str(out), "--url", "http://127.0.0.1/?d="]
    assert main(["annotate", "label-studio", "export", *shared, *pictures]) == 0
    tasks = json.loads((out / "tasks.json").read_text("utf-8"))
    assert tasks[0]["data"]["image"].startswith(f"http://127.0.0.1/?d={folder}")
    for task in tasks:
        results = [
            {"from_name": name.replace(" ", "_"), "type": "choices", "value": {"choices": [BY_NAME[name].values[1]]}}
            for name in task["data"]["asked"]
        ]
        task["annotations"] = [{"completed_by": 1, "result": results}]
    tasks[0]["annotations"][0]["result"][0]["value"]["choices"] = ["toga"]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    gone = tasks[-1]["data"]
    Path(gone["image"].removeprefix("http://127.0.0.1/?d=")).unlink()  # taken down meanwhile
    assert main(["annotate", "label-studio", "import", *shared, str(tmp_path / "export.json")]) == 0
    said = capsys.readouterr()
    lost = len(gone["asked"])
    assert f"{14 - lost} answers kept, {1 + lost} left out" in said.out
    assert "got 'toga'" in said.err and said.err.count("was taken down") == lost
    (tmp_path / "export.json").write_text("{}", "utf-8")
    assert main(["annotate", "label-studio", "import", *shared, str(tmp_path / "export.json")]) == 2


def test_a_second_round_at_once_is_one_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path) as ledger, ledger.alone():
        assert round_of(path, folder) not in (0, 3)
        told = capsys.readouterr().err.splitlines()[-1]
        assert f"process {os.getpid()} runs a round of {path}; it must end first" in told
        assert ledger.rounds() == []


def answering(say: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any], int], Reply]:
    """Replies that depend on the request's schema alone."""

    def reply(body: dict[str, Any], number: int) -> Reply:
        told = say(body["response_format"]["json_schema"]["schema"])
        return completion(told if isinstance(told, str) else json.dumps(told))

    return reply


def test_a_server_annotates_within_the_schema(
    folder: Path, tmp_path: Path, vlm: VlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSMICMAN_VLM_API_KEY", KEY)
    ledger = tmp_path / "ledger.sqlite3"
    vlm.reply = answering(lambda schema: {name: each["enum"][1] for name, each in schema["properties"].items()})
    assert round_of(ledger, folder, "--vlm", vlm.url, "--vlm-model", "eyes") == 3
    assert len(vlm.requests) == 3 * 12, "person, then the belt's type, then its colour"
    request = vlm.requests[-1]
    assert (request["path"], request["model"], request["temperature"]) == ("/v1/chat/completions", "eyes", 0)
    picture, text = request["messages"][0]["content"]
    shown = Image.open(io.BytesIO(base64.b64decode(picture["image_url"]["url"].partition(",")[2])))
    assert shown.height == 12, "the belt's four rows, and a margin"
    assert "Which colour has the belt?" in text["text"]
    schema = request["response_format"]["json_schema"]["schema"]
    jsonschema.validate({"belt color": "red"}, schema)
    assert set(vlm.keys) == {f"Bearer {KEY}"}
    with Ledger(ledger) as kept:
        labels = list(kept.labels())
        assert len(labels) == 36 and {each.annotator for each in labels} == {f"eyes at {vlm.url}"}
        assert kept.num_outside(0) == 0


def test_a_server_that_ignores_the_schema_is_counted(folder: Path, tmp_path: Path, vlm: VlmServer) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    vlm.reply = answering(
        lambda schema: "She wears a belt." if "belt type" in schema["properties"] else {"gender": "woman"}
    )
    assert round_of(ledger, folder, "--vlm", vlm.url, "--vlm-model", "eyes") == 3
    with Ledger(ledger) as kept:
        assert list(kept.labels()) == []
        # The belt's colour is asked where nothing says that there is no belt; of it nothing comes, and a gender twice.
        assert kept.num_outside(0) == 4 * 12


def test_a_server_that_is_not_there_is_named(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = str(tmp_path / "ledger.sqlite3")
    for options, message in (
        (["--vlm", "ftp://x"], "must be an http(s) URL"),
        (["--vlm", "http://127.0.0.1:9/v1"], "needs a model's name"),
        (["--local-vlm", str(folder)], "holds no model"),
        (["--attribute", "top colour"], "got top colour"),
        (["--bar", "2"], "bar must be a share"),
        (["--bar", "nan"], "bar must be a share"),
        (["--twice", "nan"], "twice must be a share"),
        (["--price", "inf"], "price must not be negative"),
        (["--suggest-age-and-gender", str(folder), "--person-models", str(folder)], "holds no readable mediapipe/"),
    ):
        asked = ["annotate", "round", "--ledger", ledger, "--pictures", str(folder), *options]
        assert main(asked) == 2
        assert message in capsys.readouterr().err


def test_folders_and_ledgers_that_are_none_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = str(tmp_path / "nothing")
    for arguments, message in (
        (["round", "--ledger", f"{nothing}.sqlite3", "--pictures", nothing], "it holds no such pair"),
        (["label", "--ledger", nothing, "--pictures", nothing], "is not there"),
        (["report", "--ledger", nothing, "--out", nothing], "is not there"),
        (["compare", nothing], "must hold label/*.parquet"),
        (["schema", "--region", "moon"], "--region must be one of picture"),
    ):
        assert main(["annotate", *arguments]) == 2
        assert message in capsys.readouterr().err


def test_schema_and_comparison_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotate", "schema"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 70
    assert main(["annotate", "schema", "--region", "belt"]) == 0
    assert list(json.loads(capsys.readouterr().out)["properties"]) == ["belt type", "belt color", "belt material"]
    assert main(["annotate", "compare"]) == 0
    assert "CosmicMan-HQ 1.0" in capsys.readouterr().out
