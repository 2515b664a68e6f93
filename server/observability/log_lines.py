"""Sets up how the process logs: structlog's formatter on the standard library's root logger, as text or as JSON.

Packages that know nothing of structlog go through it too. A line has the id, caller and trace of the request that the
code worked for, wherever it was written.
"""

import json
import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import Any, TextIO, TypeAlias

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from server.http.caller import CALLER_STATE
from server.observability.request_context import request_state
from server.observability.tracebacks import ExcInfo, with_messages, without_quotes

Processor: TypeAlias = Callable[[WrappedLogger, str, EventDict], EventDict]

#: What a line may say beside its event, of an answer that was given.
FIELDS = ("method", "path", "route", "status", "seconds", "size_bytes", "problem")
FIRST = ("timestamp", "level", "logger", "event", "request_id", "caller", "trace_id")
#: uvicorn's lines on starting and stopping say nothing that ours do not, and ours tell what the exporter of traces
#: meets; HTTP clients write addresses with their query strings.
OTHERS = {
    "uvicorn.error": logging.WARNING,
    "opentelemetry": logging.CRITICAL,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "urllib3": logging.WARNING,
}
#: Reports what nobody awaited, long after the request.
LATE_REPORTERS = frozenset({"asyncio"})


class LogHandler(logging.StreamHandler[TextIO]):
    """Drops and counts the lines that cannot be written: a full disk or a closed pipe breaks no answer."""

    lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        self.lost += 1


def lost_lines() -> int:
    """Lines that could not be written since logging was set up."""
    return sum(handler.lost for handler in logging.getLogger().handlers if isinstance(handler, LogHandler))


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Logs from `level` on to standard error; call it again and the last call counts.

    Args:
        level: debug, info, warning or error.
        form: text or json.
        stream: Where to write; None means standard error, unless the process takes its log elsewhere already.
    """
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(handler)
    if stream is None and root.handlers:
        return
    handler = LogHandler(stream or sys.stderr)
    handler.setFormatter(formatter(form, debug=level == "debug"))
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, least in OTHERS.items():
        logging.getLogger(name).setLevel(least)


def formatter(form: str, *, debug: bool = False) -> ProcessorFormatter:
    """`debug` shows the messages of all exceptions."""
    render: Processor = _as_json if form == "json" else _as_text  # type: ignore[assignment]
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            ExtraAdder(allow=FIELDS),
            _of_request,
            partial(_exception, debug=debug),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, render],
    )


def _of_request(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    state: Mapping[str, Any] = request_state() or {}
    found = {
        "request_id": state.get("request_id"),
        "caller": state.get(CALLER_STATE),
        "trace_id": state.get("trace_id"),
    }
    return {**event, **{key: value for key, value in found.items() if value}}


def _exception(logger: WrappedLogger, name: str, event: MutableMapping[str, Any], *, debug: bool) -> EventDict:
    info: ExcInfo | None = event.pop("exc_info", None)
    if info is not None and info[0] is not None:
        quotes = debug or (request_state() is None and event["logger"] not in LATE_REPORTERS)
        event["exception"] = with_messages(info) if quotes else without_quotes(info)
    return event


def _as_json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    ordered = {key: event[key] for key in FIRST if key in event}
    return json.dumps(ordered | dict(event), default=str)


def _as_text(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """One line, and a traceback below it."""
    line = f"{event['timestamp']} {event['level'].upper()} {event['logger']} {event['event']}"
    context = {"id": "request_id", "caller": "caller", "trace": "trace_id"}
    line += "".join(f" {short}={event[key]}" for short, key in context.items() if key in event)
    return f"{line}\n{event['exception']}" if "exception" in event else line
