"""What a host lets a crawler fetch: robots.txt (RFC 9309), and the headers by which a picture is reserved.

It knows rules; it does not know how they were fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

AGENT = "cosmicman-annotate"
#: Of a robots.txt; RFC 9309, section 2.5, wants 500 KiB at least.
MAX_BYTES = 512 * 1024
_RESERVED = re.compile(r"\b(noai|noimageai|noindex|none)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Robots:
    """Rules for one crawler: (allowed, path pattern)."""

    rules: tuple[tuple[bool, str], ...] = ()

    def allows(self, target: str) -> bool:
        """Whether a path with its query may be fetched: the longest rule decides, of equally long ones the kinder."""
        fitting = [(len(pattern), allowed) for allowed, pattern in self.rules if _fits(pattern, target)]
        return max(fitting)[1] if fitting else True


EVERYTHING = Robots()
NOTHING = Robots(rules=((False, "/"),))


def read_robots(text: str, agent: str = AGENT) -> Robots:
    """The rules for an agent: its own groups', or else those for all."""
    own: list[tuple[bool, str]] = []
    anyone: list[tuple[bool, str]] = []
    named = False
    agents: set[str] = set()
    in_head = False
    for line in text.lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            agents = agents if in_head else set()
            agents.add(value.lower())
            in_head = True
            named |= value.lower() == agent
        elif key in ("allow", "disallow"):
            in_head = False
            if value:
                rule = (key == "allow", value)
                own += [rule] if agent in agents else []
                anyone += [rule] if "*" in agents else []
    return Robots(rules=tuple(own if named else anyone))


def reservation(headers: Mapping[str, str]) -> str | None:
    """The header by which a picture is kept from machines that learn, as it was sent; None where there is none.

    X-Robots-Tag with noai, noimageai, noindex or none, unless for another crawler, and TDM-Reservation
    (TDM Reservation Protocol, section 4.2).
    """
    tag = headers.get("x-robots-tag", "")
    name, colon, rest = tag.partition(":")
    words = rest if colon and name.strip().lower() == AGENT else "" if colon and _is_agent(name) else tag
    if _RESERVED.search(words):
        return f"X-Robots-Tag: {tag[:80]}"
    if headers.get("tdm-reservation", "").strip() == "1":
        return "TDM-Reservation: 1"
    return None


def _is_agent(name: str) -> bool:
    return re.fullmatch(r"[\w-]+", name.strip()) is not None and name.strip().lower() != "unavailable_after"


def _fits(pattern: str, target: str) -> bool:
    ends = pattern.endswith("$")
    parts = (re.escape(part) for part in pattern.removesuffix("$").split("*"))
    return re.match(".*?".join(parts) + ("$" if ends else ""), target) is not None
