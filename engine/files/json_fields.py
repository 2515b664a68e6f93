"""Dataclasses as plain JSON values and back, typed by the fields they declare.

It goes by the fields a dataclass declares and names none of them, so a new field travels without a change here. A field
at its default is left out. Bytes travel beside the text where the caller offers a buffer, else as base64.
"""

import base64
import binascii
import dataclasses
import types
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from functools import cache
from pathlib import PurePath
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.errors import WireError

T = TypeVar("T")

_BASE64, _BLOB = "base64", "blob"


def read(value: object, kind: type[T]) -> T:
    """A dataclass of plain JSON values, such as settings in a file.

    Raises:
        WireError: A field is unknown, missing or of another type, or the dataclass refuses it.
    """
    result: T = decode(value, kind, kind.__name__, b"")
    return result


def plain(value: object) -> Any:
    """A dataclass as plain JSON values, without the fields at their defaults; what `read` reads."""
    return encode(value, None)


def encode(value: object, blob: bytearray | None) -> Any:
    """A value as plain JSON values; its bytes go to the end of `blob`, or as base64 where that is None."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return _encode_bytes(value, blob)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(encode(key, blob)): encode(item, blob) for key, item in value.items()}
    if isinstance(value, tuple | list | AbstractSet):
        return [encode(item, blob) for item in value]
    assert dataclasses.is_dataclass(value) and not isinstance(value, type), f"{type(value)} has no form on the wire"
    return {
        field.name: encode(item, blob)
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


def decode(value: Any, hint: Any, place: str, blob: bytes) -> Any:
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
    kinds = [choice for choice in choices if choice is not types.NoneType]
    failure: WireError | None = None
    for choice in kinds:
        try:
            return decode(value, choice, place, blob)
        except WireError as error:
            failure = error
    if len(kinds) > 1 and set(kinds) <= {str, bool, int, float}:
        return _wrong(place, f"of type {' or '.join(kind.__name__ for kind in kinds)}", value)
    assert failure is not None
    raise failure


def _decode_collection(value: Any, origin: Any, arguments: tuple[Any, ...], place: str, blob: bytes) -> Any:
    if issubclass(origin, Mapping):
        if not isinstance(value, dict):
            return _wrong(place, "an object", value)
        key_hint, item_hint = arguments
        return {
            decode(_key(key, key_hint), key_hint, place, blob): decode(item, item_hint, f"{place}.{key[:40]}", blob)
            for key, item in value.items()
        }
    if not isinstance(value, list):
        return _wrong(place, "a list", value)
    fixed = origin is tuple and arguments[-1] is not Ellipsis
    if fixed and len(value) != len(arguments):
        return _wrong(place, f"a list of {len(arguments)}", value)
    hints = arguments if fixed else (arguments[0],) * len(value)
    pairs = enumerate(zip(value, hints, strict=True))
    items = [decode(item, item_hint, f"{place}[{n}]", blob) for n, (item, item_hint) in pairs]
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
    given = {name: decode(item, hints[name], f"{place}.{name}", blob) for name, item in value.items()}
    lacking = [field.name for field in dataclasses.fields(kind) if _is_needed(field) and field.name not in given]
    if lacking:
        raise WireError(f"{place} is incomplete: it lacks {', '.join(lacking)}")
    try:
        return kind(**given)
    except ValueError as error:
        raise WireError(f"{place}: {error}") from error


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    return field.init and field.default is field.default_factory is dataclasses.MISSING


def _wrong(place: str, expected: str, value: object) -> Any:
    raise WireError(f"{place} must be {expected}; got {repr(value)[:40]}")
