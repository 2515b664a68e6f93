"""Where a picture may be fetched: from public addresses, elsewhere only where the operator names the host.

A name is resolved once for each request, every address it has is judged, and the connection is made to one that was:
a name that points elsewhere a moment later (DNS rebinding) leads nowhere. Redirects are judged like first requests.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from engine.annotate.refusal import Refused
from engine.network.addresses import address_of, is_public

MAX_URL = 4000
RESOLVE_SECONDS = 10.0

_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A URL that was read; `private` is true where the operator allows any address under its host's name."""

    scheme: str
    host: str
    port: int
    target: str
    private: bool

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole URL again."""
        return self.origin + self.target


def read_url(url: str, allowed: Collection[str] = ()) -> Place:
    """A URL's parts, its characters escaped as HTTP wants them.

    Raises:
        Refused: It is no http(s) URL with a host.
    """
    if len(url) > MAX_URL:
        raise Refused("url", f"a URL may have at most {MAX_URL} characters; got {len(url)}")
    try:
        parts = urlsplit(url.strip())
        host = _ascii(parts.hostname or "")
        port = parts.port
    except ValueError as error:
        raise Refused("url", f"a URL such as https://example.org/a.jpg expected; {url[:80]!r}: {error}") from error
    if parts.scheme not in _PORTS or not (_NAME.fullmatch(host) or address_of(host)) or port == 0:
        raise Refused("url", f"a URL such as https://example.org/a.jpg expected; got {url[:80]!r}")
    if "@" in parts.netloc:
        raise Refused("url", "a URL must hold no user name or password")
    target = quote(parts.path or "/", safe="%/:=&~+!$,;'@()*[]")
    if parts.query:
        target += "?" + quote(parts.query, safe="%/:=&?~+!$,;'@()*[]")
    return Place(
        scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme], target=target, private=host in allowed
    )


async def resolve(place: Place) -> list[str]:
    """The addresses to connect to, one of which must do.

    Raises:
        Refused: One of them is not public.
        OSError: The name has none, or nobody says which in time.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (TimeoutError, UnicodeError) as error:
        raise OSError(f"{place.host} cannot be resolved") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not place.private and not all(is_public(address) for address in addresses):
        message = f"a public address expected; {place.host} leads into a private network or to this machine"
        raise Refused("private_address", message)
    return addresses


def _ascii(host: str) -> str:
    host = host.lower().removesuffix(".")
    return host if host.isascii() else host.encode("idna").decode("ascii")
