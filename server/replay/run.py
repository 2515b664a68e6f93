"""One request that the application answers in a task of its own, so that its answer may outlive the connection.

To the application the client is there until the run is abandoned; then it leaves, as any client would.
"""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Scope

from server.http.disconnect import SEND_SOMETHING
from server.replay.record import Record


class Run:
    """`grew` is called with every part of the answer, `ended` once the application has returned."""

    def __init__(self, name: str, record: Record, *, grew: Callable[[], None], ended: Callable[["Run"], None]) -> None:
        self.name = name
        self.record = record
        self.began = asyncio.get_running_loop().time()
        #: The reader's; set when another takes its place. None while nobody reads.
        self.seat: asyncio.Event | None = None
        #: The application has returned.
        self.over = False
        #: Somebody has read all of the answer.
        self.told = False
        self._grew = grew
        self._ended = ended
        self._body: bytes | None = None
        self._left = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None

    def start(self, app: ASGIApp, scope: Scope, body: bytes) -> asyncio.Task[None]:
        self._body = body
        state = {name: value for name, value in scope["state"].items() if name != SEND_SOMETHING}
        return asyncio.create_task(self._answer(app, {**scope, "state": state}))

    def sit(self) -> asyncio.Event:
        """Gives the reader's place to a new one; who had it is told."""
        if self.seat is not None:
            self.seat.set()
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        self.seat = asyncio.Event()
        return self.seat

    def rise(self, seat: asyncio.Event) -> bool:
        """Whether nobody reads any more, now that the reader with this seat has stopped; False if it had lost it."""
        mine = self.seat is seat
        if mine:
            self.seat = None
        return mine

    def wait(self, seconds: float, then: Callable[["Run"], None]) -> None:
        """Calls `then` unless a reader comes in time."""
        assert self._grace is None
        self._grace = asyncio.get_running_loop().call_later(seconds, then, self)

    def abandon(self) -> None:
        """Lets the client leave."""
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        self._left.set()

    async def _answer(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._receive, self._send)
            if not self.record.complete:
                self.record.fail(RuntimeError("the application ended without an answer"))
        except Exception as error:  # whoever reads the answer raises it, where every other one is handled
            self.record.fail(error)
        finally:
            self.over = True
            self._ended(self)  # at once: nobody finds a run that is over and not settled

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.record.take(message)
        self._grew()
