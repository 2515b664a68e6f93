"""A transport between uvicorn and the socket's own: it ends without losing the answer, and can send ahead.

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
        inner.set_write_buffer_limits(high=0)  # whatever cannot be sent at once is watched by SendStall

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        if self._closing:
            return
        if self._ahead and data:
            assert bytes(data[: self._ahead]) == BEGINNING[: self._ahead]
            data, self._ahead = data[self._ahead :], 0
        self.inner.write(data)

    def send_ahead(self) -> None:
        """One more byte of the next answer's beginning, which is known before the answer is."""
        if not self.is_closing() and self._ahead < len(BEGINNING):
            self.inner.write(BEGINNING[self._ahead : self._ahead + 1])
            self._ahead += 1

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self.inner.is_closing() or not self._still_sends():
            self.inner.close()
            return
        self._ended()
        self.inner.write_eof()
        self.inner.resume_reading()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.inner.abort)

    def abort(self) -> None:
        self._closing = True
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
        return self.inner.get_write_buffer_size()
