"""The engine's requests, events, facts and errors as JSON text, for an engine that runs in another process.

`engine.files.json_fields` turns the values into JSON. A field at its default is left out: the newer of two sides can be
used with the older one as long as nobody asks for what only the newer one knows.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from engine import errors
from engine.errors import EngineError, WireError
from engine.files.json_fields import decode, encode
from engine.request.denoise import DenoiseRequest
from engine.request.events import Event
from engine.request.request import GenerationRequest, ModelInfo
from engine.request.stats import EngineStats

VERSION = 1
ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Describe:
    """A question for `Status`."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a remote engine is, and how it is.

    Attributes:
        model: What it can do.
        stats: Its gauges and counters.
        ready: Whether it answers requests now.
        instance: Which of the engines at one address says so.
    """

    model: ModelInfo
    stats: EngineStats
    ready: bool
    instance: str = ""


Question: TypeAlias = GenerationRequest | DenoiseRequest | Describe
Answer: TypeAlias = Event | Status

QUESTIONS: tuple[type, ...] = get_args(Question)
ANSWERS: tuple[type, ...] = get_args(Answer)


def dumps(message: Question | Answer | EngineError, blob: bytearray | None = None) -> str:
    """One message as a line of JSON.

    Args:
        message: What to say.
        blob: Takes the message's bytes; None writes them into the text as base64.

    Raises:
        WireError: A value that JSON cannot hold, such as NaN.
    """
    if isinstance(message, EngineError):
        kind, value = ERROR, _error_fields(message)
    else:
        kind, value = type(message).__name__, encode(message, blob)
    try:
        return json.dumps({"version": VERSION, "type": kind, "value": value}, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise WireError(f"{kind} cannot be written as JSON: {error}") from error


def loads(text: str | bytes, expected: Collection[type], blob: bytes = b"") -> Any:
    """A message of one of the expected types, or the EngineError that was sent in its place.

    Args:
        text: What `dumps` wrote.
        expected: QUESTIONS or ANSWERS.
        blob: The bytes that came beside the text.

    Raises:
        WireError: It is no such message, or one of another version.
    """
    try:
        envelope = json.loads(text)
    except (ValueError, RecursionError):
        raise WireError("the message is not JSON") from None
    if not isinstance(envelope, dict) or not {"version", "type", "value"} <= envelope.keys():
        raise WireError("the message must be an object with version, type and value")
    if envelope["version"] != VERSION:
        raise WireError(f"the message has version {str(envelope['version'])[:20]}; this side speaks {VERSION}")
    kind, value = envelope["type"], envelope["value"]
    if kind == ERROR:
        return _error(value)
    known = {each.__name__: each for each in expected}
    if not isinstance(kind, str) or kind not in known:
        raise WireError(f"the message's type must be one of {', '.join(known)}; got {str(kind)[:40]!r}")
    return decode(value, known[kind], kind, blob)


def _error_fields(error: EngineError) -> dict[str, object]:
    plain = {name: value for name, value in vars(error).items() if not name.startswith("_")}
    return {"kind": type(error).__name__, "message": str(error), "fields": plain}


def _error(value: Any) -> EngineError:
    """The error that was sent: its class by name, its attributes by theirs; an unknown class becomes EngineError."""
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        raise WireError("an error must be an object with a message")
    kind = getattr(errors, str(value.get("kind")), EngineError)
    if not (isinstance(kind, type) and issubclass(kind, EngineError)):
        kind = EngineError
    error = kind.__new__(kind, value["message"])
    Exception.__init__(error, value["message"])
    fields = value.get("fields")
    error.__dict__.update(fields if isinstance(fields, dict) else {})
    return error
