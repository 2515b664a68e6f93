"""`cosmicman parse`: one text or a file of them, and every way a line can be wrong."""

import json
from pathlib import Path

import pytest

from engine.description import Parser, encoder_texts

TEXT = "a man in a blue plaid shirt and white sneakers"


def expected_spans(text: str) -> list[list[object]]:
    return [[span.start, span.end, str(span.group)] for span in Parser().parse(text).spans]


def expected_line(name: object, text: str) -> dict[str, object]:
    texts = encoder_texts(Parser().parse(text))
    return {
        "id": name,
        "spans": expected_spans(text),
        "drawn": texts.drawn.text,
        "negative": texts.negative.text,
        "ignored": [],
        "warnings": [],
    }


def test_table_shows_each_phrase_with_its_group(cosmicman) -> None:
    outcome = cosmicman("parse", TEXT)
    assert outcome.status == 0
    rows = [line.split() for line in outcome.out.splitlines()]
    assert any(row[0] == "top" and "plaid" in row for row in rows)
    assert any(row[0] == "footwear" and "sneakers" in row for row in rows)


def test_json_holds_text_spans_and_words(cosmicman) -> None:
    answer = json.loads(cosmicman("parse", "--json", TEXT).out)
    assert answer["text"] == TEXT
    assert [[each["start"], each["end"], each["group"]] for each in answer["groups"]] == expected_spans(TEXT)
    assert all(each["text"] == TEXT[each["start"] : each["end"]] for each in answer["groups"])


def test_dash_reads_the_text_from_stdin(cosmicman) -> None:
    assert cosmicman("parse", "-", stdin=TEXT.encode() + b"\n").out == cosmicman("parse", TEXT).out


@pytest.mark.parametrize("text", ["", "\N{ZERO WIDTH JOINER}(((", "a \x1b[31mred\x1b[0m hat", "[bold]red hat[/]"])
def test_any_text_is_shown_without_steering_the_terminal(cosmicman, text: str) -> None:
    outcome = cosmicman("parse", "-", stdin=text.encode())
    assert (outcome.status, outcome.err) == (0, "")
    assert "\x1b" not in outcome.out


def test_jsonl_answers_line_by_line(cosmicman, tmp_path: Path) -> None:
    texts = {"a": TEXT, "b": "", "c": "une robe rouge \N{DRESS}", "d": "a woman without a hat"}
    lines = [json.dumps({"id": name, "text": text, "style": "ignored"}) for name, text in texts.items()]
    (tmp_path / "in.jsonl").write_text("\n\n".join(lines), encoding="utf-8")
    outcome = cosmicman("parse", "--jsonl", "in.jsonl")
    assert (outcome.status, outcome.err) == (0, "")
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert answers == [expected_line(name, text) for name, text in texts.items()]


def test_jsonl_reads_stdin(cosmicman) -> None:
    outcome = cosmicman("parse", "--jsonl", "-", stdin=json.dumps({"id": 7, "text": TEXT}).encode())
    assert json.loads(outcome.out) == expected_line(7, TEXT)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"red hat", "not JSON"),
        (b'{"id": 1, "text": "a\xff"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1, 2]", "expected a JSON object, got list"),
        (b'{"text": "a red hat"}', '"id" is missing'),
        (b'{"id": 1}', '"text" is missing'),
        (b'{"id": 1, "text": null}', '"text" must be a string, got NoneType'),
    ],
)
def test_bad_line_is_refused_with_its_number(refused, line: bytes, words: str) -> None:
    good = b'{"id": 1, "text": "a red hat"}\n'
    answer = json.dumps(expected_line(1, "a red hat")) + "\n"
    message = refused("parse", "--jsonl", "-", stdin=good + b"\n" + line, out=answer)
    assert message.startswith("cosmicman parse: stdin, line 3: ")
    assert words in message


def test_lone_surrogate_is_a_text_like_any_other(cosmicman) -> None:
    outcome = cosmicman("parse", "--jsonl", "-", stdin=b'{"id": "\\ud800", "text": "a red hat \\udfff"}')
    assert outcome.status == 0
    assert json.loads(outcome.out)["id"] == "\ud800"


def test_stdin_that_is_not_utf8_is_refused(refused) -> None:
    assert "UTF-8" in refused("parse", "-", stdin=b"\xff\xfe")


def test_missing_file_is_refused_by_name(refused) -> None:
    assert "none.jsonl: No such file or directory" in refused("parse", "--jsonl", "none.jsonl")


@pytest.mark.parametrize("arguments", [(), ("text", "--jsonl", "in.jsonl"), ("--json", "--jsonl", "in.jsonl")])
def test_contradictory_arguments_are_refused(refused, arguments: tuple[str, ...]) -> None:
    assert "--jsonl" in refused("parse", *arguments)


def test_json_says_what_is_negated_and_where_it_belongs(cosmicman) -> None:
    answer = json.loads(cosmicman("parse", "--json", "a man in a coat, no hat").out)
    assert answer["negatives"] == [{"group": "headwear", "text": "hat"}]


def test_json_lines_hold_the_two_texts_of_the_encoder(cosmicman) -> None:
    text = "a man in a coat <lora:film:0.8>, no hat"
    answer = json.loads(cosmicman("parse", "--jsonl", "-", stdin=json.dumps({"id": 1, "text": text}).encode()).out)
    assert (answer["drawn"], answer["negative"], answer["warnings"]) == ("a man in a coat", "hat", [])
    assert [each["text"] for each in answer["ignored"]] == ["<lora:film:0.8>"]


def test_table_says_what_is_left_out(cosmicman) -> None:
    shown = cosmicman("parse", "a man in a coat <lora:film:0.8>, no hat").out
    assert "not: hat" in shown and "ignored: <lora:film:0.8>" in shown


class TestSecondReader:
    """With --describe-with a service elsewhere reads the text first."""

    def test_its_text_is_shown(self, cosmicman, reader_url: str) -> None:
        told = ("--describe-with", reader_url, "--describe-model", "sorter")
        answer = json.loads(cosmicman("parse", "--json", *told, "une femme en robe rouge, sans chapeau").out)
        assert answer["text"] == "a woman, a red dress, no hat"
        assert [each["group"] for each in answer["groups"]] == ["person", "dress", "negated"]
        assert (answer["drawn"], answer["negative"], answer["warnings"]) == ("a woman, a red dress", "hat", [])

    def test_lines_hold_its_text_and_a_failure_is_a_warning(self, cosmicman, reader_url: str, tmp_path: Path) -> None:
        records = [{"id": 1, "text": "une femme"}, {"id": 2, "text": "an english woman"}]
        (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        told = ("--describe-with", reader_url, "--describe-model", "sorter")
        first, second = map(json.loads, cosmicman("parse", "--jsonl", "in.jsonl", *told).out.splitlines())
        assert first["text"] == "a woman, a red dress, no hat"
        assert second["text"] == "an english woman"
        assert [each["kind"] for each in second["warnings"]] == ["second-reader"]

    def test_a_wrong_address_is_told(self, cosmicman) -> None:
        outcome = cosmicman("parse", "--describe-with", "ftp://host", "a man")
        assert outcome.status != 0
        assert "http" in outcome.err
