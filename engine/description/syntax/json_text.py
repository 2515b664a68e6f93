"""A description that came as JSON: its strings are words, everything else is punctuation.

A key that names what must not be in the picture makes its value absent; so does a value such as null or "none" its key.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.description.syntax.found import Absent, Cut, Ignored
from engine.description.syntax.headings import NEGATIVE_NAMES, NOTHING

_TOKEN = re.compile(r'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"|(?P<mark>[{}\[\]:,])|(?P<literal>[^\s"{}\[\]:,]+)', re.DOTALL)
_LOOKS = re.compile(r'[{,]\s*"[^"\\\n]{1,80}"\s*:')
_WHY = "JSON"
#: Keys that only say that their value is the description.
_PLAIN_KEYS = frozenset(
    ("prompt", "positive", "positive_prompt", "positive prompt", "description", "text", "caption", "input")
)
#: Keys of settings, which are no words of a description, and neither are their values.
_SETTINGS = frozenset(
    ("seed", "steps", "cfg", "cfg_scale", "guidance_scale", "guidance", "sampler", "sampler_name", "scheduler", "width",
     "height", "model", "model_hash", "batch_size", "n", "num_images", "clip_skip", "denoising_strength", "size",
     "aspect_ratio", "loras", "lora", "version", "id")
)  # fmt: skip


class _Token(NamedTuple):
    start: int
    end: int
    #: The bracket, colon or comma; nothing for a text or literal.
    mark: str
    #: Whether it is quoted.
    quoted: bool


class JsonReading(NamedTuple):
    """What JSON leaves of itself."""

    ignored: list[Ignored]
    cuts: list[Cut]
    absent: list[Absent]


def read_json(text: str) -> JsonReading | None:
    """What is punctuation and what is absent in the JSON of a text; None where it holds none."""
    if '"' not in text or "{" not in text or _LOOKS.search(text) is None:
        return None
    start, end = text.index("{"), text.rfind("}") + 1
    if end <= start:
        return None
    tokens = []
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        first, last = match.span(kind) if kind == "text" else match.span()
        tokens.append(_Token(first, last, match.group() if kind == "mark" else "", kind == "text"))
    return _Reader(text, start, end, tokens).read()


class _Reader:
    """Reads the tokens once."""

    def __init__(self, text: str, start: int, end: int, tokens: list[_Token]) -> None:
        self._text = text
        self._end = end
        self._tokens = tokens
        self._reached = start  # what is before it is words, or cut already
        self._gap = ""  # the marks since the last words
        self._said = False
        self._found = JsonReading([], [], [])

    def read(self) -> JsonReading:
        index = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if token.mark:
                self._gap += token.mark
                index += 1
            elif self._is_key(index):
                index = self._read_key(index)
            else:
                self._keep(token)
                index += 1
        self._cut(self._end)
        return self._found

    def _is_key(self, index: int) -> bool:
        return index + 1 < len(self._tokens) and self._tokens[index + 1].mark == ":"

    def _read_key(self, index: int) -> int:
        """Read a key, and its value too where that is no description; return the index after what was read."""
        token = self._tokens[index]
        name = self._text[token.start : token.end].strip().lower()
        value, after = index + 2, self._after_value(index + 2)
        if name in NEGATIVE_NAMES:
            self._deny(value, after)
            return after
        if name in _SETTINGS:
            return after
        if name in _PLAIN_KEYS:
            self._gap += ","
            return value
        if self._says_nothing(value, after):
            self._keep(token)
            self._found.absent.append(Absent(token.start, token.end, False))
            return after
        self._keep(token)
        if after == value + 1 and not self._tokens[value].quoted and self._literal(value) == "true":
            return after
        self._gap = ":"
        return value

    def _after_value(self, index: int) -> int:
        """The index after the value that begins at a token."""
        depth = 0
        while index < len(self._tokens):
            mark = self._tokens[index].mark
            depth += (mark in "{[") - (mark in "}]") if mark else 0
            if depth < 0:
                return index
            index += 1
            if depth == 0 and mark not in (",", ":"):
                return index
        return index

    def _literal(self, index: int) -> str:
        return self._text[self._tokens[index].start : self._tokens[index].end].strip().lower()

    def _says_nothing(self, value: int, after: int) -> bool:
        said = [self._literal(index) for index in range(value, min(after, value + 3)) if not self._tokens[index].mark]
        if after > value + 3:
            return False
        return not any(said) or said in (["null"], ["false"]) or NOTHING.fullmatch(said[0]) is not None

    def _deny(self, value: int, after: int) -> None:
        for index in range(value, after):
            token = self._tokens[index]
            if not token.mark and token.start < token.end:
                self._gap += ","
                self._keep(token)
                self._found.absent.append(Absent(token.start, token.end, True))

    def _keep(self, token: _Token) -> None:
        """Let a text stand, and cut what is between it and the words before."""
        if token.start == token.end:
            return
        self._cut(token.start)
        self._reached, self._gap, self._said = token.end, "", True
        for match in re.finditer(r"_|\\.", self._text[token.start : token.end]):
            first = token.start + match.start()
            self._add(first, first + len(match.group()), " ", "")

    def _cut(self, end: int) -> None:
        instead, parting = "", ""
        if self._said:
            colon = self._gap.rstrip("{[") == ":"
            instead, parting = (": ", ":") if colon else (", ", "\n" if set(self._gap) - {","} else ",")
            if self._gap == "," and self._in_object(end):
                parting = "\n"
        if self._reached < end:
            self._add(self._reached, end, instead, parting)

    def _in_object(self, end: int) -> bool:
        """Whether a key follows."""
        return re.compile(r'[^"\\\n]{0,80}"\s*:').match(self._text, end) is not None

    def _add(self, start: int, end: int, instead: str, parting: str) -> None:
        self._found.cuts.append(Cut(start, end, instead, parting))
        said = self._text[start:end]
        first = start + len(said) - len(said.lstrip())
        if said.strip():
            self._found.ignored.append(Ignored(first, first + len(said.strip()), _WHY))
