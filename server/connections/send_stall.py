"""Gives up on a client that does not read its answer."""

import asyncio
from collections.abc import Callable

#: Least that must leave in one period; a modem of the nineties does it in ten seconds.
LEAST_BYTES = 16 * 1024


class SendStall:
    """Runs from the moment something could not be sent until all of it has been."""

    def __init__(self, transport: asyncio.WriteTransport, seconds: float, stalled: Callable[[], None]) -> None:
        self._transport = transport
        self._seconds = seconds
        self._stalled = stalled
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.end()
        self._left = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        if self._transport.get_write_buffer_size() > self._left - LEAST_BYTES:
            self._stalled()
        else:
            self.begin()
