"""Names a server goes by, as a Host header writes them: lower case, without port, IPv6 without brackets."""

import re

from engine.network.addresses import address_of

#: In place of a name: every name.
ANY = "*"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/\[\]@?#]+))(?::[0-9]*)?")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def host_of(header: str) -> str | None:
    """The name in a Host header's value; None if that is no host with or without a port."""
    found = _HOST.fullmatch(header.strip(" \t"))
    if found is None:
        return None
    if found["v6"] is not None:
        address = address_of(found["v6"])
        return None if address is None else str(address)
    return found["name"].lower().removesuffix(".")


def read_host(text: str) -> str:
    """A name as an operator writes it.

    Raises:
        ValueError: It is more than a name or an address, or none.
    """
    name = text.strip().lower().removesuffix(".").removeprefix("[").removesuffix("]")
    address = address_of(name)
    if address is not None:
        return str(address)
    if not _NAME.fullmatch(name):
        raise ValueError("must be names or addresses without scheme, port and path, such as pictures.example.org, or *")
    return name


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on it."""
    address = address_of(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)
