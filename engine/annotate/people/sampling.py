"""Which questions people are asked in a round: a stratified sample for measuring, and the machine's least sure answers.

It knows shares and strata; it does not know pictures' pixels.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.annotate.ledger.entries import Purpose, Question
from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, NONE, Attribute
from engine.annotate.records import Answer


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How much people are asked in a round.

    Attributes:
        evaluation: Answers for each attribute that measure the machine, drawn by chance within strata.
        training: Answers for each attribute where the machine is least sure; these teach alone.
        twice: Share of the questions that two people answer.
    """

    evaluation: int = 40
    training: int = 20
    twice: float = 0.1

    def __post_init__(self) -> None:
        if self.evaluation < 1 or self.training < 0:
            raise ValueError(f"at least 1 evaluation and 0 training answers, got {self.evaluation}, {self.training}")
        if not 0 <= self.twice <= 1:
            raise ValueError(f"twice must be a share from 0 to 1, got {self.twice}")


def choose(
    present: Mapping[str, Collection[str]],
    strata: Mapping[str, str],
    machine: Mapping[tuple[str, str], Answer],
    attributes: Sequence[Attribute],
    amounts: Amounts,
    *,
    asked: Collection[tuple[str, str]] = (),
    seed: int = 0,
) -> list[Question]:
    """The questions of a round, a picture's together, those of one region in the protocol's order.

    An attribute is asked of a picture where its region is present and the machine did not say that there is no such
    thing. Pictures that are chosen already serve first, since a person who has one open answers quickly.

    Args:
        present: Regions of each picture of the pool, by id.
        strata: Each picture's stratum, such as its framing; measuring takes from each by its share.
        machine: The machine's answers by picture and attribute; without one an attribute is not held back.
        attributes: What people are asked about.
        amounts: How much of it.
        asked: Picture and attribute of questions of earlier rounds: nobody is asked twice.
        seed: Of the sample.
    """
    order = _stratified(sorted(present), strata, seed)
    chosen: dict[tuple[str, str], Purpose] = {}
    open_pictures: dict[str, None] = {}
    wanted = _with_parents(attributes)

    def fits(picture: str, attribute: Attribute) -> bool:
        told = machine.get((picture, attribute.parent)) if attribute.parent else None
        there = attribute.region in present[picture] and (told is None or told.value != NONE)
        return there and (picture, attribute.name) not in asked and (picture, attribute.name) not in chosen

    fitting = {each.name: [picture for picture in order if fits(picture, each)] for each in wanted}
    for attribute in sorted(wanted, key=lambda each: len(fitting[each.name])):
        rows = fitting[attribute.name]
        already = [picture for picture in rows if picture in open_pictures]
        for picture in [*already, *(p for p in rows if p not in open_pictures)][: amounts.evaluation]:
            chosen[picture, attribute.name] = Purpose.EVALUATION
            open_pictures.setdefault(picture)
    for attribute in wanted:
        unsure = [picture for picture in fitting[attribute.name] if (picture, attribute.name) not in chosen]
        unsure.sort(key=lambda picture: _confidence(machine, picture, attribute))
        for picture in unsure[: amounts.training]:
            chosen[picture, attribute.name] = Purpose.TRAINING
    return _in_order(chosen, amounts.twice, seed)


def _with_parents(attributes: Sequence[Attribute]) -> list[Attribute]:
    """As they come; whether a thing is there at all is not asked again for its children."""
    names = {attribute.name for attribute in attributes}
    return [attribute for attribute in ATTRIBUTES if attribute.name in names]


def _stratified(pictures: Sequence[str], strata: Mapping[str, str], seed: int) -> list[str]:
    """The pictures in an order whose every beginning holds the strata by their shares."""
    rng = random.Random(f"strata-{seed}")
    parts: dict[str, list[str]] = {}
    for picture in pictures:
        parts.setdefault(strata.get(picture, ""), []).append(picture)
    placed = []
    for part in parts.values():
        rng.shuffle(part)
        placed += [((at + rng.random()) / len(part), picture) for at, picture in enumerate(part)]
    return [picture for _, picture in sorted(placed)]


def _confidence(machine: Mapping[tuple[str, str], Answer], picture: str, attribute: Attribute) -> float:
    answer = machine.get((picture, attribute.name))
    return 0.0 if answer is None or answer.confidence is None else answer.confidence


def _in_order(chosen: Mapping[tuple[str, str], Purpose], twice: float, seed: int) -> list[Question]:
    pictures: dict[str, list[str]] = {}
    for picture, attribute in chosen:
        pictures.setdefault(picture, []).append(attribute)
    places = {attribute: at for at, attribute in enumerate(BY_NAME)}
    return [
        Question(
            picture=picture,
            attribute=attribute,
            purpose=chosen[picture, attribute],
            wanted=2 if _chance(f"{seed}-{picture}-{attribute}") < twice else 1,
        )
        for picture, attributes in pictures.items()
        for attribute in sorted(attributes, key=places.__getitem__)
    ]


def _chance(text: str) -> float:
    """A number from 0 to 1 that is always the same for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
