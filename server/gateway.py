"""What a route may use: settings, engine, parser, metrics, keys and places, made once by `create_app`."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.requests import Request

from engine.description import Parser
from server.auth.keyring import Keyring
from server.backend import EngineBackend
from server.limits.places import Places
from server.observability.metrics import Metrics
from server.observability.watch import Watch
from server.reader.reader import Reader
from server.settings import Settings

#: From a picture and its media type to the same picture with its content credentials; raises CredentialsError.
Sign: TypeAlias = Callable[[bytes, str], bytes]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    settings: Settings
    engine: EngineBackend
    parser: Parser
    metrics: Metrics
    keyring: Keyring
    places: Places
    watch: Watch
    #: None where the rules alone read descriptions.
    reader: Reader | None = None
    #: None where pictures go out as the engine made them.
    sign: Sign | None = None
    #: Unix time in seconds.
    began: float = field(default_factory=time.time)
    #: Set when a stopping server has waited long enough for its requests: what still runs is cancelled.
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set when the server is to stop, before it takes no more connections: new work belongs elsewhere.
    draining: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def model_names(self) -> tuple[str, ...]:
        """What requests below /v1 may call the model: its own name, and the operator's other ones."""
        return tuple(dict.fromkeys((self.engine.model.name, *self.settings.model_aliases)))

    def requests_per_minute(self, caller: str) -> int | None:
        """How many a caller may send; "" is who came without a key, and None any number."""
        key = self.keyring.named(caller)
        own = None if key is None else key.requests_per_minute
        return own or self.settings.requests_per_minute


def gateway_of(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway
