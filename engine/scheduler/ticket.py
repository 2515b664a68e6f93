"""A request's ticket: what the rest of the engine holds of the scheduler while a request is in it."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from engine.errors import EngineError
from engine.scheduler.place import Place, Update
from engine.track import Picture

Tell = Callable[[Update | EngineError], None]


class Desk(Protocol):
    """What a ticket needs of the scheduler."""

    def seat(self, ticket: "Ticket", pictures: Sequence[Picture]) -> None:
        """Puts a ticket's pictures into the step loop."""

    def decoded(self, ticket: "Ticket") -> None:
        """Takes note that one picture's latents are needed no more."""

    def leave(self, ticket: "Ticket") -> None:
        """Frees a ticket's place; safe to call twice."""


class Ticket:
    """A request from the line to its last picture; use it as a context manager."""

    def __init__(self, desk: Desk, place: Place, admitted: "asyncio.Future[None]", position: int) -> None:
        """Made by `Scheduler.enter`."""
        self.position = position
        self.place = place
        self.timer: asyncio.TimerHandle | None = None
        self._desk = desk
        self._admitted = admitted
        self._tell: Tell | None = None
        self._error: EngineError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the scheduler; rows of this request are in no forward that starts from now on."""
        self._desk.leave(self)

    async def admitted(self) -> None:
        """Waits until this request may compute.

        Raises:
            DeadlineError: Its deadline came first.
            EngineStoppedError: The scheduler stopped first.
        """
        await self._admitted

    def start(self, pictures: Sequence[Picture], tell: Tell) -> None:
        """Puts the pictures of this request into the step loop.

        Args:
            pictures: What to denoise.
            tell: Called in the event loop with every step, the latents of every picture, or one error and then no more.

        Raises:
            DeadlineError: The deadline came since this request was admitted, or cannot be met.
            EngineStoppedError: The scheduler stopped since.
        """
        if self._error is not None:
            raise self._error
        self._tell = tell
        self._desk.seat(self, pictures)

    def decoded(self) -> None:
        """Says that the latents of one picture are needed no more."""
        self._desk.decoded(self)

    def admit(self) -> None:
        """Called by the scheduler."""
        if not self._admitted.done():
            self._admitted.set_result(None)

    def tell(self, message: Update | EngineError) -> None:
        """Called by the scheduler; an error is the last thing a request is told, wherever it waits."""
        if isinstance(message, EngineError):
            self._error = message
            if not self._admitted.done():
                self._admitted.set_exception(message)
                self._admitted.exception()  # Whoever awaits it still gets it; nobody need.
        if self._tell is not None:
            self._tell(message)
