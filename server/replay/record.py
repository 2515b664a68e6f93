"""One answer as the application gives it, kept part by part so that it can be sent again.

It does not know who reads it, or for how long it is kept. The parts of an event stream are its events; comments, which
only keep a connection open, are no part of it.
"""

import asyncio
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Message

EVENT_STREAM = "text/event-stream"
END_OF_EVENT = b"\n\n"
#: What a record costs beside its parts, roughly.
OVERHEAD_BYTES = 1024


class Record:
    """`fingerprint` says what the request was; `request_id` is that of the request that made the answer.

    Attributes:
        status: 0 until the answer has begun.
        complete: All of the answer is there.
        failure: What ended the application instead.
    """

    def __init__(self, *, fingerprint: str, request_id: str) -> None:
        self.fingerprint = fingerprint
        self.request_id = request_id
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.size_bytes = OVERHEAD_BYTES
        self.complete = False
        self.failure: Exception | None = None
        self.is_stream = False
        self._rest = b""
        self._changed = asyncio.Event()

    @classmethod
    def of(
        cls,
        *,
        fingerprint: str,
        request_id: str,
        status: int,
        headers: Sequence[tuple[bytes, bytes]],
        parts: Sequence[bytes],
    ) -> "Record":
        """A complete one."""
        record = cls(fingerprint=fingerprint, request_id=request_id)
        record._begin(status, headers)
        record.parts = list(parts)
        record.size_bytes += sum(map(len, parts))
        record.complete = True
        return record

    @property
    def is_numbered(self) -> bool:
        """Whether the events say their numbers, which run from 1."""
        return self.is_stream and bool(self.parts) and self.parts[0].startswith(b"id: 1\n")

    @property
    def is_success(self) -> bool:
        """Whether it is worth repeating: the answer is whole and tells of no failure."""
        failed = self.is_stream and bool(self.parts) and _name(self.parts[-1]) == b"error"
        return self.complete and 200 <= self.status < 300 and not failed

    def take(self, message: Message) -> None:
        """The next message of the application."""
        if message["type"] == "http.response.start":
            self._begin(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._add(message.get("body", b""))
            if not message.get("more_body", False):
                self._keep(self._rest)
                self._rest = b""
                self.complete = True
        self._tell()

    def fail(self, failure: Exception) -> None:
        self.failure = failure
        self._tell()

    async def change(self) -> None:
        """Waits for what comes next.

        Raises:
            Exception: What ended the application.
        """
        if self.failure is not None:
            raise self.failure
        await self._changed.wait()

    def _begin(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.status, self.headers = status, [(bytes(name), bytes(value)) for name, value in headers]
        self.is_stream = Headers(raw=self.headers).get("content-type", "").startswith(EVENT_STREAM)

    def _add(self, data: bytes) -> None:
        if not self.is_stream:
            self._keep(data)
            return
        *events, self._rest = (self._rest + data).split(END_OF_EVENT)
        for event in events:
            self._keep(event + END_OF_EVENT)

    def _keep(self, part: bytes) -> None:
        if part and not (self.is_stream and part.startswith(b":")):
            self.parts.append(part)
            self.size_bytes += len(part)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _name(event: bytes) -> bytes:
    """What an event's lines call it."""
    lines = event[:200].split(b"\n")
    return next((line.removeprefix(b"event:").strip() for line in lines if line.startswith(b"event:")), b"message")
