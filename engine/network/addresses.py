"""Which IP addresses are of the public internet: the one judgement for pictures that are fetched and webhooks."""

from __future__ import annotations

import ipaddress

#: Networks that the registries call public, and that lead into the operator's own all the same.
_INSIDE = (ipaddress.ip_network("168.63.129.16/32"),)  # what machines of Azure ask for their secrets
#: IPv6 that carries an IPv4 address in its last 32 bits.
_CARRIES = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """None for a name that is no IP address."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def is_public(text: str) -> bool:
    """Whether an address is of the public internet; a zone makes it none."""
    address = address_of(text)
    if address is None or "%" in text:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _carried(address)
        if inner is not None:
            return is_public(str(inner))
    inside = any(address in network for network in _INSIDE)
    return address.is_global and not (address.is_multicast or address.is_reserved or inside)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in network for network in _CARRIES):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
