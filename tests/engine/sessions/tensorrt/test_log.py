"""TensorRT's log becomes ours, thread by thread, and making its objects cannot wait for a collection."""

import gc
import logging
import threading
from typing import Any

import pytest

tensorrt_rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is for Linux x86-64 alone")

from engine.sessions.tensorrt.log import KEPT_ERRORS, made, messages  # noqa: E402


def test_levels_are_ours_and_errors_are_kept_for_their_thread(caplog: pytest.LogCaptureFixture) -> None:
    log, severity = messages(tensorrt_rtx), tensorrt_rtx.Logger
    later = [f"error {number}" for number in range(1, KEPT_ERRORS + 1)]
    with caplog.at_level(logging.DEBUG, "engine.sessions.tensorrt.log"):
        for message in ("error 0", *later):
            log.log(severity.ERROR, message)
        log.log(severity.WARNING, "a warning")
        log.log(severity.VERBOSE, "a word")
        other = threading.Thread(target=log.log, args=(severity.INTERNAL_ERROR, "elsewhere"))
        other.start()
        other.join()
    assert list(log.errors) == later
    levels = {record.getMessage(): record.levelno for record in caplog.records}
    assert (levels["error 0"], levels["a warning"], levels["a word"]) == (logging.ERROR, logging.WARNING, logging.DEBUG)
    assert levels["elsewhere"] == logging.ERROR


def test_nothing_is_collected_while_an_object_is_made() -> None:
    """A Runtime in a cycle, ended by the collector inside of the logger, would wait for the lock of the one made."""
    seen = []

    def kind(log: Any) -> Any:
        seen.append(gc.isenabled())
        return tensorrt_rtx.Builder(log)

    before = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(3):
            cycle: list[Any] = [made(kind, messages(tensorrt_rtx))]
            cycle.append(cycle)
            del cycle
    finally:
        gc.set_threshold(*before)
    assert seen == [False] * 3
    assert gc.isenabled()
