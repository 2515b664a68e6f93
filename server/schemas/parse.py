"""What goes in and out of the routes on text: POST /parse and GET /groups."""

from pydantic import Field

from engine.description import Group
from server.schemas.base import Answer, Body, Text


class ParseBody(Body):
    text: Text = Field(description="Any text; offsets in the answer count its Unicode code points.")


class GroupSpan(Answer):
    group: Group
    start: int = Field(description="First code point of the phrase.")
    end: int = Field(description="One past its last code point.")
    text: str
    weight: float = Field(description="Emphasis as in (red dress:1.2); 1 where none was given.")


class NegativeAnswer(Answer):
    """Something that must not be in the picture, as a negated phrase says."""

    group: Group = Field(description="The group it would belong to.")
    text: str = Field(description='The words without those of absence: "hat" of "no hat".')


class IgnoredAnswer(Answer):
    """Something that is no language, such as another tool's syntax: no encoder reads it."""

    start: int = Field(description="First code point of it.")
    end: int = Field(description="One past its last code point.")
    text: str
    why: str = Field(description="What it was taken for.")


class WarningAnswer(Answer):
    """Something that was probably meant otherwise; it stops nothing."""

    kind: str = Field(description="A short name that programs can tell warnings by.")
    message: str = Field(description="A sentence for people.")


class Texts(Answer):
    """How a text was read, and the two texts that the encoder gets."""

    groups: list[GroupSpan]
    negatives: list[NegativeAnswer] = Field(description="What the negated phrases rule out.")
    # Jobs that an older server kept have none of these.
    drawn: str = Field("", description="The words that go into the picture, as the text encoder gets them.")
    negative: str = Field("", description="The words of what must not be in it, as the text encoder gets them.")
    ignored: list[IgnoredAnswer] = Field([], description="What is no language, and kept out of the encoder.")
    warnings: list[WarningAnswer] = Field([], description="What was probably meant otherwise.")


class _OfText(Answer):
    text: str


class ParseAnswer(Texts, _OfText):
    """The phrases of a text, and what the encoder would get of it alone."""


class GroupAnswer(Answer):
    group: Group
    summary: str
    regions: list[int] = Field(description="ATR-18 parsing labels of the group's region.")
    slots: list[int] = Field(description="CosmicMan-HQ slots that describe the group.")
