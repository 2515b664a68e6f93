"""Server-sent events from bytes (HTML standard, "interpreting an event stream"); it does no reading of its own."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RawEvent:
    """One event: its name, its data, and the id that a later request may go on after."""

    name: str
    data: str
    id: str


class Decoder:
    """Takes pieces of a stream as they come and gives the events that they complete."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._name = ""
        self._data: list[str] = []
        self._id = ""

    def feed(self, piece: bytes) -> Iterator[RawEvent]:
        """The events that end in this piece."""
        self._rest += self._text.decode(piece)
        *lines, self._rest = self._split(self._rest)
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                yield RawEvent(name=self._name or "message", data="\n".join(self._data), id=self._id)
                self._name, self._data = "", []
            else:
                self._name = ""

    @staticmethod
    def _split(text: str) -> list[str]:
        """Lines and the unfinished rest; a lone CR at the end may be half of a CRLF and waits."""
        held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        *lines, rest = text.split("\n")
        return [*lines, rest + held]

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
