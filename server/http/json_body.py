"""Reads a request's body into a schema, and words every mistake in it.

Stock decoding is not enough here: NaN, lone surrogates, bytes that are no UTF-8, thousands of digits or brackets and
repeated names must each become a problem that names the field, and nothing large may be echoed. `json_limits` bounds
the text first, so that none of it holds the event loop.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from server.http import json_limits, problems
from server.http.base64_file import NotBase64Error, UnreadableFile, read_file
from server.http.field_names import meant
from server.http.json_limits import Cut
from server.http.problems import ProblemError, printable, shown
from server.http.route_table import route_path
from server.schemas.base import UNREADABLE, Body, Mistake, MistakesError
from server.schemas.problem import FieldError

BodyT = TypeVar("BodyT", bound=Body)

MAX_DIGITS = 100
MAX_NAME = 60

EXPECTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "bytes_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "dict_type": "an object",
    "list_type": "a list",
    "model_type": "an object",
}


class _DuplicateNameError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[BodyT]):
    """What a schema makes of a body.

    Attributes:
        body: The whole of it; None where anything is wrong.
        values: Those of its fields that are right, by name; the defaults of others too where nothing is wrong.
        mistakes: What is wrong: messages by field, in the schema's order.
        unsaid: Mistakes besides, too many to be worded.
    """

    body: BodyT | None
    values: Mapping[str, Any]
    mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unsaid: int = 0


async def read_body(request: Request, schema: type[BodyT], most: int) -> Reading[BodyT]:
    """The body as `schema`, as far as it is right; beside its files it may have `most` bytes.

    Raises:
        ProblemError: 413, 415, 400, or 422 where it is no object, or where fields are in the path.
    """
    _check_query(request)
    _check_content_type(request)
    return read(await read_document(await request.body(), schema.FILES, most), schema)


async def read_document(raw: bytes, files: Sequence[str], most: int) -> dict[str, Any]:
    """The object in a JSON text, with bytes in the place of its files.

    Args:
        raw: The text.
        files: Names of those; a member of an object after a dot.
        most: Bytes that the text may have beside them.

    Raises:
        ProblemError: 413, 400, or 422 where it is no object.
    """
    cut = json_limits.cut_out(raw, [name.rpartition(".")[2] for name in files], most)
    json_limits.check(cut.text, most, files)
    document = decode(cut)
    if not isinstance(document, dict):
        raise ProblemError(problems.INVALID_REQUEST, f"The body must be a JSON object; got {shown(document)}.")
    for name in files:
        owner, _, member = name.rpartition(".")
        holder = document.get(owner) if owner else document
        if isinstance(holder, dict) and isinstance(holder.get(member), str):
            holder[member] = await file_of(cut.whole(holder[member]))
    return document


async def file_of(text: str | memoryview) -> bytes:
    """The file in a text, or what stands for one that is none and says why.

    Raises:
        ProblemError: 400: the bytes between the quotes of a JSON string are none.
    """
    try:
        return await read_file(text)
    except NotBase64Error as error:
        return UnreadableFile(str(error))
    except json.JSONDecodeError as error:
        raise ProblemError(
            problems.NOT_JSON, f"The body must be JSON; a long string in it has: {error.msg}."
        ) from error


def read(document: dict[str, Any], schema: type[BodyT]) -> Reading[BodyT]:
    try:
        body = schema.read(document)
    except MistakesError as error:
        found = error.mistakes
    else:
        return Reading(body=body, values=body.model_dump())
    known = list(schema.model_fields)
    found.sort(key=lambda mistake: known.index(mistake.field) if mistake.field in known else len(known))
    mistakes: dict[str, list[str]] = {}
    unsaid = 0
    for number, mistake in enumerate(found):
        # Words only for those that are shown, and one for each field: a body can hold thousands of unknown fields.
        if number < problems.MAX_ERRORS or (mistake.field in known and mistake.field not in mistakes):
            worded = _field_error(mistake, schema)
            mistakes.setdefault(worded.field, []).append(worded.detail)
        else:
            unsaid += 1
    values = {name: document[name] for name in known if name in document and name not in mistakes}
    return Reading(body=None, values=values, mistakes=mistakes, unsaid=unsaid)


def decode(cut: Cut) -> object:
    """JSON text to Python values; bytes that are no UTF-8 stay in strings as surrogates, for the schema to name."""
    raw = cut.text
    if not raw.strip():
        raise ProblemError(problems.NOT_JSON, "The body must be a JSON object; it is empty.")
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        near = shown(text[error.pos : error.pos + 20]) if error.pos < len(text) else "the end of the body"
        column = error.colno + _cut_before(cut, text, error.pos)
        detail = f"The body must be JSON; line {error.lineno} column {column}: {error.msg.lower()}, got {near}."
        raise ProblemError(problems.NOT_JSON, detail) from error
    except _DuplicateNameError as error:
        name = _name(error.name)
        detail = f"{name} must be given once; it is in the body more than once"
        raise problems.invalid([FieldError(field=name, detail=detail)]) from error
    except RecursionError:
        raise ProblemError(problems.NOT_JSON, "The body must be a flat JSON object; it is nested too deeply.") from None


def _cut_before(cut: Cut, text: str, position: int) -> int:
    """How many characters of the position's line were cut out before it."""
    line = text.rfind("\n", 0, position) + 1
    before = [piece for piece in cut.pieces if line <= text.find(piece.token) < position]
    return sum(len(piece.string) - len(piece.token) for piece in before)


