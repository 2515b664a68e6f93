"""How a flywheel is turned."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.annotate.people.sampling import Amounts
from engine.annotate.people.verdicts import BAR
from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, Attribute


@dataclass(frozen=True, kw_only=True)
class RoundSettings:
    """What is asked, how much of it, and when the machine is good enough.

    Attributes:
        attributes: Names of what the data set shall say; all 70 by default.
        amounts: How much people are asked in a round.
        bar: The Wilson lower bound from which an attribute is left to the machine.
        folds: Parts of the answered pictures; each is measured by a machine that learnt from the others alone.
        price: Of a person's answer, in whatever money, for the report.
        seed: Of all that is drawn.
        reviewed: Names of what is never left to a machine: only people's answers about it are ever said.
    """

    attributes: tuple[str, ...] = tuple(attribute.name for attribute in ATTRIBUTES)
    amounts: Amounts = field(default_factory=Amounts)
    bar: float = BAR
    folds: int = 5
    price: float = 0.0
    seed: int = 0
    reviewed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in (*self.attributes, *self.reviewed) if name not in BY_NAME]
        if unknown or not self.attributes:
            raise ValueError(
                f"attributes must be of the protocol's {len(ATTRIBUTES)}; got {', '.join(unknown) or 'none'}"
            )
        if not 0 < self.bar < 1:
            raise ValueError(f"bar must be a share between 0 and 1, got {self.bar}")
        if self.folds < 2:
            raise ValueError(f"folds must be at least 2, got {self.folds}")
        if not 0 <= self.price < math.inf:
            raise ValueError(f"price must not be negative or infinite, got {self.price}")

    @property
    def asked(self) -> tuple[Attribute, ...]:
        """The attributes themselves, in the protocol's order."""
        return tuple(attribute for attribute in ATTRIBUTES if attribute.name in set(self.attributes))

    def tree(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return asdict(self)
