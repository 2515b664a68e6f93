"""What a round needs to know of the pool: which pictures there are, and each as an annotator sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from engine.annotate.machine.annotator import Annotator, Asked, Replies, Shown
from engine.annotate.protocol.attributes import Attribute
from engine.annotate.protocol.gates import may_be_asked

logger = logging.getLogger(__name__)

T = TypeVar("T")


class RoundPool(Protocol):
    """Pictures with their label maps."""

    def ids(self) -> Sequence[str]:
        """All pictures, in an order that stays."""
        ...

    def has(self, picture: str) -> bool:
        """Whether a picture is there now: one may be taken down while a round runs or people answer."""
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


def seen(pool: RoundPool, pictures: Iterable[str]) -> list[Shown]:
    """Pictures of the pool, without those that were taken down meanwhile.

    Raises:
        ValueError: One that is there cannot be read.
    """
    return [shown for _, shown in _there(pool, pictures, pool.shown)]


def regions_seen(pool: RoundPool) -> dict[str, Collection[str]]:
    """Names of the regions that each picture of the pool shows; as of `seen`."""
    return dict(_there(pool, pool.ids(), pool.present))


def _there(pool: RoundPool, pictures: Iterable[str], look: Callable[[str], T]) -> Iterator[tuple[str, T]]:
    for picture in pictures:
        try:
            yield picture, look(picture)
        except (KeyError, ValueError):
            if pool.has(picture):
                raise
            logger.info("left out a picture that was taken down")


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
