"""How a server ends: it says that it is not ready, drains, takes no more connections, lets requests finish, ends them.

Each further signal skips to the next of these.
"""

import asyncio
import logging
import signal
import socket
from types import FrameType

from server.connections.server import ConnectionServer

logger = logging.getLogger(__name__)

#: For the problems of cancelled requests to be sent, before connections are cut.
LAST_WORDS_SECONDS = 5


class StoppingServer(ConnectionServer):
    """Ends late requests properly, where uvicorn would cut them off."""

    _loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called in the middle of anything, so it only tells the event loop."""
        if self._loop is None or not (self.started or self.should_exit):
            super().handle_exit(sig, frame)
        else:
            self._loop.call_soon_threadsafe(self._next, sig)

    def _next(self, sig: int) -> None:
        if self.should_exit:
            self._end_requests()
            return
        if self.gateway.draining.is_set():  # whoever asks twice does not want to wait
            self.should_exit = True
            return
        self.gateway.draining.set()
        seconds = self.gateway.settings.drain_seconds
        if not seconds:
            self.should_exit = True
            return
        logger.info("%s: not ready any more, taking requests for %g seconds still", signal.Signals(sig).name, seconds)
        asyncio.get_running_loop().call_later(seconds, self._stop)

    def _stop(self) -> None:
        self.should_exit = True

    def _end_requests(self) -> None:
        """Each gets a problem or an `error` event; who does not take it in time is cut off."""
        self.gateway.stop.set()
        asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, self._cut_connections)

    def _cut_connections(self) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets requests finish; those that take too long get a problem each, instead of a broken connection."""
        self.gateway.draining.set()
        seconds = self.gateway.settings.shutdown_timeout_seconds
        timer = asyncio.get_running_loop().call_later(seconds, self.gateway.stop.set)
        await super().shutdown(sockets=sockets)
        timer.cancel()
