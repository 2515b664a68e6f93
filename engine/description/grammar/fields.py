"""Fields of a text that is a form, a list or a table: where their names and their values stand, and of which group.

"Hair: long, black", "- upper body = cream, linen", ``"shoes": "white leather"``, "| top | striped |". It knows names of
fields; it does not know what a value says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.description.groups import Group
from engine.description.lexicon import LEXICON, Kind, fields


class Field(NamedTuple):
    """A name at ``text[start:value]`` with the value at ``text[value:end]``."""

    start: int
    #: One past the last character of the name itself; `start` where it only labels a part ("colour").
    named: int
    value: int
    end: int
    #: The group of the value, or None where it is read like any other text.
    group: Group | None
    #: Whether the whole value is of the group, whatever garments it names.
    whole: bool
    #: Whether a garment in the value that opens it is of the group as well: the name is a garment itself.
    garment: bool


_MARKS = "[\"'`*_]"
_FIELD = re.compile(
    r"(?:^|(?<=[\n;|{},.!?\[\]*#>\"'•]))[ \t>#•+-]*(?:\d{1,2}[.)][ \t]*)?" + _MARKS + r"{0,3}"
    r"(?P<name>[a-z][a-z'-]{1,20}(?:[ /&]{1,3}[a-z'-]{1,20}){0,4})" + _MARKS + r"{0,3}[ \t]*"
    r"(?:(?P<sign>:|=)(?!//)|(?P<dash>(?<=\s)[-\u2013\u2014](?=[ \t])|\u2014)|(?P<bar>\|)|(?P<line>(?=\n)))"
    + _MARKS
    + r"{0,3}"
)
_CELL = re.compile(r"(?:^|\n)[ \t]*\|?[ \t]*$")
_HEADING = re.compile(r"(?:^|\n)[ \t]*(?:#{1,6}[ \t]*|\*\*|__|[ \t]{2})$")
_ITEMS = re.compile(r"[ \t]*\n(?:[ \t]*[-*+•]|[ \t]{2,})")
_LINE_START = re.compile(r"(?:^|\n)[ \t>*#•+-]*(?:\d{1,2}[.)][ \t]*)?[\"'*_]{0,3}$")
_ENDS_SENTENCE = re.compile(r"[.;|](?=\s|$)")
_AROUND = 12


def _names() -> dict[str, tuple[Group | None, bool]]:
    names: dict[str, tuple[Group | None, bool]] = {}
    for table, whole in ((fields.WHOLE, True), (fields.REGIONS, False)):
        for group, words in table.items():
            for name in words.split(","):
                names[" ".join(name.split())] = (group, whole)
    for words in (fields.PLAIN, fields.LABELS):
        for name in words.split(","):
            names.setdefault(" ".join(name.split()), (None, False))
    return names


_NAMES = _names()
_LABELS = frozenset(" ".join(name.split()) for name in fields.LABELS.split(","))
_NOUNS = frozenset((Kind.NOUN, Kind.PART, Kind.ACTION_OBJECT, Kind.SMALL))


def find_fields(folded: str) -> list[Field]:
    """The fields of a folded text in order, none of them overlapping; time is linear in its length."""
    if ":" not in folded and "=" not in folded and "|" not in folded and not _has_dash(folded) and "\n" not in folded:
        return []
    found: list[tuple[re.Match[str], Group | None, bool, bool]] = []
    for match in _FIELD.finditer(folded):
        meaning = _meaning(match, folded)
        if meaning is not None:
            found.append((match, *meaning))
    made: list[Field] = []
    for index, (match, group, whole, garment) in enumerate(found):
        ceiling = found[index + 1][0].start() if index + 1 < len(found) else len(folded)
        value, name = match.end(), match.group("name")
        if name in _LABELS and made and made[-1].group is not None:
            group, whole, garment = made[-1].group, made[-1].whole, made[-1].garment
        named = match.start("name") if name in _LABELS else match.end("name")
        heading = match.group("line") is not None
        end = _paragraph_end(folded, value, ceiling) if heading else _end(folded, value, ceiling)
        made.append(Field(match.start("name"), named, value, end, group, whole, garment))
    return made


def _has_dash(folded: str) -> bool:
    return " - " in folded or "\u2013" in folded or "\u2014" in folded


def _meaning(match: re.Match[str], folded: str) -> tuple[Group | None, bool, bool] | None:
    """The group that a name gives its value, whether to all of it, and whether the name is a garment."""
    name, start = match.group("name"), match.start("name")
    before = folded[max(0, start - _AROUND) : start]
    if match.group("bar") is not None and _CELL.search(before) is None:
        return None
    if match.group("line") is not None and _HEADING.search(before) is None:
        return None
    if match.group("dash") is not None and _LINE_START.search(before) is None:
        return None
    first, _, rest = name.partition(" ")
    if first in ("his", "her", "their", "the", "my") and rest:
        name = rest
    known = _NAMES.get(name)
    if known is None and " " in name:
        stem, _, last = name.rpartition(" ")
        if last in fields.ENDS:
            name, known = stem, _NAMES.get(stem)
    if known is not None:
        return known[0], known[1], False
    entry = LEXICON.get(name.replace("/", " ")) or LEXICON.get(re.split("[/&]", name)[0].strip())
    if entry is None or entry.group is None or entry.group is Group.PERSON or entry.kind not in _NOUNS:
        return None
    if entry.group in _NO_FIELDS:
        return None
    return entry.group, entry.group in _WHOLE, entry.group not in _WHOLE


_WHOLE = frozenset((Group.HAIR, Group.FACE, Group.BODY))
#: What such words head is a sentence like any other: "Street portrait: a woman in ...".
_NO_FIELDS = frozenset((Group.OTHER, Group.SHOT, Group.STYLE, Group.BACKGROUND))


def _end(folded: str, value: int, ceiling: int) -> int:
    """Where a value ends: with its line, its sentence, or at the next name; items of a list below belong to it."""
    while True:
        items = _ITEMS.match(folded, value, ceiling) if value < ceiling else None
        line = folded.find("\n", items.end() if items is not None else value, ceiling)
        if items is None or line < 0:
            break
        return _last_item(folded, line, ceiling)
    stop = line if line >= 0 else ceiling
    sentence = _ENDS_SENTENCE.search(folded, value, stop)
    return sentence.start() if sentence is not None else stop


def _paragraph_end(folded: str, value: int, ceiling: int) -> int:
    blank = folded.find("\n\n", value, ceiling)
    return blank if blank >= 0 else ceiling


def _last_item(folded: str, line: int, ceiling: int) -> int:
    while line < ceiling:
        items = _ITEMS.match(folded, line, ceiling)
        if items is None:
            return line
        following = folded.find("\n", items.end(), ceiling)
        line = following if following >= 0 else ceiling
    return ceiling
