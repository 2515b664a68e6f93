"""Reads a body of multipart/form-data (RFC 7578) into a schema, as `json_body` does one of JSON.

A form has nothing but text and files: a number is read as JSON's, `name[]` is a list, `name[key]` a member of an
object, and an empty text says nothing. What no names can say, such as the points of a pose, comes as the JSON of a
whole object in one part. It is read in pieces, with a turn of the event loop between them.
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, get_args, get_origin

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from server.http import json_body, problems
from server.http.base64_file import UnreadableFile
from server.http.json_body import Reading, check_encoding
from server.http.problems import ProblemError, shown
from server.schemas.base import Body
from server.schemas.problem import FieldError

BodyT = TypeVar("BodyT", bound=Body)

MEDIA_TYPE = "multipart/form-data"
#: Parts of a form; a request has a few dozen.
MAX_PARTS = 200
PIECE = 128 * 1024
_NAME = re.compile(r"([A-Za-z0-9_.-]{1,60})(?:\[([^\[\]]{0,60})\])?")
_NUMBER = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?([eE][+-]?[0-9]{1,3})?")
_WORDS = {"true": True, "false": False}


@dataclass(kw_only=True)
class Part:
    """One part of a form, as far as it was read."""

    headers: dict[str, str] = field(default_factory=dict)
    data: bytearray = field(default_factory=bytearray)
    name: str = ""
    is_file: bool = False


async def read_form(request: Request, schema: type[BodyT], most: int) -> Reading[BodyT]:
    """The body as `schema`, as far as it is right; beside its files it may have `most` bytes.

    Raises:
        ProblemError: 413, 415, 400, or 422 where a name is none.
    """
    boundary = _boundary(request)
    parts = await _parts(await request.body(), boundary)
    beside = sum(len(part.data) for part in parts if not part.is_file)
    if beside > most:
        detail = f"The body may have at most {most} bytes beside its files; got {beside}."
        raise ProblemError(problems.BODY_TOO_LARGE, detail)
    return json_body.read(await _document(parts, schema, most), schema)


def _boundary(request: Request) -> bytes:
    came = request.headers.get("content-type", "")
    media_type, options = parse_options_header(came)
    if media_type != MEDIA_TYPE.encode():
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type must be {MEDIA_TYPE}; got {shown(came) if came else 'none'}.",
            headers={"Accept-Post": MEDIA_TYPE},
        )
    check_encoding(request)
    if not options.get(b"boundary"):
        raise _no_form("its Content-Type names no boundary")
    return options[b"boundary"]


async def _parts(body: bytes, boundary: bytes) -> list[Part]:
    reader = _Reader(boundary)
    for start in range(0, len(body), PIECE):
        reader.read(body[start : start + PIECE])
        await asyncio.sleep(0)
    return reader.finish()


class _Reader:
    """Collects the parts of a form."""

    def __init__(self, boundary: bytes) -> None:
        self._parts: list[Part] = []
        self._ended = False
        self._name = self._value = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_part_data": self._data,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _no_form(str(error)) from error

    def read(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _no_form(str(error)) from error

    def finish(self) -> list[Part]:
        if not self._ended:
            raise _no_form("it breaks off before its last boundary" if self._parts else "it has no parts")
        return self._parts

    def _begin(self) -> None:
        if len(self._parts) == MAX_PARTS:
            raise ProblemError(problems.INVALID_REQUEST, f"The body may have at most {MAX_PARTS} parts; it has more.")
        self._parts.append(Part())

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._parts[-1].data += memoryview(data)[start:end]

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._parts[-1].headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        part = self._parts[-1]
        kind, options = parse_options_header(part.headers.get("content-disposition", ""))
        if kind != b"form-data" or b"name" not in options:
            raise _no_form("a part's Content-Disposition must be form-data with a name")
        if part.headers.get("content-transfer-encoding", "binary").lower() not in ("7bit", "8bit", "binary"):
            raise _no_form("a part must not have a Content-Transfer-Encoding of its own")
        part.name = options[b"name"].decode("utf-8", "backslashreplace")
        part.is_file = b"filename" in options

    def _end(self) -> None:
        self._ended = True


def _no_form(what: str) -> ProblemError:
    return ProblemError(problems.NOT_A_FORM, f"The body must be {MEDIA_TYPE}; {what.rstrip('.')}.")


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What a field holds: a value, a list, an object or a file; and whether the values in it are text."""

    kind: str = "value"
    is_text: bool = True


