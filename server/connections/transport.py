"""A transport between uvicorn and the socket's own: it ends without losing the answer, sends together, and ahead.

What is written in one turn of the event loop leaves in one call to the system: head and body of an answer, the last
events of a stream. Each call costs the server some 30 microseconds of processor, and the client waking up costs 60.

Closing a socket with unread bytes in it resets the connection, and a client that still sends loses the answer that
tells it why it should stop. So such a connection is closed for writing first, and what comes is thrown away for a
while.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

#: What every answer begins with, whatever it says.
BEGINNING = b"HTTP/1.1 "
#: How long a client that still sends has to read the answer.
LINGER_SECONDS = 2.0


class AnswerTransport(asyncio.Transport):
    """`still_sends` tells whether the client is in the middle of a request; `ended` is called when it is cut off."""

    def __init__(self, inner: asyncio.Transport, still_sends: Callable[[], bool], ended: Callable[[], None]) -> None:
        super().__init__()
        self.inner = inner
        self._still_sends = still_sends
        self._ended = ended
        self._closing = False
        self._ahead = 0
        self._together: list[bytes] = []
        inner.set_write_buffer_limits(high=0)  # whatever cannot be sent at once is watched by SendStall

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        if self._closing or not data:
            return
        if self._ahead:
            assert bytes(data[: self._ahead]) == BEGINNING[: self._ahead]
            data, self._ahead = data[self._ahead :], 0
        if not self._together:
            asyncio.get_running_loop().call_soon(self.send_now)
        self._together.append(bytes(data))

    def send_now(self) -> None:
        """Hands over what this turn has written so far."""
        together, self._together = self._together, []
        if together and not self.inner.is_closing():
            self.inner.write(b"".join(together))

    def send_ahead(self) -> None:
        """One more byte of the next answer's beginning, which is known before the answer is."""
        if not self.is_closing() and not self._together and self._ahead < len(BEGINNING):
            self.inner.write(BEGINNING[self._ahead : self._ahead + 1])
            self._ahead += 1

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self.send_now()
        if self.inner.is_closing() or not self._still_sends():
            self.inner.close()
            return
        self._ended()
        self.inner.write_eof()
        self.inner.resume_reading()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.inner.abort)

    def abort(self) -> None:
        self._closing = True
        self._together.clear()
        self.inner.abort()

    def is_closing(self) -> bool:
        return self._closing or self.inner.is_closing()

    def was_reset(self) -> bool:
        """Whether the system was told that nobody is there any more."""
        connected = self.inner.get_extra_info("socket")
        return self.is_closing() or connected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def is_reading(self) -> bool:
        return self.inner.is_reading()

    def pause_reading(self) -> None:
        if not self._closing:
            self.inner.pause_reading()

    def resume_reading(self) -> None:
        self.inner.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.inner.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        return self.inner.get_write_buffer_size() + sum(map(len, self._together))
