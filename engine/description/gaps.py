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
# The same before an absence: "a man with no hat, smiling" -> "a man, smiling".
_BEFORE_ABSENCE = re.compile(r"(?:[\s,;]*\b(?:with|and|but|or|wearing|has|having)\b)?[\s,;]*$", re.IGNORECASE)
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


def before_absence(text: str, floor: int, start: int, end: int) -> int:
    """Where the text before an absence ``text[start:end]`` ends; the phrase before it ends at `floor`."""
    if text[end : end + _NUM_LOOKED_AT_ABSENCE].lstrip()[:1].isalnum():
        return start
    return _cut(_BEFORE_ABSENCE, text, max(floor, start - _NUM_LOOKED_AT_ABSENCE), start)


def after_absence(text: str, end: int, before: str) -> int:
    """Where the text goes on after an absence that ends at `end`: past a comma that joins nothing now.

    Args:
        text: All of it.
        end: One past the last character of the absence.
        before: The last character that is left of the text before it; nothing where the text begins here.
    """
    window = text[end : end + _NUM_LOOKED_AT_ABSENCE]
    after = window.lstrip()
    joins_nothing = (before or ".") in ".,;" and after[:1] in (".", ",", ";")
    return end + len(window) - len(after) + 1 if joins_nothing else end


def _cut(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    match = pattern.search(text[start:end])
    assert match is not None  # both may be empty
    return start + match.start()
