"""Finished answers in this process's memory: the oldest go first, by age and where room is needed."""

import asyncio
from collections import OrderedDict

from server.replay.record import Record


class Memory:
    def __init__(self, *, limit_bytes: int, keep_seconds: float) -> None:
        self._limit_bytes = limit_bytes
        self._keep_seconds = keep_seconds
        self._kept: OrderedDict[str, tuple[float, Record]] = OrderedDict()
        self._expiry: asyncio.TimerHandle | None = None
        self.size_bytes = 0

    def keep(self, name: str, record: Record) -> None:
        self._drop(name)
        self._kept[name] = (asyncio.get_running_loop().time() + self._keep_seconds, record)
        self.size_bytes += record.size_bytes
        self._set_timer()

    def find(self, name: str) -> Record | None:
        """The answer, if it is kept and its time has not passed."""
        self._expire()
        found = self._kept.get(name)
        return None if found is None else found[1]

    def make_room(self, others_bytes: int) -> None:
        """Drops the oldest until these and the answers under way are within the limit."""
        while self._kept and self.size_bytes + others_bytes > self._limit_bytes:
            self._drop(next(iter(self._kept)))

    def close(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        self._kept.clear()
        self.size_bytes = 0

    def _drop(self, name: str) -> None:
        _, record = self._kept.pop(name, (0.0, None))
        self.size_bytes -= record.size_bytes if record is not None else 0

    def _expire(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._kept and next(iter(self._kept.values()))[0] <= now:
            self._drop(next(iter(self._kept)))

    def _set_timer(self) -> None:
        """Pictures of people are not kept for longer because nobody asks."""
        if self._expiry is None and self._kept:
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_at(next(iter(self._kept.values()))[0], self._tick)

    def _tick(self) -> None:
        self._expiry = None
        self._expire()
        self._set_timer()
