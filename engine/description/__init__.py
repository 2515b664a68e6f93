"""Words to body groups: the taxonomy, and a parser that gives every phrase of a description its group."""

from engine.description.absence import Negative, negatives
from engine.description.arrange import arrange
from engine.description.caution import Caution, cautions
from engine.description.drawn_text import DrawnText, drawn_phrases, drawn_text
from engine.description.emphasis import Emphasis, plain
from engine.description.groups import GROUPS, Group, GroupRow
from engine.description.notices import Correction, Notices, corrections, notices
from engine.description.parser import Parser, parse
from engine.description.reading import Told, told
from engine.description.spans import MAX_WEIGHT, Description, Span
from engine.description.syntax import Ignored, Syntax
from engine.description.two_texts import EncoderTexts, encoder_texts
from engine.description.weighted_spans import weighted

__all__ = [
    "GROUPS",
    "MAX_WEIGHT",
    "Caution",
    "Correction",
    "Description",
    "DrawnText",
    "Emphasis",
    "EncoderTexts",
    "Group",
    "GroupRow",
    "Ignored",
    "Negative",
    "Notices",
    "Parser",
    "Span",
    "Syntax",
    "Told",
    "arrange",
    "cautions",
    "corrections",
    "drawn_phrases",
    "drawn_text",
    "encoder_texts",
    "negatives",
    "notices",
    "parse",
    "plain",
    "told",
    "weighted",
]
