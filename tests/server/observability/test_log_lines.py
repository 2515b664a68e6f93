"""What a log line says, in both forms, and what becomes of one that cannot be written."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import GenerationError, RequestError
from server.observability.log_lines import LogHandler, configure, lost_lines
from server.observability.request_context import working_for

ROOT = Path(__file__).resolve().parents[3]
logger = logging.getLogger("example")


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Left as it was."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    for handler in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(handler)


@pytest.fixture
def lines() -> Callable[..., list[str]]:
    def write(form: str, write: Callable[[], None], level: str = "info") -> list[str]:
        out = io.StringIO()
        configure(level, form, out)
        write()
        return out.getvalue().splitlines()

    return write


def test_json_is_one_object_a_line_with_who_when_and_for_whom(lines: Callable[..., list[str]]) -> None:
    def write() -> None:
        with working_for({"request_id": "a1", "caller": "shop", "trace_id": "f" * 32}):
            logger.warning("two\nlines of %s", "text", extra={"status": 200, "secret": "no field of ours"})

    (line,) = lines("json", write)
    found = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", found.pop("timestamp"))
    assert found == {
        "level": "warning",
        "logger": "example",
        "event": "two\nlines of text",
        "request_id": "a1",
        "caller": "shop",
        "trace_id": "f" * 32,
        "status": 200,
    }


def test_text_is_a_line_for_people(lines: Callable[..., list[str]]) -> None:
    def write() -> None:
        logger.debug("not at this level")
        with working_for({"request_id": "a1"}):
            logger.info("drawn")

    (line,) = lines("text", write)
    assert re.fullmatch(r"\S+Z INFO example drawn id=a1", line)


def test_who_comes_later_into_the_state_is_seen(lines: Callable[..., list[str]]) -> None:
    def write() -> None:
        state = {"request_id": "a1"}
        with working_for(state):
            state["caller"] = "shop"
            logger.info("drawn")
        logger.info("after it")

    first, second = (json.loads(line) for line in lines("json", write))
    assert (first["request_id"], first["caller"]) == ("a1", "shop")
    assert "request_id" not in second


@pytest.mark.parametrize("form", ["text", "json"])
def test_exception_of_a_request_quotes_nothing(lines: Callable[..., list[str]], form: str) -> None:
    words = "-".join(("can", "ary"))  # not in the source, whose lines a traceback shows

    def write() -> None:
        with working_for({"request_id": "a1"}):
            try:
                try:
                    raise RequestError("groups", f"groups got {words}")
                except RequestError as error:
                    raise ExceptionGroup(words, [KeyError(words), GenerationError("unet failed")]) from error
            except ExceptionGroup:
                logger.exception("unexpected")

    text = "\n".join(lines(form, write))
    assert words not in text
    assert "KeyError: (message withheld" in text
    assert "RequestError: (message withheld" in text
    assert "GenerationError: unet failed" in text
    assert "test_log_lines.py" in text


def test_messages_are_there_at_debug_and_outside_of_requests(lines: Callable[..., list[str]]) -> None:
    def fail() -> None:
        try:
            raise KeyError("reason")
        except KeyError:
            logger.exception("failed")

    def fail_in_a_request() -> None:
        with working_for({"request_id": "a1"}):
            fail()

    assert "KeyError: 'reason'" in lines("text", fail)[-1]
    assert "KeyError: 'reason'" in lines("text", fail_in_a_request, "debug")[-1]
    assert "withheld" in lines("text", fail_in_a_request)[-1]


@pytest.mark.parametrize("broken", ["closed", "full"])
def test_line_that_cannot_be_written_is_counted_and_forgotten(broken: str) -> None:
    """In a process of its own, since what is broken is its standard error."""
    target = "/dev/full" if broken == "full" else "/dev/null"
    code = f"""
import sys, logging
sys.stderr = open("{target}", "w", buffering=1)
from server.observability.log_lines import configure, lost_lines
configure("info", "json")
if "{broken}" == "closed": sys.stderr.close()
for number in range(3): logging.getLogger("x").info("line %d", number)
print(lost_lines())
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "3", result.stderr
    assert "Logging error" not in result.stderr


def test_only_the_last_set_up_counts() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure("info", "text", first)
    configure("info", "text", second)
    logger.info("once")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1
    assert lost_lines() == 0
