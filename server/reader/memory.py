"""Readings that were made, so that the same text is not asked again: the last few, in this process alone.

A text is kept as its digest; the phrases that were made of it are kept as they are.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping


class Memory:
    """The readings of the last texts; holds at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Mapping[str, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, model: str, text: str) -> Mapping[str, str] | None:
        """What the model made of the text, if it is still known."""
        key = _key(model, text)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, model: str, text: str, groups: Mapping[str, str]) -> None:
        """Keeps what the model made of the text; what was not asked for longest goes."""
        self._kept[_key(model, text)] = groups
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{len(model)} {model}{text}".encode("utf-8", "surrogatepass")).digest()
