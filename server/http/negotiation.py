"""Which media type to answer with: RFC 9110 section 12.5.1, nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
RANGE = re.compile(rf"({TOKEN})/({TOKEN})")
QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
ALIASES = {"image/jpg": "image/jpeg"}
MAX_RANGES = 64


@dataclass(frozen=True, kw_only=True)
class MediaRange:
    """One member of an Accept header; `*` in place of a name stands for any."""

    kind: str
    subtype: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """2 for the very type, 1 for its family, 0 for any type, -1 for no match."""
        kind, _, subtype = media_type.partition("/")
        if self.kind == "*":
            return 0 if self.subtype == "*" else -1
        if self.kind != kind:
            return -1
        if self.subtype == "*":
            return 1
        return 2 if self.subtype == subtype else -1


def choose(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer the client likes best; of equals the first; None if it accepts none.

    An absent or empty header accepts anything. Members that cannot be read are skipped.
    """
    if accept is None or not accept.strip():
        return offers[0] if offers else None
    ranges = parse_accept(accept)
    best, best_quality = None, 0.0
    for offer in offers:
        quality = quality_of(offer, ranges)
        if quality > best_quality:
            best, best_quality = offer, quality
    return best


def quality_of(media_type: str, ranges: Sequence[MediaRange]) -> float:
    """The quality of the most specific range that matches; 0 if none does."""
    matches = [(item.specificity(media_type), item.quality) for item in ranges]
    specificity, quality = max(matches, default=(-1, 0.0))
    return quality if specificity >= 0 else 0.0


def parse_accept(accept: str) -> list[MediaRange]:
    ranges = []
    for member in accept.split(",")[:MAX_RANGES]:
        name, *parameters = (part.strip().lower() for part in member.split(";"))
        match = RANGE.fullmatch(ALIASES.get(name, name))
        quality = _quality(parameters)
        if match is not None and quality is not None:
            ranges.append(MediaRange(kind=match[1], subtype=match[2], quality=quality))
    return ranges


def _quality(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, value = (part.strip() for part in parameter.partition("="))
        if name == "q":
            return float(value) if QUALITY.fullmatch(value) else None
    return 1.0
