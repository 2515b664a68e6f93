"""From sources into the pool: each picture is taken in, known already, or left out with its reason and counted."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.annotate.pool.fetch.fetcher import Fetcher
from engine.annotate.pool.origin import Offer, Origin, Source
from engine.annotate.pool.store import Pool
from engine.annotate.refusal import Refused

logger = logging.getLogger(__name__)

_WAITING = 64  # offers read ahead


class _Enough(Exception):
    """So many were added as were wanted; whatever else is under way is given up."""


@dataclass(kw_only=True)
class Collected:
    """What became of the pictures of all sources: how many were added, and why others were not."""

    added: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # by source and reason

    def reasons(self) -> Counter[str]:
        """How many were left out for each reason."""
        counts: Counter[str] = Counter()
        for (_, reason), count in self.refused.items():
            counts[reason] += count
        return counts


async def collect(
    pool: Pool,
    sources: Sequence[Source],
    fetcher: Fetcher | None = None,
    *,
    at_once: int = 16,
    most: int | None = None,
    progress: Callable[[Collected], None] | None = None,
) -> Collected:
    """Takes in what sources offer, what must be fetched many at once; what the pool knows is not fetched again.

    Args:
        pool: Takes them.
        sources: Read one after another.
        fetcher: Gets what is only named by a URL; without one such offers are left out as no_fetcher.
        at_once: Offers in work at a time.
        most: Stop after so many were added.
        progress: Told after each offer.

    Raises:
        OSError: The pool cannot be written: a full disk, say. What was taken in before stays.
    """
    collected = Collected()
    offers: asyncio.Queue[Offer | None] = asyncio.Queue(_WAITING)

    def refuse(source: str, refused: Refused, origin: Origin | None = None) -> None:
        collected.refused[source, refused.reason] += 1
        logger.info("%s: left out a picture: %s", source, refused.reason)
        if origin is not None and refused.reason not in ("known", "duplicate"):
            pool.note_refused(origin, refused)

    def tell() -> None:
        if progress is not None:
            progress(collected)

    async def read() -> None:
        for source in sources:
            async for offer in source.offers():
                if isinstance(offer, Refused):
                    refuse(source.name, offer)
                    tell()
                elif pool.knows(offer.origin):
                    collected.refused[source.name, "known"] += 1
                    tell()
                elif offer.read is not None:
                    await take(offer)  # in order: of two copies the first one's licence counts, on every run
                else:
                    await offers.put(offer)
        for _ in range(at_once):
            await offers.put(None)

    async def work() -> None:
        while (offer := await offers.get()) is not None:
            await take(offer)

    async def take(offer: Offer) -> None:
        try:
            pool.add(await _bytes_of(offer, fetcher), offer.origin)
        except Refused as refused:
            refuse(offer.origin.source, refused, offer.origin)
        else:
            collected.added += 1
        tell()
        if most is not None and collected.added >= most:
            raise _Enough

    try:
        async with asyncio.TaskGroup() as group:
            for task in (read(), *(work() for _ in range(at_once))):
                group.create_task(task)
    except* _Enough:
        pass
    except* OSError as errors:
        raise errors.exceptions[0] from errors
    return collected


async def _bytes_of(offer: Offer, fetcher: Fetcher | None) -> bytes:
    if offer.read is not None:
        try:
            return await asyncio.to_thread(offer.read)
        except OSError as error:
            raise Refused("unreadable", f"{offer.origin.key[:80]}: {error.strerror or error}") from error
    if fetcher is None or offer.origin.url is None:
        raise Refused("no_fetcher", "the picture must be fetched, and nothing here fetches")
    return (await fetcher.fetch(offer.origin.url)).data
