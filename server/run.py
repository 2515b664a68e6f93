"""Serves a bundle until told to stop: opens the port, loads the engine, runs the application.

Whatever stops the start is one clear line on standard error and an exit code of its own, never a traceback.
"""

import asyncio
import logging
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from engine.engine import Engine, EngineSettings, SessionSettings
from engine.errors import BundleError, ProviderError
from server.app import create_app
from server.backend import EngineBackend
from server.connections.server import ConnectionServer
from server.gateway import Gateway
from server.settings import Settings
from server.triton.errors import TritonError

logger = logging.getLogger(__name__)

EXIT_OK = 0
EXIT_SETTINGS = EXIT_BUNDLE = 2
EXIT_ADDRESS = 3
EXIT_STARTUP = 4
EXIT_ENGINE = 5

BACKLOG = 2048
#: For the problems of cancelled requests to be sent, before connections are cut.
LAST_WORDS_SECONDS = 5


Load = Callable[[Path, EngineSettings], EngineBackend]


def serve(settings: Settings, load: Load = Engine.load) -> int:
    """Runs until SIGINT or SIGTERM; then lets running requests finish.

    Args:
        settings: Where to listen, what to serve.
        load: Makes the engine of a bundle; raises BundleError, ProviderError or TritonError.

    Returns:
        0 after a stop, 2 for a bundle that cannot be loaded or a setting the machine cannot do, 3 for an address
        that cannot be used, 4 for an engine that does not start, 5 for a Triton that cannot be used.
    """
    _configure_logging(settings)
    try:
        limits = engine_settings(settings)
    except ValueError as error:
        return _refuse(EXIT_SETTINGS, str(error))
    try:
        listener = _bind(settings.host, settings.port)
    except (OSError, UnicodeError) as error:  # a host that no name can be, too
        reason = getattr(error, "strerror", None) or error
        return _refuse(EXIT_ADDRESS, f"cannot listen on {settings.host} port {settings.port}: {reason}")
    with listener:
        try:
            engine = load(settings.bundle, limits)
        except BundleError as error:
            return _refuse(EXIT_BUNDLE, str(error))
        except ProviderError as error:
            return _refuse(EXIT_SETTINGS, str(error))
        except TritonError as error:
            return _refuse(EXIT_ENGINE, str(error))
        return _run(settings, engine, listener)


def engine_settings(settings: Settings) -> EngineSettings:
    """What the engine is told of the operator's settings.

    Raises:
        ValueError: The machine cannot do it.
    """
    return EngineSettings(
        max_waiting=settings.max_queue,
        max_running=settings.max_running,
        max_rows=settings.max_rows,
        max_forward_seconds=settings.max_forward_seconds,
        num_threads=settings.num_threads,
        sessions=SessionSettings(
            provider=settings.provider,
            device=settings.device,
            arena=settings.arena,
            spin_microseconds=settings.spin_microseconds,
            memory_limit_bytes=settings.memory_limit_bytes,
            engine_cache=settings.engine_cache,
            engines=settings.engines and settings.engines.absolute(),
            half_precision=settings.half_precision,
            tf32=settings.tf32,
            convolution_search=settings.convolution_search,
        ),
    )


def _run(settings: Settings, engine: EngineBackend, listener: socket.socket) -> int:
    app = create_app(settings, engine)
    server = _Server(configuration(app), app.state.gateway, _url(settings.host, listener))
    with _signals_end_well():
        server.run(sockets=[listener])
    if server.refusal:
        return _refuse(server.status, server.refusal)
    return EXIT_OK


def configuration(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves the application."""
    seconds = app.state.gateway.settings.shutdown_timeout_seconds
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=math.ceil(seconds) + LAST_WORDS_SECONDS,
    )


class _Server(ConnectionServer):
    """Says where it listens once it does, reports a failed start instead of exiting, ends late requests properly."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, url: str) -> None:
        super().__init__(config, gateway)
        self.url = url
        self.refusal = ""
        self.status = EXIT_OK
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets=sockets)
        except SystemExit:
            self.status = EXIT_STARTUP
            self.refusal = "the engine did not start; the lines above say why"
        except OSError as error:  # another took the port between its binding here and now
            self.status = EXIT_ADDRESS
            self.refusal = f"cannot listen on {self.url}: {error.strerror or error}"
            await self.lifespan.shutdown()
        if self.refusal:
            self.should_exit = True
        else:
            announce(f"CosmicMan Serve is ready on {self.url}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets requests finish, a second one tells them to end; uvicorn would cut them off."""
        if self.should_exit and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end_requests)
        else:
            super().handle_exit(sig, frame)

    def _end_requests(self) -> None:
        """Each gets a problem or an `error` event; who does not take it in time is cut off."""
        self.gateway.stop.set()
        asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, self._cut_connections)

    def _cut_connections(self) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets requests finish; those that take too long get a problem each, instead of a broken connection."""
        self.gateway.draining.set()
        seconds = self.gateway.settings.shutdown_timeout_seconds
        timer = asyncio.get_running_loop().call_later(seconds, self.gateway.stop.set)
        await super().shutdown(sockets=sockets)
        timer.cancel()


def announce(line: str) -> None:
    """Says it on standard output, if somebody reads that; serving goes on where nobody does."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        logger.info("%s (standard output is closed)", line)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # or the interpreter complains at its end


def _bind(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet: clients are refused, not kept waiting, until the engine is ready."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _configure_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    # Its lines on starting and stopping say nothing that ours do not.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _refuse(code: int, reason: str) -> int:
    sys.stderr.write(f"cosmicman: {reason}\n")
    return code


@contextmanager
def _signals_end_well() -> Iterator[None]:
    """uvicorn raises the signal that stopped it again at the end; by then there is nothing left to stop."""
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore(number: int, frame: FrameType | None) -> None:
    """Does nothing, unlike the default handlers."""
