"""Where Tritons are: `triton://host:port[,host:port...][/model]`.

It knows the form of an address; whether anything answers there is found out elsewhere.
"""

import re
from dataclasses import dataclass

SCHEME = "triton://"
MODEL = "cosmicman"
DEFAULT_PORT = 8001
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_MODEL = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Tritons that hold the same model: `hosts` are host:port as gRPC wants them."""

    hosts: tuple[str, ...]
    model: str = MODEL


def parse_addresses(text: str) -> Addresses:
    """Reads an address.

    Raises:
        ValueError: It says what form is expected and what came.
    """
    rest = text.removeprefix(SCHEME)
    hosts, slash, model = rest.partition("/")
    found = [_HOST.fullmatch(host.strip()) for host in hosts.split(",")]
    if rest == text or not all(found) or (slash and not _MODEL.fullmatch(model)):
        raise ValueError(f"expected embedded, triton or {SCHEME}host:port[,host:port...][/model]; got {text[:100]!r}")
    named = tuple(f"{match[1]}:{int(match[2] or DEFAULT_PORT)}" for match in found if match)
    if any(int(host.rpartition(":")[2]) not in range(1, 65536) for host in named):
        raise ValueError(f"a port must be from 1 to 65535; got {text[:100]!r}")
    return Addresses(hosts=tuple(dict.fromkeys(named)), model=model or MODEL)
