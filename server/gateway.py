"""What a route may use: settings, engine, parser and metrics, made once by `create_app`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.requests import Request

from engine.description import Parser
from server.backend import EngineBackend
from server.observability.metrics import Metrics
from server.observability.watch import Watch
from server.settings import Settings

#: From a picture and its media type to the same picture with its content credentials; raises CredentialsError.
Sign: TypeAlias = Callable[[bytes, str], bytes]


@dataclass(frozen=True, kw_only=True)
class Gateway:
    settings: Settings
    engine: EngineBackend
    parser: Parser
    metrics: Metrics
    watch: Watch
    #: None where pictures go out as the engine made them.
    sign: Sign | None = None
    #: Set when a stopping server has waited long enough for its requests: what still runs is cancelled.
    stop: asyncio.Event = field(default_factory=asyncio.Event)


def gateway_of(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway
