"""Bounds a body's JSON text before anything is made of it: bytes beside its files, nesting, number of values.

Whatever a parser or a schema does with a text within these bounds takes milliseconds. A file in base64 (`init_image`,
`mask`) is cut out first, unread, since its megabytes would hold the event loop as one string.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from server.http import problems
from server.http.problems import ProblemError

#: Members of objects and items of lists, in the whole body; a request has a few dozen.
MAX_VALUES = 1200
#: Objects and lists in one another; a request has three.
MAX_DEPTH = 32
#: A text of so many bytes may be parsed whole, files and all.
SMALL = 64 * 1024

# A whole string, a mark of structure, or the quote of a string that never ends. Possessive: no text makes it go back.
_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_OPENING, _CLOSING, _COMMA, _QUOTE = b"[{", b"]}", ord(","), ord('"')


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A long string that was cut out of a body's text.

    Attributes:
        token: Stands where the string was.
        string: What stood there, between its quotes, with its escapes.
    """

    token: str
    string: memoryview


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A body's text with tokens in place of its long strings.

    Attributes:
        text: What is left.
        pieces: What was cut out.
    """

    text: bytes
    pieces: tuple[Piece, ...] = ()

    def whole(self, value: str) -> str | memoryview:
        """The string that a token stands for, or the value itself."""
        return next((piece.string for piece in self.pieces if piece.token == value), value)


def cut_out(raw: bytes, names: Iterable[str], most: int = SMALL) -> Cut:
    """Takes the first long string that is each name's value out of a body's text of more than `most` bytes."""
    whole = min(SMALL, most)
    text, pieces = raw, []
    for name in names:
        if len(text) > whole and (place := _long_string(text, name, whole // 2)) is not None:
            start, end = place
            token = f"cut-{secrets.token_hex(8)}"
            pieces.append(Piece(token=token, string=memoryview(text)[start:end]))
            text = b"".join((memoryview(text)[:start], token.encode(), memoryview(text)[end:]))
    return Cut(text=text, pieces=tuple(pieces))


def check(text: bytes, most: int, files: Iterable[str]) -> None:
    """Refuses what is too much to look at.

    Args:
        text: JSON, without its files.
        most: Bytes it may have.
        files: Names of the fields whose files were cut out.

    Raises:
        ProblemError: 413, 400 or 422.
    """
    if len(text) > most:
        beside = f" beside {' and '.join(files)}" if files else ""
        detail = f"The body may have at most {most} bytes{beside}; got {len(text)}."
        raise ProblemError(problems.BODY_TOO_LARGE, detail)
    depth, values = 0, 1
    for token in _TOKENS.finditer(text):
        mark = text[token.start()]
        if mark == _QUOTE:
            if token.end() - token.start() == 1:
                return  # The parser says where the text breaks off.
        elif mark == _COMMA:
            values += 1
        elif mark in _CLOSING:
            depth -= 1
        else:
            depth, values = depth + 1, values + 1
        if depth > MAX_DEPTH:
            detail = f"The body must be a flat JSON object; it is nested too deeply, over {MAX_DEPTH} levels."
            raise ProblemError(problems.NOT_JSON, detail)
        if values > MAX_VALUES:
            raise ProblemError(problems.INVALID_REQUEST, f"The body may hold at most {MAX_VALUES} values; it has more.")


def _long_string(raw: bytes, name: str, least: int) -> tuple[int, int] | None:
    """Where between its quotes the value of `name` is, if that is a string of `least` bytes without a quote."""
    key = raw.find(b'"%s"' % name.encode())
    opening = re.compile(rb"[ \t\r\n]{0,100}:[ \t\r\n]{0,100}\"").match(raw, key + len(name) + 2) if key >= 0 else None
    if opening is None:
        return None
    start = opening.end()
    end = raw.find(b'"', start)
    # An escaped quote is no base64. The parser gets such a string whole, where its bytes are counted.
    if end - start < least or raw[end - 1 : end] == b"\\":
        return None
    return start, end
