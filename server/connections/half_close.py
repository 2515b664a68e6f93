"""Finds out whether a client that sends no more still waits for its answer.

The end of what a client sends looks the same whether it keeps on reading (`shutdown(SHUT_WR)`, `nc -N`) or has left.
Only the answer to something we send tells: a machine whose program has closed the socket answers with a reset. So one
byte of the coming answer goes ahead, `H` first; every answer begins with the same nine. Where the answer has begun, it
is asked to send something. The pauses between them grow, since a client that waited at first may leave later.
"""

import asyncio
from collections.abc import Callable

from server.connections.transport import AnswerTransport

FIRST_PAUSE_SECONDS = 1.0
LOOK_SECONDS = 0.1


class HalfClosed:
    """`answering` tells whether the answer itself has begun, so that nothing can go ahead; `wanted` is set then."""

    def __init__(self, transport: AnswerTransport, answering: Callable[[], bool], wanted: asyncio.Event) -> None:
        self._transport = transport
        self._answering = answering
        self._wanted = wanted
        self._loop = asyncio.get_running_loop()
        self._pause = FIRST_PAUSE_SECONDS
        self._prober = self._loop.call_soon(self._probe)
        self._looker: asyncio.Handle = self._loop.call_soon(self._look)

    def end(self) -> None:
        self._prober.cancel()
        self._looker.cancel()

    def _probe(self) -> None:
        if self._answering():
            self._wanted.set()
        else:
            self._transport.send_ahead()
        self._prober = self._loop.call_later(self._pause, self._probe)
        self._pause *= 2

    def _look(self) -> None:
        if self._transport.was_reset():
            self._transport.abort()
        else:
            self._looker = self._loop.call_later(LOOK_SECONDS, self._look)
