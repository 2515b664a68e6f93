"""A file in base64 as people send it: with line breaks, in either alphabet, unpadded, or as a `data:` URL.

See RFC 4648 and RFC 2397. Megabytes are read in pieces, with a turn of the event loop between them, so that nobody
else waits for them.
"""

import asyncio
import binascii
import json
import re
from collections.abc import Iterator

from server.http.problems import shown
from server.schemas.base import MAX_FILE_CHARACTERS

#: What one turn of the event loop reads: a few milliseconds.
PIECE = 128 * 1024
#: The longest escape of JSON: a backslash, u, and four digits.
_ESCAPE = 6

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ONE_ALPHABET = bytes.maketrans(b"-_", b"+/")
_WHITESPACE = b" \t\r\n\f\v"
_DATA_URL = re.compile(r"\s*data:([^,]{0,200}),", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(https?|file|blob|data):", re.IGNORECASE)
_MUST = "must be a file in base64"


class UnreadableFile(bytes):
    """Stands in a document where a file could not be read, and says why."""

    reason: str

    def __new__(cls, reason: str) -> "UnreadableFile":
        """An empty file with a reason."""
        made = super().__new__(cls)
        made.reason = reason
        return made


class NotBase64Error(ValueError):
    """Says what a text must be to be a file, and what is wrong with it."""


async def read_file(text: str | memoryview) -> bytes:
    """The file in a text.

    Args:
        text: The characters, or the bytes between the quotes of a JSON string, escapes and all.

    Raises:
        NotBase64Error: It is no base64, or too long.
        json.JSONDecodeError: The bytes are no JSON string.
    """
    reader = _Reader()
    pieces = _of_string(text) if isinstance(text, str) else _of_json(text)
    for piece in pieces:
        reader.read(piece)
        await asyncio.sleep(0)
    return reader.finish()


def read_small_file(text: str) -> bytes:
    """The file in a text so short that nobody waits for it.

    Raises:
        NotBase64Error: It is no base64, or too long.
    """
    reader = _Reader()
    reader.read(text)
    return reader.finish()


def _of_string(text: str) -> Iterator[str]:
    for start in range(0, len(text), PIECE):
        yield text[start : start + PIECE]


def _of_json(text: memoryview) -> Iterator[str]:
    """The characters of a JSON string, piece by piece; no escape is cut in two."""
    start = 0
    while start < len(text):
        piece = bytes(text[start : start + PIECE])
        if start + len(piece) < len(text):
            piece = piece[: _whole_escapes(piece)]
        start += len(piece)
        yield str(json.loads(f'"{piece.decode("ascii", "surrogateescape")}"'))


def _whole_escapes(piece: bytes) -> int:
    """How much of a piece there is before an escape that may go on behind it."""
    first = piece.find(b"\\", len(piece) - _ESCAPE)
    if first < 0:
        return len(piece)
    before = piece[:first]
    escaped = (len(before) - len(before.rstrip(b"\\"))) % 2
    return first + escaped


class _Reader:
    """Base64 in pieces to bytes."""

    def __init__(self) -> None:
        self._position = self._length = self._padding = 0
        self._carry = b""
        self._parts: list[bytes] = []

    def read(self, piece: str) -> None:
        begin = self._after_data_url(piece) if self._position == 0 else 0
        try:
            characters = piece[begin:].encode("ascii").translate(_ONE_ALPHABET, _WHITESPACE)
        except UnicodeEncodeError as error:
            raise self._stray(begin + error.start, piece) from None
        if stray := characters.translate(None, _ALPHABET + b"="):
            raise self._stray(piece.index(chr(stray[0]), begin), piece)
        body = characters.rstrip(b"=")
        if b"=" in body or (body and self._padding):
            place = piece.find("=", begin)
            raise NotBase64Error(f"{_MUST}; = may only stand at its end, and one is character {self._position + place}")
        self._padding += len(characters) - len(body)
        self._length += len(characters)
        self._position += len(piece)
        if self._length <= MAX_FILE_CHARACTERS:
            body = self._carry + body
            whole = len(body) // 4 * 4
            self._carry = body[whole:]
            self._parts.append(binascii.a2b_base64(body[:whole]))

    def finish(self) -> bytes:
        if self._length > MAX_FILE_CHARACTERS:
            raise NotBase64Error(f"may have at most {MAX_FILE_CHARACTERS} characters; got {self._length}")
        if self._length == 0:
            raise NotBase64Error(f"{_MUST}; it is empty")
        if len(self._carry) == 1 or self._padding > 2:
            what = (
                "ends with one character of a group of four" if self._padding <= 2 else f"ends with {self._padding} ="
            )
            raise NotBase64Error(f"{_MUST}; it {what}, so it is cut off or put together wrongly")
        self._parts.append(binascii.a2b_base64(self._carry + b"=" * (-len(self._carry) % 4)))
        return b"".join(self._parts)

    def _after_data_url(self, piece: str) -> int:
        """Where the base64 begins."""
        if (url := _DATA_URL.match(piece)) is not None:
            if not url[1].strip().lower().endswith(";base64"):
                raise NotBase64Error(
                    f"{_MUST}; the data: URL must say ;base64 before its comma, and has {shown(url[1])}"
                )
            return url.end()
        if (address := _ADDRESS.match(piece)) is not None:
            raise NotBase64Error(f"{_MUST} itself; got an address that begins with {address[1].lower()}:")
        return 0

    def _stray(self, place: int, piece: str) -> NotBase64Error:
        return NotBase64Error(f"{_MUST}; character {self._position + place} is {shown(piece[place])}")
