"""People as a benchmark and the tests have them: they know the truth, and err now and then.

It knows right answers and chances; it does not know machines.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.desk import Desk
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.records import Answer

#: The right answer about a picture, by its id and an attribute's name.
Truth = Callable[[str, str], str]


@dataclass(frozen=True, kw_only=True)
class SimulatedPeople:
    """Two people who answer all that is open.

    Attributes:
        truth: What is right; `UNSURE` where nobody can tell.
        mistakes: Share of the answers that are another one of the closed list.
        seconds: What an answer takes, for the ledger.
        names: Who they are; the second answers what is wanted twice.
    """

    truth: Truth
    mistakes: float = 0.03
    seconds: float = 3.0
    names: tuple[str, str] = ("first", "second")

    def __call__(self, ledger: Ledger, round_number: int) -> None:
        """Answer everything; a type comes before what depends on it."""
        desk = Desk(ledger, round_number)
        for name in self.names:
            done = False
            while not done:
                asked = desk.open(name)
                types = [each for each in asked if not BY_NAME[each.attribute].parent]
                due = types or asked
                answers = [self._answer(each.picture, each.attribute, name) for each in due]
                ledger.answer(round_number, answers, self.seconds)
                done = not due

    def _answer(self, picture: str, attribute: str, name: str) -> Answer:
        right = self.truth(picture, attribute)
        rng = random.Random(f"{name}-{picture}-{attribute}")
        others = [value for value in BY_NAME[attribute].values if value != right]
        wrong = right != UNSURE and rng.random() < self.mistakes
        return Answer(
            picture=picture, attribute=attribute, value=rng.choice(others) if wrong else right, annotator=name
        )
