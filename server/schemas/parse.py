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


class ParseAnswer(Answer):
    text: str
    groups: list[GroupSpan]
    negatives: list[NegativeAnswer] = Field(description="What the negated phrases rule out.")


class GroupAnswer(Answer):
    group: Group
    summary: str
    regions: list[int] = Field(description="ATR-18 parsing labels of the group's region.")
    slots: list[int] = Field(description="CosmicMan-HQ slots that describe the group.")
