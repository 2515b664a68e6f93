"""A recorded answer: its parts however it came in pieces, and the same again after it was written and read."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.replay import wire
from server.replay.record import Record

STREAM = [(b"content-type", b"text/event-stream; charset=utf-8")]
EVENTS = [b"id: 1\nevent: queued\ndata: {}\n\n", b"id: 2\nevent: step\ndata: {}\n\n", b"id: 3\nevent: finished\n\n"]


def recorded(headers: list[tuple[bytes, bytes]], pieces: list[bytes]) -> Record:
    record = Record(fingerprint="f", request_id="r")
    record.take({"type": "http.response.start", "status": 200, "headers": headers})
    for piece in pieces:
        record.take({"type": "http.response.body", "body": piece, "more_body": True})
    record.take({"type": "http.response.body", "body": b"", "more_body": False})
    return record


@given(st.lists(st.integers(0, len(b"".join(EVENTS))), max_size=8))
def test_parts_of_a_stream_are_its_events_however_they_came(cuts: list[int]) -> None:
    text = b"".join(EVENTS)
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in zip(places, places[1:], strict=False)]
    record = recorded(STREAM, pieces)
    assert record.parts == EVENTS
    assert record.is_numbered
    assert record.is_success


def test_comments_are_no_part_and_a_rest_without_its_end_is() -> None:
    record = recorded(STREAM, [b": keep-alive\n\n", EVENTS[0], b": keep-alive\n\n", b"data: [DONE]"])
    assert record.parts == [EVENTS[0], b"data: [DONE]"]


def test_what_counts_as_success() -> None:
    assert recorded([], [b"x"]).is_success
    assert recorded(STREAM, EVENTS[:2]).is_success
    assert not recorded(STREAM, [*EVENTS[:2], b"id: 3\nevent: error\ndata: {}\n\n"]).is_success
    assert recorded(STREAM, [b"id: 1\nevent: step\ndata: event: error\n\n"]).is_success
    begun = Record(fingerprint="f", request_id="r")
    begun.take({"type": "http.response.start", "status": 200, "headers": []})
    assert not begun.is_success


headers = st.lists(st.tuples(st.binary(min_size=1, max_size=8), st.binary(max_size=8)), max_size=4)


@given(headers, st.lists(st.binary(min_size=1, max_size=50), max_size=5))
def test_record_is_the_same_after_it_was_written_and_read(headers: Any, parts: list[bytes]) -> None:
    record = Record.of(fingerprint="f", request_id="r", status=201, headers=headers, parts=parts)
    again = wire.read(wire.write_record(record))
    assert isinstance(again, Record)
    assert vars(again).keys() == vars(record).keys()
    for name in ("fingerprint", "request_id", "status", "headers", "parts", "complete", "size_bytes", "is_stream"):
        assert getattr(again, name) == getattr(record, name)


def test_mark_is_the_same_after_it_was_written_and_read() -> None:
    mark = wire.Mark(fingerprint="f", owner="o")
    assert wire.read(wire.write_mark(mark)) == mark