async def _document(parts: list[Part], schema: type[Body], most: int) -> dict[str, Any]:
    """The form as the JSON object that says the same; a JSON text in it may have `most` bytes."""
    shapes = {name: _shape(each.annotation) for name, each in schema.model_fields.items()}
    shapes |= {name: _Shape(kind="file") for name in schema.FILES if name in shapes}
    document: dict[str, Any] = {}
    for part in parts:
        if (match := _NAME.fullmatch(part.name)) is None:
            rule = "name, name[] or name[key] with a plain key; deeper objects and lists go into one part, as JSON"
            raise _mistake(shown(part.name), f"a part's name must be {rule}; got {shown(part.name)}")
        name, key = match[1], match[2]
        if name not in shapes:
            document[name] = ""  # whatever it holds: the schema says that there is no such field
            continue
        if shapes[name].kind == "object":
            files = [file.removeprefix(f"{name}.") for file in schema.FILES if file.startswith(f"{name}.")]
            value = await _of_object(part, name, key, shapes[name], files, most)
        else:
            value = _value(part, name, shapes[name])
        if value is not None or name == "prompt":
            _put(document, name, key, value, shapes[name])
    return document


async def _of_object(part: Part, name: str, key: str | None, shape: _Shape, files: list[str], most: int) -> object:
    """A member, which may be a file, as it is or in base64; or all of them, as JSON."""
    if key in files:
        text = part.data.decode("utf-8", "surrogateescape")
        return bytes(part.data) if part.is_file else await json_body.file_of(text)
    if key or part.is_file or not part.data.lstrip().startswith(b"{"):
        return _value(part, name, shape)
    try:
        return await json_body.read_document(bytes(part.data), files, most)
    except ProblemError as error:
        raise _mistake(name, error.problem.detail.replace("The body", name, 1)) from error


def _put(document: dict[str, Any], name: str, key: str | None, value: object, shape: _Shape) -> None:
    if shape.kind == "list" and not key:
        document.setdefault(name, []).append(value)
        return
    members, what = document, name
    if key and shape.kind == "object":
        members, what = document.setdefault(name, {}), key
    elif shape.kind == "object" and not isinstance(value, dict):
        how = f"{name}[NAME] for each of its members, or as JSON"
        raise _mistake(name, f"{name} must be sent as {how}; got {shown(value)}")
    elif key:
        what = f"{name}[{key}]"  # no field has such a name: the schema says so
    if what in members:
        more = "one picture" if shape.kind == "file" else "given once"
        part = f"{name}[{key}]" if key else name
        raise _mistake(name, f"{part} must be {more}; the body says it several times")
    members[what] = value


def _mistake(name: str, detail: str) -> ProblemError:
    return problems.invalid([FieldError(field=name, detail=detail)])


def _value(part: Part, name: str, shape: _Shape) -> object:
    if shape.kind == "file":
        return bytes(part.data) if part.is_file else UnreadableFile("must be a file: a part with a filename; got text")
    if part.is_file:
        raise _mistake(name, f"{name} must be text; got a file")
    text = part.data.decode("utf-8", "surrogateescape")
    if not text and name != "prompt":
        return None
    return text if shape.is_text else _plain(text)


def _plain(text: str) -> object:
    """A number, true or false; what is none of them stays text, for the schema to refuse."""
    if _NUMBER.fullmatch(text):
        return float(text) if re.search("[.eE]", text) else int(text)
    return _WORDS.get(text, text)


def _shape(annotation: Any) -> _Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0])
    if origin is list:
        return _Shape(kind="list", is_text=_shape(arguments[0]).is_text)
    if origin is dict:
        return _Shape(kind="object", is_text=_shape(arguments[1]).is_text)
    if isinstance(annotation, type) and issubclass(annotation, Body):
        return _Shape(kind="object", is_text=False)
    if annotation in (int, float, bool):
        return _Shape(is_text=False)
    inner = [_shape(each) for each in arguments if each is not type(None) and not isinstance(each, str)]
    return inner[0] if inner else _Shape()
