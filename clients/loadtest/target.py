"""Whom a load test may be sent against: this machine, or a host whose owner says so."""

import ipaddress
import socket
from urllib.parse import urlsplit


class NotYoursError(ValueError):
    """A host that is not this machine, and nobody said it may be loaded."""


def check_target(url: str, *, owned: bool) -> str:
    """The URL without a slash at its end.

    Raises:
        NotYoursError: It is not loopback and `owned` is False.
        ValueError: It is no http URL, or its name leads nowhere.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"the target must be like http://127.0.0.1:8000; got {url!r}")
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(parts.hostname, None)}
    except OSError as error:
        raise ValueError(f"{parts.hostname} leads nowhere: {error}") from error
    if not owned and not all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in found):
        raise NotYoursError(
            f"{parts.hostname} is not this machine; a load test takes a server down. If it is yours to take down, say "
            "--i-own-this-host"
        )
    return url.rstrip("/")
