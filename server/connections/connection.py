"""One client's connection: uvicorn's HTTP/1.1 protocol with a deadline wherever it waits for the client.

While the application works there is none; it has time limits of its own.
"""

import asyncio
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from server.connections import refusals
from server.connections.crowd import Crowd
from server.connections.half_close import HalfClosed
from server.connections.limits import ConnectionLimits
from server.connections.send_stall import SendStall
from server.connections.transport import AnswerTransport
from server.http.disconnect import SEND_SOMETHING
from server.http.problems import ProblemError
from server.middleware.connection_limit import OVER_LIMIT_STATE

#: Longest phase of a connection that came over the limit.
OVER_LIMIT_SECONDS = 2.0


class Phase(Enum):
    """What a connection does; the values are the reasons in the metric of connections that were closed."""

    FIRST_BYTE = "first_byte"
    HEADER = "header"
    ANSWER = "answer"
    REST_OF_BODY = "body"
    IDLE = "idle"
    ENDED = "ended"


WAITING = frozenset({Phase.FIRST_BYTE, Phase.IDLE})


class Connection(H11Protocol):
    """`last_word` words a refusal that the application has no part in."""

    transport: AnswerTransport

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        limits: ConnectionLimits,
        crowd: Crowd,
        over_limit: bool,
        last_word: Callable[[ProblemError], bytes],
    ) -> None:
        self._wanted = asyncio.Event()
        state = app_state | {SEND_SOMETHING: self._wanted} | ({OVER_LIMIT_STATE: True} if over_limit else {})
        super().__init__(config, server_state, state)
        self.limits = limits
        self.crowd = crowd
        self.over_limit = over_limit
        self.last_word = last_word
        self.phase: Phase | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._half_closed: HalfClosed | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        outer = AnswerTransport(transport, self._client_still_sends, self._silence)
        self._stall = SendStall(transport, self.limits.send_seconds, self._client_does_not_read)
        super().connection_made(outer)
        self._turn()

    def connection_lost(self, exc: Exception | None) -> None:
        self._enter(Phase.ENDED)
        self._stall.end()
        if self._half_closed is not None:
            self._half_closed.end()
        self.crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():  # what comes after the last word is not read
            super().data_received(data)
            self._turn()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps the connection for the answer of a request that has come whole."""
        self.transport.send_now()  # asyncio may close the socket after this
        if not self._working or self.conn.their_state is h11.SEND_BODY or self.transport.is_closing():
            return False
        if self._half_closed is None:
            self._half_closed = HalfClosed(self.transport, lambda: self.cycle.response_started, self._wanted)
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.begin()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.end()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # it may have begun the next request, if that has come already
        self._unset_keepalive_if_required()
        if not self._working and (self.over_limit or self._half_closed is not None):
            self.transport.close()
        self._turn()

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn while it handles h11's error."""
        self._refuse(refusals.invalid_http(sys.exception()))

    def shutdown(self) -> None:
        if self._working:
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    def close_waiting(self) -> None:
        self.transport.close()

    @property
    def _cycle(self) -> RequestResponseCycle | None:
        """The latest request's; uvicorn's own annotation leaves out that there is none at first."""
        return cast("RequestResponseCycle | None", self.cycle)

    @property
    def _working(self) -> bool:
        """Whether the application owes an answer."""
        return self._cycle is not None and not self._cycle.response_complete

    def _turn(self) -> None:
        """Finds the phase that the connection is in now; its deadline runs from when it was entered."""
        self._enter(self._find_phase())

    def _find_phase(self) -> Phase:
        if self.transport.is_closing():
            return Phase.ENDED
        if self._working:
            return Phase.ANSWER
        if self.conn.their_state is h11.SEND_BODY:
            return Phase.REST_OF_BODY
        if self.conn.trailing_data[0]:
            return Phase.HEADER
        return Phase.FIRST_BYTE if self._cycle is None else Phase.IDLE

    def _enter(self, phase: Phase) -> None:
        if phase is self.phase:
            return
        self.phase = phase
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        seconds = self._seconds(phase)
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._expire)
        (self.crowd.waits if phase in WAITING and not self.over_limit else self.crowd.works)(self)

    def _seconds(self, phase: Phase) -> float | None:
        seconds = {
            Phase.FIRST_BYTE: self.limits.first_byte_seconds,
            Phase.HEADER: self.limits.header_seconds,
            Phase.REST_OF_BODY: self.limits.body_seconds,
            Phase.IDLE: self.limits.idle_seconds,
        }.get(phase)
        return seconds if seconds is None or not self.over_limit else min(seconds, OVER_LIMIT_SECONDS)

    def _expire(self) -> None:
        assert self.phase is not None
        self.crowd.metrics.connection_closed(self.phase.value)
        if self.phase is Phase.HEADER:
            self._refuse(refusals.header_timeout(self._seconds(Phase.HEADER) or 0.0))
        elif self.phase is Phase.REST_OF_BODY:
            self.transport.abort()
        else:
            self.transport.close()

    def _refuse(self, error: ProblemError) -> None:
        self.crowd.metrics.refused(error.kind.slug)
        """Says why and closes; where an answer has begun already there is no room for another."""
        begun = self._working and self.cycle.response_started
        if not begun and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(self.last_word(error))
        self._silence()
        self.transport.close()

    def _silence(self) -> None:
        """Nothing more can be sent: whoever works for this client is told that it has gone."""
        if self._working:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _client_still_sends(self) -> bool:
        return self._half_closed is None and (
            self.phase is Phase.HEADER or self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        )

    def _client_does_not_read(self) -> None:
        self.crowd.metrics.connection_closed("send")
        self.transport.abort()
