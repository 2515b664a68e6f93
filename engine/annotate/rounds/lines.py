"""What the data set says after a round, as lines of JSON: a picture's id and CosmicMan-HQ's columns.

Only what is sure is said: answers of people, and the machine's about attributes that are left to it. It does not know
pictures; which labels a picture's map holds is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from itertools import groupby

from engine.annotate.ledger.entries import Decision, Stage
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.protocol.slots import Labelled, labelled
from engine.annotate.rounds.flywheel import PEOPLE

#: ATR-18 labels that a picture's map holds.
LabelsOf = Callable[[str], Collection[int]]


def said(
    ledger: Ledger, labels_of: LabelsOf, *, there: Callable[[str], bool], queued_too: bool = False
) -> Iterator[tuple[str, Labelled]]:
    """Each picture of which something is said, with its columns.

    Args:
        ledger: At least one of whose rounds has ended.
        labels_of: See `LabelsOf`.
        there: Whether a picture is still there; of one that was taken down nothing is said.
        queued_too: Say the machine's answers about queued attributes as well, but for those that people must review.

    Raises:
        ValueError: No round has ended.
    """
    ended = [row for row in ledger.rounds() if row["ended"] is not None]
    if not ended:
        raise ValueError(f"{ledger.path}: no round has ended yet; there is nothing to say")
    standings = ledger.standings(ended[-1]["number"], Stage.AFTER)
    sure = {name for name, standing in standings.items() if queued_too or standing.decision is Decision.FROZEN}
    sure -= set(ended[-1]["settings"].get("reviewed", ()))
    for picture, answers in groupby(ledger.labels(), key=lambda answer: answer.picture):
        if not there(picture):
            continue
        told = {each.attribute: each.value for each in answers if each.annotator == PEOPLE or each.attribute in sure}
        columns = labelled(told, labels_of(picture))
        if columns["person_type"] or any(columns["aa_text"]) or columns["extra"]:
            yield picture, columns


def lines(
    ledger: Ledger, labels_of: LabelsOf, *, there: Callable[[str], bool], queued_too: bool = False
) -> Iterator[str]:
    """The same as text, a line for each picture."""
    for picture, columns in said(ledger, labels_of, there=there, queued_too=queued_too):
        yield json.dumps({"id": picture, **columns}) + "\n"
