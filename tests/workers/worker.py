"""One process of tests: forked from the one that has collected them, it runs those it is told to and tells each report.

It knows nothing of the other processes.
"""

import atexit
import contextlib
import io
import json
import os
import socket
import sys
import tempfile
import threading
import traceback
from typing import Any, NoReturn

import pytest


class Teller:
    """Tells what pytest would show, and which tests are done."""

    def __init__(self, config: pytest.Config, control: socket.socket) -> None:
        self._config = config
        self._out = control.makefile("w", encoding="utf-8")

    def tell(self, kind: str, *words: object) -> None:
        with contextlib.suppress(BrokenPipeError):  # nobody wants to know any more
            self._out.write(json.dumps([kind, *words], default=str) + "\n")
            self._out.flush()

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self.tell("start", str(nodeid), location)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tell("report", self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self.tell("finish", str(nodeid), location)


def work(session: pytest.Session, name: str, control: socket.socket) -> NoReturn:
    """Runs the tests whose places in `session.items` come in by `control`, a line each, until an empty line comes."""
    try:
        teller = Teller(session.config, control)
        _become(session.config, name, teller)
        _run(session, control, teller)
    except KeyboardInterrupt:
        pass  # which the other one tells
    except BaseException:  # noqa: B036 - nobody is above
        traceback.print_exc()
    finally:
        _end(session, control)


def _run(session: pytest.Session, control: socket.socket, teller: Teller) -> None:
    told = control.makefile("r", encoding="utf-8")
    place = told.readline().strip()
    while place:
        following = told.readline().strip()
        item, nextitem = session.items[int(place)], session.items[int(following)] if following else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        teller.tell("done", int(place))
        place = following


def _become(config: pytest.Config, name: str, teller: Teller) -> None:
    """Folders, captured streams and a voice of its own; what is shared with other tools goes by xdist's names."""
    os.environ["PYTEST_XDIST_WORKER"] = name
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    for stream in ("out", "err"):  # another file behind the same descriptor: loggers may hold the stream
        captured = getattr(getattr(capture._global_capturing, stream, None), "tmpfile", None)
        with contextlib.suppress(AttributeError, io.UnsupportedOperation), tempfile.TemporaryFile() as own:
            os.dup2(own.fileno(), captured.fileno(), inheritable=False)
    config.get_terminal_writer()._file = open(os.devnull, "w", encoding="utf-8")  # a time limit writes there, too
    config.pluginmanager.register(teller)
    folders: Any = config._tmp_path_factory  # type: ignore[attr-defined]
    folders._basetemp = folders.getbasetemp() / f"popen-{name}"
    folders._basetemp.mkdir(mode=0o700)
    folders._next_number = {}


def _end(session: pytest.Session, control: socket.socket) -> NoReturn:
    """Ends as Python does, but for taking all that was imported apart."""
    try:
        session._setupstate.teardown_exact(None)  # of tests that were interrupted
    except BaseException:  # noqa: B036 - as above
        traceback.print_exc()
    control.shutdown(socket.SHUT_RDWR)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)
