"""What a PNG of this engine says of itself: its description with groups, and what it was asked for with.

Read from its text chunk before any pixel is decoded, in bounded time, from bytes that may hold anything: what is not
exactly what this engine writes is as good as nothing.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.description import Description, Group, Span
from engine.pictures.encode import METADATA_KEY
from engine.pictures.header import MAX_PIECES

#: Of the text: many times what the longest description takes.
MAX_BYTES = 1_000_000
_HEAD = METADATA_KEY.encode() + b"\0\0\0\0\0"  # not compressed, no language, no translated keyword


@dataclass(frozen=True, kw_only=True)
class OwnPicture:
    """A picture's own account.

    Attributes:
        description: What was drawn, with its groups.
        asked: All that its metadata holds.
    """

    description: Description
    asked: Mapping[str, Any]


def own_picture(data: bytes) -> OwnPicture | None:
    """What a file says of itself; None if it is no PNG of this engine."""
    text = _text(data)
    if text is None:
        return None
    try:
        asked = json.loads(text)
        return OwnPicture(description=_description(asked["drawn"]), asked=asked)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _text(data: bytes) -> bytes | None:
    place = 8
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    for _ in range(MAX_PIECES):
        try:
            (length,) = struct.unpack_from(">I", data, place)
        except struct.error:
            return None
        name, body = data[place + 4 : place + 8], place + 8
        if name == b"IDAT":
            return None
        if name == b"iTXt" and data.startswith(_HEAD, body):
            return data[body + len(_HEAD) : body + length] if length <= MAX_BYTES else None
        place += 12 + length
    return None


def _description(drawn: Mapping[str, Any]) -> Description:
    """The description in a picture's metadata.

    Raises:
        ValueError: It is none.
    """
    text, spans, end = drawn["text"], [], 0
    if not isinstance(text, str):
        raise ValueError("no text")
    for start, stop, group, weight in drawn["spans"]:
        if type(start) is not int or type(stop) is not int or not end <= start <= stop <= len(text):
            raise ValueError("no span")
        spans.append(Span(start=start, end=stop, group=Group(group), weight=float(weight)))
        end = stop
    return Description(text=text, spans=tuple(spans))
