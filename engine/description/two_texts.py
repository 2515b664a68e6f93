"""The two texts that a request comes to: what is drawn, and what must not be there.

The planner cuts these into windows, and answers show them: both ask here, so that what is shown is what is read. It
knows texts; it does not know tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.description.drawn_text import DrawnText, drawn_text
from engine.description.spans import Description
from engine.description.weighted_spans import weighted


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderTexts:
    """What the text encoder reads of one request."""

    #: The words that go into the picture.
    drawn: DrawnText
    #: The words that must not; empty where nothing reads them.
    negative: DrawnText
    #: `negative` before the description's absences were added, with the weights of its words.
    said: Description


def encoder_texts(description: Description, negative_description: str = "", *, guided: bool = True) -> EncoderTexts:
    """Return both texts.

    Args:
        description: The words with their groups.
        negative_description: What must not be in the picture besides the phrases that say so themselves.
        guided: Whether the negative text is read at all; where it is not, it is empty.
    """
    drawn, said = drawn_text(description), weighted(negative_description.strip())
    negative = _with_absences(drawn_text(said), drawn.absences) if guided else drawn_text(weighted(""))
    return EncoderTexts(drawn=drawn, negative=negative, said=said)


def _with_absences(said: DrawnText, absences: Sequence[str]) -> DrawnText:
    """What must not be there in so many words, and after it what the description says is absent, each once."""
    if not said.text.strip():
        said = drawn_text(weighted(""))
    told = {part.strip().lower() for part in said.text.split(",")}
    parts = [said.text] if said.text else []
    for words in absences:
        if words.lower() not in told:
            told.add(words.lower())
            parts.append(words)
    text = ", ".join(parts)
    owners = [*said.owners, *[None] * (len(text) - len(said.text))]
    return DrawnText(text=text, owners=owners, continued=said.continued, absences=said.absences)