def _check_query(request: Request) -> None:
    """Refuses `?seed=7`, which nothing would read. Below /v1 it is left alone: OpenAI's clients send `api-version`."""
    if route_path(request.scope).startswith("/v1/"):
        return
    names = list(request.query_params)[: problems.MAX_ERRORS]
    if names:
        mistakes = [
            FieldError(field=_name(each), detail=f"{shown(each)} must be in the body; nothing of the path is read")
            for each in names
        ]
        raise problems.invalid(mistakes)


def _check_content_type(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    media_type = media_type.strip().lower()
    charset = parameters.lower().replace('"', "").replace(" ", "")
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        came = shown(media_type) if media_type else "none"
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type must be application/json; got {came}.",
            headers={"Accept-Post": "application/json"},
        )
    if "charset=" in charset and "charset=utf-8" not in charset:
        raise ProblemError(problems.UNSUPPORTED_MEDIA_TYPE, f"The charset must be utf-8; got {shown(charset)}.")
    check_encoding(request)


def check_encoding(request: Request) -> None:
    """Refuses a compressed body.

    Raises:
        ProblemError: 415.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"The body must not be compressed; got Content-Encoding {shown(encoding)}.",
            headers={"Accept-Encoding": "identity"},
        )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for raw_name, value in pairs:
        # A name with a surrogate is no field, and the schema could not even say so.
        name = raw_name.encode("utf-8", "backslashreplace").decode("utf-8")
        if name in members:
            raise _DuplicateNameError(name)
        members[name] = value
    return members


def _integer(digits: str) -> int | float:
    # Python refuses to convert thousands of digits; as a float the schema refuses it, and names the field.
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _name(name: str) -> str:
    return printable(name[:MAX_NAME]) + ("..." if len(name) > MAX_NAME else "")


def _field_error(mistake: Mistake, schema: type[Body]) -> FieldError:
    name = mistake.field
    if mistake.rule == "extra_forbidden":
        if mistake.inside:
            return FieldError(field=name, detail=f"{name}.{_name(mistake.inside)} is nothing {name} has")
        return FieldError(field=_name(name), detail=_unknown(name, schema))
    dot = "." if mistake.inside and not mistake.inside.startswith("[") else ""
    what = f"{name}{dot}{_name(mistake.inside)}"
    return FieldError(field=name, detail=f"{what} {_rule(mistake)}")


def _rule(mistake: Mistake) -> str:
    came, context = mistake.came, mistake.context
    match mistake.rule:
        case "missing":
            return "is required; it is missing"
        case "string_too_short":
            return "must not be empty; it is"
        case "value_error" if isinstance(came, list):
            return f"must hold two numbers; got {shown(came)}"
        case "string_unicode" | "value_error":
            return _unreadable(str(came))
        case "literal_error":
            return f"must be {context['expected']}; got {shown(came)}"
        case "greater_than":
            return f"must be more than {context['gt']:g}; got {shown(came)}"
        case "greater_than_equal":
            return f"must be at least {context['ge']:g}; got {shown(came)}"
        case "string_too_long" | "too_long" if isinstance(came, str):
            return f"may have at most {context['max_length']} characters; got {len(came)}"
        case "too_short" | "too_long":
            return f"must hold {_number_of_values(context)}; got {shown(came)}"
        case "less_than_equal":
            return f"must be at most {context['le']:.10g}; got {shown(came)}"
    return f"must be {EXPECTED.get(mistake.rule, 'valid')}; got {shown(came)}"


def _number_of_values(context: Mapping[str, Any]) -> str:
    """How many a list may hold, as far as the rule that is broken says."""
    bound, most = ("at least", context["min_length"]) if "min_length" in context else ("at most", context["max_length"])
    return f"{bound} {most} value{'s' if most != 1 else ''}"


def _unreadable(text: str) -> str:
    match = UNREADABLE.search(text)
    assert match is not None
    position, code = match.start(), ord(match[0])
    if code == 0:
        return f"must not contain NUL; found one at character {position}"
    if 0xDC80 <= code <= 0xDCFF:
        came = f"a byte that is no UTF-8 (0x{code - 0xDC00:02x}) or an unpaired surrogate (\\u{code:04x})"
    else:
        came = f"an unpaired surrogate (\\u{code:04x})"
    return f"must be Unicode text; character {position} is {came}"


def _unknown(name: str, schema: type[Body]) -> str:
    known = list(schema.model_fields)
    near = meant(name[:MAX_NAME], known)
    hint = f"did you mean {near}?" if near else f"known fields are {', '.join(known)}"
    return f"{_name(name)} is no field of this request; {hint}"
