"""What leaves together, and what is not lost by that."""

import asyncio
from typing import Any

from server.connections.transport import AnswerTransport


class Recorded(asyncio.Transport):
    """Keeps each call to the system that a socket's transport would make."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        assert not self.closed
        self.sent.append(bytes(data))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close


def transport(inner: Recorded) -> AnswerTransport:
    return AnswerTransport(inner, lambda: False, lambda: None)


async def test_what_one_turn_of_the_loop_writes_leaves_in_one_call() -> None:
    inner = Recorded()
    outer = transport(inner)
    for part in (b"HTTP/1.1 200 OK\r\n\r\n", b"", b"body"):
        outer.write(part)
    assert inner.sent == [] and outer.get_write_buffer_size() == 23
    await asyncio.sleep(0)
    outer.write(b"more")
    await asyncio.sleep(0)
    assert inner.sent == [b"HTTP/1.1 200 OK\r\n\r\nbody", b"more"]
    assert outer.get_write_buffer_size() == 0


async def test_closing_sends_what_was_written_and_aborting_does_not() -> None:
    inner, aborted = Recorded(), Recorded()
    outer = transport(inner)
    outer.write(b"last")
    outer.close()
    outer.write(b"too late")
    other = transport(aborted)
    other.write(b"never")
    other.abort()
    await asyncio.sleep(0)
    assert inner.sent == [b"last"] and inner.closed
    assert aborted.sent == [] and aborted.closed


async def test_what_went_ahead_is_not_sent_again() -> None:
    inner = Recorded()
    outer = transport(inner)
    outer.send_ahead()
    outer.send_ahead()
    outer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    outer.send_ahead()  # the answer has begun, though it has not left
    await asyncio.sleep(0)
    assert b"".join(inner.sent) == b"HTTP/1.1 200 OK\r\n\r\n"
