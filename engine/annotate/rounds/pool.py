"""What a round needs to know of the pool: which pictures there are, and each as an annotator sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from engine.annotate.machine.annotator import Annotator, Asked, Replies, Shown
from engine.annotate.protocol.attributes import Attribute
from engine.annotate.protocol.gates import may_be_asked


class RoundPool(Protocol):
    """Pictures with their label maps."""

    def ids(self) -> Sequence[str]:
        """All pictures, in an order that stays."""
        ...

    def shown(self, picture: str) -> Shown:
        """A picture with its masks.

        Raises:
            ValueError: Its file cannot be read.
        """
        ...

    def present(self, picture: str) -> Collection[str]:
        """Names of the regions that it shows."""
        ...


def annotated(machine: Annotator, pictures: Sequence[Shown], attributes: Sequence[Attribute]) -> Replies:
    """All that a machine says of pictures: what depends on a type is asked after it, where there is such a thing."""
    replies = Replies()
    told: dict[str, dict[str, str]] = {picture.id: {} for picture in pictures}
    for part in (_roots(attributes), _children(attributes)):
        asked = list(_asked(pictures, part, told))
        some = machine.answer(asked) if asked else Replies()
        for answer in some.answers:
            told[answer.picture][answer.attribute] = answer.value
        replies.add(some)
    return replies


def _roots(attributes: Sequence[Attribute]) -> list[Attribute]:
    names = {attribute.name for attribute in attributes}
    return [attribute for attribute in attributes if attribute.parent not in names]


def _children(attributes: Sequence[Attribute]) -> list[Attribute]:
    names = {attribute.name for attribute in attributes}
    return [attribute for attribute in attributes if attribute.parent in names]


def _asked(pictures: Sequence[Shown], part: Sequence[Attribute], told: dict[str, dict[str, str]]) -> Iterator[Asked]:
    for picture in pictures:
        fitting = tuple(each for each in part if may_be_asked(each, picture.masks, told[picture.id]))
        if fitting:
            yield Asked(picture=picture, attributes=fitting)
