"""Markdown: headings, bullets, emphasis, links, tables. Their words stay, their signs go."""

from __future__ import annotations

import re

from engine.description.syntax.found import Found, Goes, Rule, found_by

_MARKUP = "Markdown"
_MULTILINE = re.MULTILINE


def _one_of_several(match: re.Match[str]) -> bool:
    return match.string.count("\n") > 0


_LINES: tuple[Rule, ...] = (
    Rule(("```",), re.compile(r"^[ \t]*(?P<it>```[\w-]{0,20})[ \t]*$", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("#",), re.compile(r"^[ \t]{0,3}(?P<it>#{1,6}[ \t]+)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("- ",), re.compile(r"^[ \t]*(?P<it>-[ \t]+(?:\[[ xX]\][ \t]+)?)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("* ",), re.compile(r"^[ \t]*(?P<it>\*[ \t]+)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("+ ",), re.compile(r"^[ \t]*(?P<it>\+[ \t]+)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("\u2022",), re.compile(r"^[ \t]*(?P<it>\u2022[ \t]*)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("\n",), re.compile(r"^[ \t]*(?P<it>\d{1,2}[.)][ \t]+)", _MULTILINE), _MARKUP, Goes.LINE, _one_of_several),
    Rule(("> ",), re.compile(r"^[ \t]*(?P<it>>[ \t]+)", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("---",), re.compile(r"^[ \t]*(?P<it>-{3,})[ \t]*$", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("===",), re.compile(r"^[ \t]*(?P<it>={3,})[ \t]*$", _MULTILINE), _MARKUP, Goes.LINE),
    Rule(("***",), re.compile(r"^[ \t]*(?P<it>\*{3,})[ \t]*$", _MULTILINE), _MARKUP, Goes.LINE),
)
_SIGNS: tuple[Rule, ...] = (
    Rule(("*",), re.compile(r"(?<![\w*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?![\w*])"), _MARKUP, Goes.MARK),
    Rule(("__",), re.compile(r"(?<!\w)__(?=[A-Za-z])|(?<=[\w:.])__(?!\w)"), _MARKUP, Goes.MARK),
    Rule(("~~",), re.compile(r"~~"), _MARKUP, Goes.MARK),
    Rule(("`",), re.compile(r"`+"), _MARKUP, Goes.MARK),
    Rule(("](",), re.compile(r"(?P<it>!?\[)(?=[^\[\]\n]{0,200}\]\([^()\s]{1,300}\))"), _MARKUP, Goes.MARK),
    Rule(("](",), re.compile(r"\]\((?:https?:|/|\.|#|\w+\.)[^()\s]{0,300}\)"), _MARKUP, Goes.MARK),
)
_OPENS_LINE = frozenset("-*+#>`=0123456789\u2022")


def found_in(text: str) -> list[Found]:
    """Markdown's signs in a text, in no order."""
    found = found_by(_SIGNS, text)
    if "\n" in text or text.lstrip()[:1] in _OPENS_LINE:
        found += found_by(_LINES, text)
    return [*found, *_tables(text)]


_ROW = re.compile(r"^[ \t]*\|[^\n]*$", _MULTILINE)
_RULE_ROW = re.compile(r"[ \t|:-]+")


def _tables(text: str) -> list[Found]:
    """The pipes of a table's rows, its row of dashes, and the row of headings above that."""
    if "|" not in text or not text.lstrip().startswith("|") and "\n|" not in text and "\n |" not in text:
        return []
    rows = [(match.start(), match.end()) for match in _ROW.finditer(text)]
    ruled = {index for index, (start, end) in enumerate(rows) if _RULE_ROW.fullmatch(text, start, end)}
    found = []
    for index, (start, end) in enumerate(rows):
        if index in ruled or index + 1 in ruled:
            found.append(Found(start, end, "a table's headings", Goes.LINE))
        else:
            found += _pipes(text, start, end)
    return found


def _pipes(text: str, start: int, end: int) -> list[Found]:
    """The pipes of one row: the first cell is a key, the others are its values."""
    places = [place for place in range(start, end) if text[place] == "|"]
    last = len(text[start:end].rstrip()) + start - 1
    found = []
    for number, place in enumerate(places):
        goes = Goes.LINE if number == 0 else Goes.WORD if place == last else Goes.COLON if number == 1 else Goes.PARTS
        found.append(Found(place, place + 1, _MARKUP, goes))
    return found
