"""Where a webhook may go: to public addresses by https, elsewhere only where the operator says so.

A name is resolved once, every address it has is judged, and the connection is made to one that was: a name that points
elsewhere a moment later (DNS rebinding) leads nowhere.
"""

import asyncio
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.network.addresses import address_of, is_public

MAX_URL = 2000
RESOLVE_SECONDS = 5.0

_URL = re.compile(r"[!-~]+")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


class AddressError(ValueError):
    """A URL that nothing is sent to; the message says what it must be."""


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A URL that was read: `private` is true where the operator allows any address under this name."""

    secure: bool
    host: str
    port: int
    target: str
    private: bool

    @property
    def authority(self) -> str:
        """As a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def read_url(url: str, allowed: tuple[str, ...]) -> Receiver:
    """Raises AddressError for a URL that no webhook may have, whatever its name means."""
    if len(url) > MAX_URL:
        raise AddressError(f"may have at most {MAX_URL} characters; got {len(url)}")
    if not _URL.fullmatch(url) or "\\" in url:
        raise AddressError("must be a URL of printable ASCII without spaces and backslashes; write others as %-escapes")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError as error:
        raise AddressError(f"must be a URL such as https://shop.example.org/pictures; {error}") from error
    if parts.scheme not in ("https", "http") or not host:
        raise AddressError("must be a URL such as https://shop.example.org/pictures")
    if "@" in parts.netloc:
        raise AddressError("must hold no user name or password; the signature says who calls")
    if "#" in url:
        raise AddressError("must have no fragment")
    if port == 0 or not (_NAME.fullmatch(host) or address_of(host)):
        raise AddressError("must name a host, as letters, digits, '-', '.' and '_' or as an address, and a port")
    private = host in allowed
    if parts.scheme == "http" and not private:
        raise AddressError("must begin with https://; plain http is for hosts that the operator allows")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    return Receiver(secure=secure, host=host, port=port or (443 if secure else 80), target=target, private=private)


async def resolve(receiver: Receiver) -> list[str]:
    """The addresses to connect to, one of which must do.

    Raises:
        AddressError: The name has none, or one of them is not public.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise AddressError(f"must name a host; {receiver.host} could not be resolved in time") from error
    except (OSError, UnicodeError) as error:
        raise AddressError(f"must name a host; {receiver.host} cannot be resolved") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not receiver.private and not all(is_public(address) for address in addresses):
        raise AddressError("must lead to a public address; this one leads into a private network or to this machine")
    return addresses
