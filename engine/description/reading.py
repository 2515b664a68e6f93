"""What an answer tells of how a description was read: the two texts, what neither of them has, and cautions."""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.caution import Caution, cautions
from engine.description.spans import Description
from engine.description.syntax import Ignored, Syntax
from engine.description.two_texts import encoder_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of one request."""

    #: The words that go into the picture.
    drawn: str
    #: The words that must not; empty where nothing reads them.
    negative: str
    #: What of the description is no language.
    ignored: tuple[Ignored, ...]
    #: What its writer should know.
    cautions: tuple[Caution, ...]


def told(description: Description, negative_description: str = "", *, guided: bool = True) -> Told:
    """Return what is told of a reading.

    Args:
        description: The words with their groups.
        negative_description: What must not be in the picture besides the phrases that say so themselves.
        guided: Whether the negative text is read at all.
    """
    texts = encoder_texts(description, negative_description)
    drawn, negative = texts.drawn.text, texts.negative.text
    return Told(
        drawn=drawn,
        negative=negative if guided else "",
        ignored=tuple(Syntax(description.text).ignored),
        cautions=cautions(description, negative_description, negative, guided=guided, drawn=drawn),
    )
