"""What is left hanging where a phrase is taken out of a text: where the text before it ends, and where it goes on.

It knows the words that join phrases; it does not know why a phrase goes.
"""

from __future__ import annotations

import re

# What hangs before a phrase where nothing follows in its clause, and after one otherwise.
_BEFORE = re.compile(
    r"(?:[\s,;]*\b(?:with|and|in|wearing|has|having|over|under|on|carrying|dressed|a|an|the)\b){0,4}[\s,;]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^\s*(?:(?:,|;|and\b|with\b|over\b|under\b)\s*){0,3}", re.IGNORECASE)
# The same before an absence, where nothing follows in its clause: "a man who is not smiling, in a coat".
_BEFORE_ABSENCE = re.compile(
    r"(?:[\s,;]*\b(?:with|and|but|or|wearing|wears|has|have|had|having|been|if|there's|she's|he's|who|that|which|is|are|"
    r"was|were|he|she|they|it|i|we|you|there|in|please|whose|should|must|be|does|do|did)\b){0,4}[\s,;]*$",
    re.IGNORECASE,
)
# What hangs after one, and what must be before it for that to hang.
_CONTRAST = re.compile(r"(?:but|yet)\s+(?:(?:rather|instead)\s+)?", re.IGNORECASE)
_ADDITION = re.compile(r"(?:and|or|nor|just)\s+", re.IGNORECASE)
_EXCEPTION = re.compile(r"(?:apart|aside)\s+from\s+|except\s+(?:for\s+)?|other\s+than\s+|save\s+for\s+", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"(?:^|[,;:.!?\n]|\b(?:with|has|have|having|wearing|wears|is|are|in|and|but))\s*$", re.IGNORECASE
)
_LEAD = re.compile(r"\b(?P<lead>with|in|has|having|wearing|wears)$", re.IGNORECASE)
_LEAD_AGAIN = re.compile(r"(?P<lead>with|in|has|having|wearing|wears)\s+", re.IGNORECASE)
_BEGINS = re.compile(r"(?:^|[,;:.!?\n])\s*$")
# Between two absences, so that they go as one.
_BETWEEN = re.compile(r"(?:[\s,;]|\b(?:and|or|nor|but|with)\b)*", re.IGNORECASE)
_NUM_LOOKED_AT = 60  # characters of glue beside a phrase; longer glue is a sentence of its own
_NUM_LOOKED_AT_ABSENCE = 40


def around_phrase(text: str, floor: int, start: int, end: int, ceiling: int, *, begins: bool) -> tuple[int, int]:
    """Where the text before ``text[start:end]`` ends without it, and where it goes on.

    Args:
        text: All of it.
        floor: Where the phrase before it ends.
        start: First character of the phrase.
        end: One past its last.
        ceiling: Where the phrase after it begins, or the text ends.
        begins: Whether nothing is left of the text before `floor`.
    """
    following = text[end:ceiling]
    ends = not following.strip() and ceiling == len(text)
    if ends or following.lstrip()[:1] in (".", ",", ";", "!", "?"):
        cut = _cut(_BEFORE, text, max(floor, start - _NUM_LOOKED_AT), start)
        if begins and not text[floor:cut].strip():  # the text begins here now
            return floor, end + len(following) - len(following.lstrip(" \t\n,;."))
        return cut, end
    match = _AFTER.match(following)
    assert match is not None
    return start, end + match.end()


def joins_absences(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]``, between two absences, only joins them."""
    return end - start <= _NUM_LOOKED_AT_ABSENCE and _BETWEEN.fullmatch(text, start, end) is not None


def around_absence(text: str, floor: int, start: int, end: int) -> tuple[int, int]:
    """Where the text before an absence ``text[start:end]`` ends without it, and where it goes on.

    Args:
        text: All of it.
        floor: Where the phrase before it ends.
        start: First character of the absence, or of the first of several that go as one.
        end: One past its last.
    """
    following = text[end : end + _NUM_LOOKED_AT_ABSENCE]
    goes_on = end + len(following) - len(following.lstrip())
    first = max(floor, start - _NUM_LOOKED_AT_ABSENCE)
    if not following.lstrip()[:1].isalnum():
        return _cut(_BEFORE_ABSENCE, text, first, start), end
    before = text[first:start] or text[max(0, start - 1) : start]
    contrast = _CONTRAST.match(text, goes_on)
    if contrast is not None:
        goes_on = contrast.end()
    for hanging, place in ((_ADDITION, _LEADS_ON), (_EXCEPTION, _BEGINS)):
        match = hanging.match(text, goes_on)
        if match is not None and place.search(before) is not None:
            goes_on = match.end()
    said = _LEAD.search(before.rstrip())
    again = _LEAD_AGAIN.match(text, goes_on)
    if said is not None and again is not None and said["lead"].lower() == again["lead"].lower():
        goes_on = again.end()  # "with no cap but with a watch"
    cut = first + len(text[first:start].rstrip(" \t"))
    return cut, goes_on - (cut > 0 and text[goes_on - 1].isspace() and goes_on > end)


def after_absence(text: str, end: int, before: str) -> int:
    """Where the text goes on after an absence that ends at `end`: past a comma or line break that joins nothing now.

    Args:
        text: All of it.
        end: One past the last character of the absence.
        before: The last character that is left of the text before it; nothing where the text begins here.
    """
    window = text[end : end + _NUM_LOOKED_AT_ABSENCE]
    blanks = len(window) - len(window.lstrip(" \t"))
    after = window[blanks : blanks + 1]
    if after == "\n":
        return end + blanks + 1 if before in ("", "\n") else end
    after, blanks = window.lstrip()[:1], len(window) - len(window.lstrip())
    joins_nothing = (before or ".") in ".,;" and after in (".", ",", ";")
    return end + blanks + 1 if joins_nothing else end


def _cut(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    match = pattern.search(text[start:end])
    assert match is not None  # both may be empty
    return start + match.start()
