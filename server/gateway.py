"""What a route may use: settings, engine, parser and metrics, made once by `create_app`."""

import asyncio
import time
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
    #: Unix time in seconds.
    began: float = field(default_factory=time.time)
    #: Set when a stopping server has waited long enough for its requests: what still runs is cancelled.
    stop: asyncio.Event = field(default_factory=asyncio.Event)


def gateway_of(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway
