"""The figures' attributes in the protocol's words: what a perfect annotator says of a drawn figure.

It knows the figures' table of questions; it does not know pictures or who is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.annotate.protocol.attributes import ATTRIBUTES, NONE, UNSURE, Attribute
from engine.train.questions.table import ABSENT, BY_KEY, right_answer

#: The attributes of the protocol that figures have; of the others a figure shows nothing.
FIGURES: tuple[Attribute, ...] = tuple(attribute for attribute in ATTRIBUTES if attribute.name in BY_KEY)
_WITHOUT = {"pose": "standing"}  # what is meant where the table says that nothing is seen


def figure_answer(attribute: Attribute, truth: Mapping[str, str]) -> str:
    """The right answer, from a figure's row `attributes`; `UNSURE` where its picture cannot tell.

    Raises:
        KeyError: Figures do not have this attribute.
    """
    right = right_answer(BY_KEY[attribute.name], truth)
    if right == ABSENT:
        return _WITHOUT.get(attribute.name, NONE if NONE in attribute.values else UNSURE)
    return right if right in attribute.values else UNSURE


def figure_answers(truth: Mapping[str, str]) -> dict[str, str]:
    """All right answers, by attribute; of what depends on a thing that is not there, `UNSURE`."""
    return {attribute.name: figure_answer(attribute, truth) for attribute in FIGURES}
