"""Starts of a local Triton that come to nothing: which are tried again, and what is said of those that are not."""

import logging
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server.triton.errors import TritonError
from server.triton.installation import Installation
from server.triton.local import MAX_STARTS, LaunchSettings, LocalTriton, logger
from tests.server.triton import stand_in

Make = Callable[..., LocalTriton]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make("dies", "serves")`: a Triton whose first start dies and whose others serve."""

    def make(*plan: str) -> LocalTriton:
        program = tmp_path / "tritonserver"
        command = shlex.join([sys.executable, stand_in.__file__, str(tmp_path), *plan, "--"])
        program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        # Instances that are all well are waited for so long; a start that serves never says that they are.
        return LocalTriton(Installation(server=program), LaunchSettings(repository=tmp_path, grace_seconds=0.2))

    return make


@pytest.mark.parametrize("fault", ["dies", "waits"])
def test_start_that_came_to_nothing_is_tried_again(make: Make, fault: str) -> None:
    """Triton 2.51 gives up an instance that is silent for a second while it loads, and dies or waits for ever."""
    with make(fault, "serves") as local:
        assert local.restarts == 1
        assert len(local.stubs()) == 1


def test_starts_are_tried_a_few_times_and_no_more(make: Make, tmp_path: Path) -> None:
    with pytest.raises(TritonError, match=r"Triton was ended by signal 11"), make("dies"):
        raise AssertionError("it must not start")
    assert (tmp_path / "starts").read_text(encoding="utf-8") == str(MAX_STARTS)


def test_reason_is_read_to_the_end_before_it_is_told(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """The server is gone before its last lines are read: the one who reads them is held up at the first."""

    def hold_up(record: logging.LogRecord) -> bool:
        if record.getMessage() == stand_in.GREETING:
            time.sleep(3)
        return True

    caplog.set_level(logging.DEBUG, logger.name)
    logger.addFilter(hold_up)
    try:
        with pytest.raises(TritonError, match=stand_in.REASON), make("refuses"):
            raise AssertionError("it must not start")
    finally:
        logger.removeFilter(hold_up)
