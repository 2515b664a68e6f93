"""Takes new connections from a listening socket for as long as there are descriptors and room for them.

asyncio's own loop tries to accept on, thousands of times a second with a log line each, when descriptors run out. This
one rests instead: the system's queue keeps who comes meanwhile.
"""

import asyncio
import logging
import socket
from collections.abc import Callable

from server.connections.connection import Connection
from server.connections.crowd import Crowd
from server.connections.seldom import Seldom

logger = logging.getLogger(__name__)

#: Accepted in one turn of the event loop, so that those who are served get theirs too.
PER_TURN = 16
#: How long to rest when the system gives no more connections.
REST_SECONDS = 0.5
#: The same after one has been closed that only waited.
PAUSE_SECONDS = 0.02


class Acceptor:
    """Has the two methods of `asyncio.Server` that uvicorn calls."""

    def __init__(self, listener: socket.socket, crowd: Crowd, make: Callable[[bool], Connection]) -> None:
        self._listener = listener
        self._crowd = crowd
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._resting: asyncio.TimerHandle | None = None
        self._closed = False
        self._welcoming: set[asyncio.Task[None]] = set()
        self._exhausted = Seldom(logger)

    def start(self, backlog: int) -> None:
        self._listener.setblocking(False)
        self._listener.listen(backlog)
        self._open()

    def close(self) -> None:
        self._closed = True
        self._loop.remove_reader(self._listener)
        if self._resting is not None:
            self._resting.cancel()

    async def wait_closed(self) -> None:
        """Returns at once: who waits for the connections themselves is uvicorn."""

    def _open(self) -> None:
        if not self._closed:
            self._loop.add_reader(self._listener, self._accept_some)

    def _accept_some(self) -> None:
        for _ in range(PER_TURN):
            if self._crowd.overcrowded:
                self._loop.remove_reader(self._listener)
                self._crowd.when_smaller(self._open)
                return
            try:
                accepted, _ = self._listener.accept()
            except BlockingIOError:
                return
            except (InterruptedError, ConnectionAbortedError):
                continue
            except OSError as error:
                self._rest(error)
                return
            self._welcome(accepted)

    def _rest(self, error: OSError) -> None:
        self._exhausted.warn("no connection can be accepted, trying on quietly: %s", error.strerror or error)
        made_room = self._crowd.drop_waiting()
        self._loop.remove_reader(self._listener)
        self._resting = self._loop.call_later(PAUSE_SECONDS if made_room else REST_SECONDS, self._open)

    def _welcome(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        connection = self._make(not self._crowd.make_room())
        self._crowd.enter(connection)
        task = self._loop.create_task(self._connect(connection, accepted))
        self._welcoming.add(task)
        task.add_done_callback(self._welcoming.discard)

    async def _connect(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:  # it ended before it began
            accepted.close()
            self._crowd.leave(connection)
