"""What a route may use: settings, engine, parser and metrics, made once by `create_app`."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request

from engine.description import Parser
from server.backend import EngineBackend
from server.observability.metrics import Metrics
from server.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Gateway:
    settings: Settings
    engine: EngineBackend
    parser: Parser
    metrics: Metrics
    #: Set as soon as the server is told to stop: nothing new is begun that nobody waits for.
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    #: Set when a stopping server has waited long enough for its requests: what still runs is cancelled.
    stop: asyncio.Event = field(default_factory=asyncio.Event)


def gateway_of(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway
