"""What a route may use: settings, engine, parser and metrics, made once by `create_app`."""

from dataclasses import dataclass

from starlette.requests import Request

from engine.description import Parser
from server.backend import EngineBackend
from server.metrics import Metrics
from server.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Gateway:
    settings: Settings
    engine: EngineBackend
    parser: Parser
    metrics: Metrics


def gateway_of(request: Request) -> Gateway:
    gateway = request.app.state.gateway
    assert isinstance(gateway, Gateway)
    return gateway
