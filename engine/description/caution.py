"""What a writer should know about how a text was read: cautions, none of which stops anything.

It knows texts; what a request makes of them is its caller's to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.description.emphasis import Emphasis
from engine.description.notices import notices
from engine.description.spans import MAX_WEIGHT, Description
from engine.description.syntax import Syntax

_MOST_SHOWN = 40  # characters of a text in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something that was probably meant otherwise."""

    #: A short name that programs can tell cautions by.
    kind: str
    #: A sentence for people.
    message: str


def cautions(
    description: Description,
    negative_description: str = "",
    negative: str = "",
    *,
    guided: bool = True,
    drawn: str | None = None,
) -> tuple[Caution, ...]:
    """Return what the writer of a description should know.

    Args:
        description: The words with their groups.
        negative_description: What must not be in the picture besides the phrases that say so themselves.
        negative: The whole text of what must not be, whether or not it is read.
        guided: Whether the negative text is read at all.
        drawn: The text that is drawn, where it is known.
    """
    found = [*_of_reading(description.text), *_of_weights(description)]
    if drawn is not None and not any(map(str.isalnum, drawn)) and description.text.strip():
        found.append(
            Caution(
                kind="nothing-drawn",
                message="nothing of this text says what to draw, so the picture shows whatever comes",
            )
        )
    if negative and not guided:
        found.append(
            Caution(
                kind="negative-unread",
                message=f"guidance_scale is at most 1, so nothing keeps this out of the picture: {negative}",
            )
        )
    if negative_description.strip() and notices(Emphasis(negative_description)).foreign:
        found.append(
            Caution(
                kind="language",
                message="negative_description is read in English; most of its words are unknown, so the model hardly "
                "knows what to keep out",
            )
        )
    for each in Syntax(negative_description).ignored:
        came = negative_description[each.start : each.end]
        found.append(Caution(kind="syntax", message=f"negative_description: {came!r} is left out ({each.why})"))
    return tuple(found)


def _of_reading(text: str) -> Iterator[Caution]:
    noticed = notices(Emphasis(text))
    if noticed.foreign:
        yield Caution(
            kind="language",
            message="descriptions are read in English; most words of this one are unknown, so none has a group",
        )
    for each in noticed.corrections:
        yield Caution(kind="spelling", message=f"{text[each.start : each.end]!r} is read as {each.word!r}")


def _of_weights(description: Description) -> Iterator[Caution]:
    """What looks like a weight and is none, or too great a one: a picture of such a text is refused."""
    text = description.text
    for mistake in Emphasis(text).mistakes:
        came = text[mistake.start : mistake.end][:_MOST_SHOWN]
        yield Caution(kind="weight", message=f"no picture is drawn of this text: {mistake.rule}; in {came!r}")
        return
    for span in description.spans:
        if not 0.0 <= span.weight <= MAX_WEIGHT:
            came = text[span.start : span.end][:_MOST_SHOWN]
            bounds = f"a weight must be from 0 to {MAX_WEIGHT:g}; got {span.weight:g}"
            yield Caution(kind="weight", message=f"no picture is drawn of this text: {bounds} for {came!r}")
            return
