"""What gateways share of their answers; `Alone` shares nothing."""

from typing import Protocol

from server.replay.record import Record
from server.replay.wire import Mark


class Shared(Protocol):
    async def claim(self, name: str, fingerprint: str) -> Record | Mark | None:
        """What others have under a name; None: nothing, and from now on the name is taken by us."""

    async def find(self, name: str) -> Record | Mark | None:
        """The same, without taking it."""

    async def publish(self, name: str, record: Record) -> None:
        """Puts the answer in the place of our mark."""

    async def release(self, name: str) -> None:
        """Takes our mark away."""

    async def close(self) -> None: ...


class Alone:
    async def claim(self, name: str, fingerprint: str) -> Record | Mark | None:
        return None

    async def find(self, name: str) -> Record | Mark | None:
        return None

    async def publish(self, name: str, record: Record) -> None: ...

    async def release(self, name: str) -> None: ...

    async def close(self) -> None: ...
