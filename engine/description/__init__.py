"""Words to body groups: the taxonomy, and a parser that gives every phrase of a description its group."""

from engine.description.absence import Negative, negatives
from engine.description.arrange import arrange
from engine.description.emphasis import plain
from engine.description.groups import GROUPS, Group, GroupRow
from engine.description.parser import Parser, parse
from engine.description.spans import Description, Span

__all__ = [
    "GROUPS",
    "Description",
    "Group",
    "GroupRow",
    "Negative",
    "Parser",
    "Span",
    "arrange",
    "negatives",
    "parse",
    "plain",
]
