"""The engine's requests, events, facts and errors as JSON text, for an engine that runs in another process.

It goes by the fields a dataclass declares and names none of them, so a new field travels without a change here. Bytes
travel beside the text where the caller offers a buffer, else as base64. A field at its default is left out: the newer
of two sides can be used with the older one as long as nobody asks for what only the newer one knows.
"""

import base64
import binascii
import dataclasses
import json
import types
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import PurePath
from typing import Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from engine import errors
from engine.errors import EngineError, WireError
from engine.events import Event
from engine.request import GenerationRequest, ModelInfo
from engine.stats import EngineStats

T = TypeVar("T")

VERSION = 1
ERROR = "error"
_BASE64, _BLOB = "base64", "blob"


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


Question: TypeAlias = GenerationRequest | Describe
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
        kind, value = type(message).__name__, _encode(message, blob)
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
    return _decode(value, known[kind], kind, blob)


def read(value: object, kind: type[T]) -> T:
    """A dataclass of plain JSON values, such as settings in a file.

    Raises:
        WireError: A field is unknown, missing or of another type, or the dataclass refuses it.
    """
    result: T = _decode(value, kind, kind.__name__, b"")
    return result


def plain(value: object) -> Any:
    """A dataclass as plain JSON values, without the fields at their defaults; what `read` reads."""
    return _encode(value, None)


def _encode(value: object, blob: bytearray | None) -> Any:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return _encode_bytes(value, blob)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(_encode(key, blob)): _encode(item, blob) for key, item in value.items()}
    if isinstance(value, tuple | list | AbstractSet):
        return [_encode(item, blob) for item in value]
    assert dataclasses.is_dataclass(value) and not isinstance(value, type), f"{type(value)} has no form on the wire"
    return {
        field.name: _encode(item, blob)
        for field in dataclasses.fields(value)
        if (item := getattr(value, field.name)) is not (default := _default(field)) and item != default
    }


def _default(field: dataclasses.Field[Any]) -> object:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _encode_bytes(value: bytes, blob: bytearray | None) -> dict[str, object]:
    if blob is None:
        return {_BASE64: base64.b64encode(value).decode("ascii")}
    start = len(blob)
    blob += value
    return {_BLOB: [start, len(value)]}


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(value: Any, hint: Any, place: str, blob: bytes) -> Any:
    """The value a hint asks for; `place` names it in messages."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(value, arguments, place, blob)
    if origin is Literal:
        return value if value in arguments else _wrong(place, f"one of {arguments}", value)
    if origin in (tuple, list, frozenset, set) or (isinstance(origin, type) and issubclass(origin, Collection)):
        return _decode_collection(value, origin, arguments, place, blob)
    if hint is bytes:
        return _decode_bytes(value, place, blob)
    if hint is float:
        return float(value) if type(value) in (int, float) else _wrong(place, "a number", value)
    if isinstance(hint, type) and issubclass(hint, PurePath):
        return hint(value) if isinstance(value, str) else _wrong(place, "a path", value)
    if hint in (str, bool, int):
        return value if type(value) is hint else _wrong(place, f"of type {hint.__name__}", value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            return _wrong(place, f"a {hint.__name__}", value)
    assert isinstance(hint, type) and dataclasses.is_dataclass(hint), f"{place}: {hint} has no form on the wire"
    return _decode_dataclass(value, hint, place, blob)


def _decode_union(value: Any, choices: tuple[Any, ...], place: str, blob: bytes) -> Any:
    if value is None and types.NoneType in choices:
        return None
    failure: WireError | None = None
    for choice in choices:
        if choice is not types.NoneType:
            try:
                return _decode(value, choice, place, blob)
            except WireError as error:
                failure = error
    assert failure is not None
    raise failure


def _decode_collection(value: Any, origin: Any, arguments: tuple[Any, ...], place: str, blob: bytes) -> Any:
    if issubclass(origin, Mapping):
        if not isinstance(value, dict):
            return _wrong(place, "an object", value)
        key_hint, item_hint = arguments
        return {
            _decode(_key(key, key_hint), key_hint, place, blob): _decode(item, item_hint, f"{place}.{key[:40]}", blob)
            for key, item in value.items()
        }
    if not isinstance(value, list):
        return _wrong(place, "a list", value)
    fixed = origin is tuple and arguments[-1] is not Ellipsis
    if fixed and len(value) != len(arguments):
        return _wrong(place, f"a list of {len(arguments)}", value)
    hints = arguments if fixed else (arguments[0],) * len(value)
    pairs = enumerate(zip(value, hints, strict=True))
    items = [_decode(item, item_hint, f"{place}[{n}]", blob) for n, (item, item_hint) in pairs]
    if issubclass(origin, AbstractSet):
        return frozenset(items)
    return items if origin is list else tuple(items)


def _key(key: str, hint: Any) -> Any:
    """JSON has text for keys alone."""
    if hint not in (int, float):
        return key
    try:
        return hint(key)
    except ValueError:
        return key


def _decode_bytes(value: Any, place: str, blob: bytes) -> bytes:
    match value:
        case {"blob": [int(start), int(length)]} if 0 <= start <= start + length <= len(blob):
            return bytes(blob[start : start + length])
        case {"base64": str(text)}:
            try:
                return base64.b64decode(text, validate=True)
            except binascii.Error:
                pass
    raise WireError(f"{place} must be bytes, as base64 or as a place beside the text")


def _decode_dataclass(value: Any, kind: type, place: str, blob: bytes) -> Any:
    if not isinstance(value, dict):
        return _wrong(place, "an object", value)
    hints = _hints(kind)
    unknown = sorted(value.keys() - hints.keys())
    if unknown:
        raise WireError(f"{place} has no {unknown[0][:40]!r}: the other side is newer than this one")
    given = {name: _decode(item, hints[name], f"{place}.{name}", blob) for name, item in value.items()}
    try:
        return kind(**given)
    except TypeError as error:
        raise WireError(f"{place} is incomplete: {error}") from error
    except ValueError as error:
        raise WireError(f"{place}: {error}") from error


def _wrong(place: str, expected: str, value: object) -> Any:
    raise WireError(f"{place} must be {expected}; got {str(value)[:40]!r}")


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
