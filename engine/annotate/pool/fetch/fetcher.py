"""Fetches one picture after another, many at once: bounded in bytes, time and redirects, and polite.

It knows what a server may do wrong; it does not know pictures, and speaks HTTP through `Web` alone.
"""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urljoin

from engine.annotate.pool.fetch.address import Place, read_url, resolve
from engine.annotate.pool.fetch.limits import FetchLimits
from engine.annotate.pool.fetch.robots import AGENT, EVERYTHING, MAX_BYTES, NOTHING, Robots, read_robots, reservation
from engine.annotate.pool.fetch.web import Reply, Web, WebError
from engine.annotate.refusal import Refused

_REDIRECTS = (301, 302, 303, 307, 308)
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What a URL led to."""

    data: bytes
    url: str


class _TryAgain(Exception):
    """The server or the way to it failed; later it may work."""

    def __init__(self, refused: Refused, wait_seconds: float | None = None) -> None:
        super().__init__(str(refused))
        self.refused, self.wait_seconds = refused, wait_seconds


class Fetcher:
    """Fetches by GET. One for all fetches of a run, in one event loop."""

    def __init__(self, web: Web, limits: FetchLimits | None = None, allowed: Collection[str] = ()) -> None:
        """Takes a client.

        Args:
            web: The client.
            limits: What fetches may take.
            allowed: Hosts that may have private addresses.
        """
        self._web, self._limits, self._allowed = web, limits or FetchLimits(), frozenset(allowed)
        self._all = asyncio.Semaphore(self._limits.at_once)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(self._limits.at_once_per_host)
        )
        self._robots: dict[str, asyncio.Task[Robots]] = {}

    async def fetch(
        self, url: str, *, headers: Mapping[str, str] = _NO_FIELDS, robots: bool = True, size_bytes: int | None = None
    ) -> Fetched:
        """The bytes that a URL leads to.

        Args:
            url: http or https.
            headers: Sent to the URL's own host only, never on to where a redirect leads.
            robots: Whether robots.txt and reservations are asked; not for a service's API, which is made for machines.
            size_bytes: The most, where it is not the limits'.

        Raises:
            Refused: It cannot be had, or must not be: url, private_address, robots, reserved, redirects, status_404
                (and others), too_many_bytes, encoded, timeout, connection.
        """
        most = size_bytes or self._limits.size_bytes
        host = self._hosts[read_url(url, self._allowed).origin]
        for attempt in range(1, self._limits.attempts + 1):
            try:
                # Standing in line takes no time of an attempt.
                async with host, self._all, asyncio.timeout(self._limits.seconds):
                    return await self._follow(url, headers, robots, most)
            except TimeoutError:
                trouble = _TryAgain(Refused("timeout", f"no whole answer within {self._limits.seconds:g} s"))
            except OSError as error:
                trouble = _TryAgain(Refused("connection", f"no whole answer: {error.strerror or error}"))
            except _TryAgain as error:
                trouble = error
            if attempt < self._limits.attempts:
                wait = 0.5 * 2.0**attempt if trouble.wait_seconds is None else trouble.wait_seconds
                await asyncio.sleep(min(wait, self._limits.longest_wait_seconds))
        raise trouble.refused

    async def _follow(self, url: str, headers: Mapping[str, str], robots: bool, most: int) -> Fetched:
        place = read_url(url, self._allowed)
        first = place.origin
        for _ in range(self._limits.redirects + 1):
            addresses = await resolve(place)
            if robots and not (await self._rules(place)).allows(place.target):
                raise Refused("robots", f"{place.origin}/robots.txt forbids it")
            sent = headers if place.origin == first else _NO_FIELDS
            found = await self._one(place, addresses, sent, robots, most)
            if isinstance(found, bytes):
                return Fetched(data=found, url=place.url)
            place = read_url(urljoin(place.url, found), self._allowed)
        raise Refused("redirects", f"at most {self._limits.redirects} redirects are followed")

    async def _one(
        self, place: Place, addresses: list[str], headers: Mapping[str, str], robots: bool, most: int
    ) -> bytes | str:
        """The body, or where the answer sends on to."""
        fields = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        for address in addresses[:-1]:
            try:
                return await self._talk(place, address, fields, robots, most)
            except WebError:
                continue
        return await self._talk(place, addresses[-1], fields, robots, most)

    async def _talk(
        self, place: Place, address: str, fields: Mapping[str, str], robots: bool, most: int
    ) -> bytes | str:
        async with self._web.get(place, address, fields) as reply:
            location = reply.headers.get("location")
            if reply.status in _REDIRECTS and location:
                return location
            _check_status(reply)
            reserved = reservation(reply.headers) if robots else None
            if reserved is not None:
                raise Refused("reserved", f"the server answers {reserved}")
            return await _body(reply, most)

    async def _rules(self, place: Place) -> Robots:
        task = self._robots.get(place.origin)
        if task is None:
            task = self._robots[place.origin] = asyncio.create_task(self._read_rules(place))
        return await asyncio.shield(task)

    async def _read_rules(self, place: Place) -> Robots:
        """RFC 9309, section 2.3.1: no file allows everything, no answer nothing."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                found = await self._follow(f"{place.origin}/robots.txt", _NO_FIELDS, False, MAX_BYTES)
        except Refused as error:
            return EVERYTHING if error.reason.startswith("status_4") else NOTHING
        except (_TryAgain, OSError):  # a TimeoutError is one
            return NOTHING
        return read_robots(found.data.decode("utf-8", "replace"))


def _check_status(reply: Reply) -> None:
    if reply.status in _TRY_AGAIN:
        refused = Refused(f"status_{reply.status}", f"the server answers {reply.status}")
        raise _TryAgain(refused, _retry_after(reply.headers))
    if reply.status != 200:
        raise Refused(f"status_{reply.status}", f"the server answers {reply.status}")


async def _body(reply: Reply, most: int) -> bytes:
    encoding = reply.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise Refused("encoded", f"an answer as it is was asked for; it came as {encoding[:40]!r}")
    told = reply.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise Refused("too_many_bytes", f"at most {most} bytes; the server announces {told[:20]}")
    body = bytearray()
    async for chunk in reply.chunks():
        body += chunk
        if len(body) > most:
            raise Refused("too_many_bytes", f"at most {most} bytes; the server sends more")
    return bytes(body)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: what Retry-After says, a number or a date (RFC 9110, section 10.2.3)."""
    told = headers.get("retry-after", "")
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
    except ValueError:
        return None
