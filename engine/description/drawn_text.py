"""The words that a description sends into the picture, and those it keeps out of it.

Left out are the marks of emphasis, phrases of weight 0, which are as if they were not said, and absences, which are
for the negative text. It knows texts and spans; it does not know tokens. Time is linear in the length of the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.emphasis import Emphasis
from engine.description.gaps import after_absence, around_absence, around_phrase, joins_absences
from engine.description.groups import Group
from engine.description.lexicon.absences import absent_things
from engine.description.notices import notices
from engine.description.spans import Description, Span

_HANGING = " \t\r\n,;:|"
_SEPARATING = frozenset(",;.:!?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnText:
    """What goes into the picture, and what must not be in it."""

    #: The words that are drawn.
    text: str
    #: For each character the index of its span, or None.
    owners: list[int | None]
    #: Indexes of spans that go on with the phrase of the span before them, weighted otherwise.
    continued: frozenset[int]
    #: What the negated spans rule out, without the words of absence.
    absences: tuple[str, ...]


def is_drawn(span: Span) -> bool:
    """Whether the words of a span go into the picture."""
    return span.group is not Group.NEGATED and span.weight != 0.0


def drawn_text(description: Description) -> DrawnText:
    """Return what a description draws and what it rules out."""
    spans, emphasis = description.spans, Emphasis(description.text)
    text, writer = emphasis.spaced, _Writer(emphasis)
    absences: list[str] = []
    continued: set[int] = set()
    run: int | None = None  # where the first of several absences that go as one begins
    before: Span | None = None  # the span before, if it was written
    at = floor = 0  # what is before `at` is written or gone; the span before ends at `floor`
    for index, span in enumerate(spans):
        start, end = span.start, span.end
        if span.group is Group.NEGATED:
            absences += absent_things(emphasis.words(start, end))
            if index + 1 < len(spans) and spans[index + 1].group is Group.NEGATED:
                if joins_absences(text, end, spans[index + 1].start):
                    run = start if run is None else run
                    continue
            cut, after = around_absence(text, floor, start if run is None else run, end)
            writer.write(at, cut)
            at, run = after_absence(text, after, writer.last), None
        elif span.weight == 0.0:
            ceiling = spans[index + 1].start if index + 1 < len(spans) else len(text)
            cut, after = around_phrase(text, at, start, end, ceiling, begins=not writer.says_something)
            writer.write(at, cut)
            at = after
        else:
            writer.write(at, start)
            writer.write(start, end, index)
            at = end
            if before and _goes_on(before, span) and not text[floor:start].strip():
                continued.add(index)
        before = span if is_drawn(span) else None
        floor = end
    writer.write(at, len(text))
    text, owners = "".join(writer.parts), writer.owners
    if absences or emphasis.syntax.cuts:
        text, owners = _trimmed(text, owners)
    return DrawnText(
        text=text,
        owners=owners,
        continued=frozenset(continued),
        absences=tuple(absences),
    )


def _trimmed(text: str, owners: list[int | None]) -> tuple[str, list[int | None]]:
    """The text without what is left hanging at its ends where something was taken out."""
    start = len(text) - len(text.lstrip(_HANGING))
    end = max(start, len(text.rstrip(_HANGING)))
    return text[start:end], owners[start:end]


def drawn_phrases(description: Description) -> list[tuple[Group, str]]:
    """The phrases that go into the picture, by group and without marks; parts weighted differently are one phrase."""
    drawn, emphasis = drawn_text(description), Emphasis(description.text)
    phrases: list[tuple[Group, str]] = []
    for index, span in enumerate(description.spans):
        if is_drawn(span):
            words = emphasis.words(span.start, span.end).strip()
            if index in drawn.continued:
                words = f"{phrases.pop()[1]} {words}"
            phrases.append((span.group, words))
    return phrases


def _goes_on(before: Span, span: Span) -> bool:
    """Whether two neighbours can be parts of one phrase that are weighted differently."""
    return before.group is span.group and before.weight != span.weight


class _Writer:
    """Puts together parts of a text without its marks; a space stands where two words would run into one."""

    def __init__(self, emphasis: Emphasis) -> None:
        """Begin with nothing."""
        self._emphasis = emphasis
        self._corrections = notices(emphasis).corrections
        self._reached = 0
        self.parts: list[str] = []
        self.owners: list[int | None] = []
        #: The last character written.
        self.last = ""
        #: Whether anything but blanks is written.
        self.says_something = False

    def write(self, start: int, end: int, owner: int | None = None) -> None:
        """Write ``text[start:end]``, which belongs to the span `owner`."""
        for first, last in self._emphasis.between_marks(start, end):
            words = self._spelled(first, last)
            if first != self._reached and (between := self._between(first, words[0])):
                self.parts.append(between)
                self.owners += [None] * len(between)
            self.parts.append(words)
            self.owners += [owner] * len(words)
            self.last, self._reached = words[-1], last
            self.says_something = self.says_something or not words.isspace()

    def _spelled(self, first: int, last: int) -> str:
        """``text[first:last]`` with its typing mistakes put right."""
        parts, reached = [], first
        for each in self._corrections:
            if first <= each.start and each.end <= last:
                parts += [self._emphasis.text[reached : each.start], each.word]
                reached = each.end
        return "".join([*parts, self._emphasis.text[reached:last]])

    def _between(self, first: int, following: str) -> str:
        """What stands between the last character written and the text from `first` on, where marks were."""
        seam = self._emphasis.seam(first)
        if seam and self.says_something and following not in _SEPARATING:
            if self.last not in _SEPARATING:
                return seam
            return "" if self.last == "\n" or following.isspace() else " "
        return " " if self.last.isalnum() and following.isalnum() else ""
