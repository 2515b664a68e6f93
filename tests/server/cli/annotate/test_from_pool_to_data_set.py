"""The flywheel from end to end: found, filtered, parsed, annotated by machine and people, published, taken down."""

import json
from pathlib import Path

import pytest

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.desk import Desk
from engine.annotate.protocol.attributes import BY_NAME
from engine.annotate.rounds.stored import StoredPool
from server.cli import main


def annotate(*words: object) -> int:
    return main(["annotate", *map(str, words)])


def answer_all(path: Path, pool: Path) -> None:
    with Ledger(path) as ledger:
        number = ledger.running()
        assert number is not None
        desk = Desk(ledger, number, StoredPool(pool).has)
        while (question := desk.next("ann")) is not None:
            desk.answer(question.picture, question.attribute, BY_NAME[question.attribute].values[0], "ann", 2.0)


@pytest.mark.slow
def test_a_pool_becomes_a_data_set_and_a_takedown_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pool, ledger, said = tmp_path / "pool", tmp_path / "ledger.sqlite3", tmp_path / "said.jsonl"
    assert annotate("collect", "--pool", pool, "--figures", 8, "--seed", 20) == 0
    small = ("--least-side", 100, "--least-sharpness", 0, "--no-people", "--near", 0)
    assert annotate("filter", "--pool", pool, *small) == 0
    assert annotate("parse", "--pool", pool) == 0
    turn = ("round", "--ledger", ledger, "--pictures", pool, "--attribute", "gender", "--evaluation", 4)
    amounts = ("--training", 1, "--twice", 0)
    assert annotate(*turn, *amounts, "--grown", 9) == 4
    assert "no round begins: 8 new pictures" in capsys.readouterr().out
    assert annotate(*turn, *amounts, "--grown", 8) == 3
    assert annotate(*turn, *amounts, "--grown", 8) == 3, "one that has begun goes on"
    with Ledger(ledger) as opened:
        gone = opened.questions(0)[0].picture
    assert annotate("takedown", "--pool", pool, "--reason", "asked", gone) == 0  # while its questions wait
    assert annotate("label-studio", "export", "--ledger", ledger, "--pictures", pool, "--out", tmp_path / "studio") == 0
    assert gone not in (tmp_path / "studio" / "tasks.json").read_text("utf-8")
    answer_all(ledger, pool)
    assert annotate(*turn, *amounts) == 0
    say = ("say", "--ledger", ledger, "--pictures", pool, "--out", said, "--queued")
    assert annotate(*say) == 0
    rows = [json.loads(line) for line in said.read_text("utf-8").splitlines()]
    assert 0 < len(rows) <= 7 and gone not in {row["id"] for row in rows}
    assert all(row["aa_text"][0]["gender"] in BY_NAME["gender"].values for row in rows)
    publish = ("publish", "--pool", pool, "--annotations", said, "--name", "r")
    assert annotate(*publish, "--out", tmp_path / "first") == 0
    assert annotate("takedown", "--pool", pool, "--reason", "asked", rows[0]["id"]) == 0
    assert annotate(*say) == 0
    assert annotate(*publish, "--out", tmp_path / "second") == 0
    assert f"{len(rows) - 1} pictures in" in capsys.readouterr().out
    assert rows[0]["id"] not in StoredPool(pool).ids()
    report = ("report", "--ledger", ledger, "--out", tmp_path / "report")
    assert annotate(*report, "--data", tmp_path / "second") == 0
    told = capsys.readouterr().out
    assert "| round | machine before |" in told and "| second | - |" in told and "| CosmicMan-HQ 1.0 |" in told
    files = {each.name for each in (tmp_path / "report").iterdir()}
    assert {"report.md", "rounds.png", "comparison.md", "comparison.png"} <= files
    assert annotate(*report, "--data", tmp_path / "none") == 2


def test_a_pool_without_label_maps_is_refused(tmp_path: Path) -> None:
    assert annotate("collect", "--pool", tmp_path, "--figures", 1) == 0
    with pytest.raises(ValueError, match="annotate parse. makes them"):
        StoredPool(tmp_path)
