"""Who is connected, who of them only waits, and whether there is room for one more.

When it is full, the one that has waited longest without a request makes room; where all have one, the newcomer is over
the limit. Those are let in too, a few at a time, to be told so.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from server.connections.seldom import Seldom
from server.observability.metrics import Metrics

logger = logging.getLogger(__name__)

#: Connections over the limit that are told so at the same time; further ones wait in the system's queue.
OVER_LIMIT = 32


class Member(Protocol):
    def close_waiting(self) -> None:
        """Ends a connection on which no request has begun."""


class Crowd:
    def __init__(self, max_connections: int, metrics: Metrics) -> None:
        self.max_connections = max_connections
        self.metrics = metrics
        self._members: set[Member] = set()
        self._waiting: dict[Member, None] = {}  # in the order in which they began to wait
        self._when_smaller: list[Callable[[], None]] = []
        self._full = Seldom(logger)

    def __len__(self) -> int:
        return len(self._members)

    @property
    def overcrowded(self) -> bool:
        """Whether not even one that is over the limit can be let in."""
        return len(self._members) >= self.max_connections + OVER_LIMIT

    def make_room(self) -> bool:
        """Whether one more is within the limit, if need be in the place of one that only waits."""
        return len(self._members) < self.max_connections or self.drop_waiting()

    def drop_waiting(self) -> bool:
        """Ends the connection that has waited longest without a request; False if there is none."""
        if not self._waiting:
            return False
        longest = next(iter(self._waiting))
        self.leave(longest)
        self.metrics.connection_closed("crowded")
        self._full.warn("%d connections are open, the limit; one without a request made room", self.max_connections)
        longest.close_waiting()
        return True

    def enter(self, member: Member) -> None:
        self._members.add(member)
        self.metrics.connections_open(len(self._members))

    def leave(self, member: Member) -> None:
        self._waiting.pop(member, None)
        if member in self._members:
            self._members.discard(member)
            self.metrics.connections_open(len(self._members))
            callbacks, self._when_smaller = self._when_smaller, []
            for callback in callbacks:
                callback()

    def waits(self, member: Member) -> None:
        """It has no request under way: from now on it may have to make room."""
        if member in self._members:
            self._waiting[member] = None

    def works(self, member: Member) -> None:
        self._waiting.pop(member, None)

    def when_smaller(self, callback: Callable[[], None]) -> None:
        """Calls back once, when somebody leaves."""
        self._when_smaller.append(callback)
