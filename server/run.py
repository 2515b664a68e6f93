"""Serves a bundle until told to stop: opens the port, loads the engine, runs the application.

Whatever stops the start is one clear line on standard error and an exit code of its own, never a traceback.
"""

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
from server.app import create_app, signing
from server.auth.keyring import Keyring
from server.auth.keys_file import KeysFileError
from server.auth.start import NoKeysError, keyring_of
from server.backend import EngineBackend
from server.connections.stopping import LAST_WORDS_SECONDS, StoppingServer
from server.gateway import Gateway, Sign
from server.observability.log_lines import configure as configure_logs
from server.settings import Settings
from server.triton.errors import TritonError

logger = logging.getLogger(__name__)

EXIT_OK = 0
EXIT_SETTINGS = EXIT_BUNDLE = 2
EXIT_ADDRESS = 3
EXIT_STARTUP = 4
EXIT_ENGINE = 5

BACKLOG = 2048

Load = Callable[[Path, EngineSettings], EngineBackend]


def serve(settings: Settings, load: Load = Engine.load) -> int:
    """Runs until SIGINT or SIGTERM; then lets running requests finish.

    Args:
        settings: Where to listen, what to serve.
        load: Makes the engine of a bundle; raises BundleError, ProviderError or TritonError.

    Returns:
        0 after a stop, 2 for a bundle or keys that cannot be loaded or a setting the machine cannot do, 3 for an
        address that cannot be used, 4 for an engine that does not start, 5 for a Triton that cannot be used.
    """
    configure_logs(settings.log_level, settings.log_format)
    try:
        limits = engine_settings(settings)
        sign = signing(settings)
    except ValueError as error:
        return _refuse(EXIT_SETTINGS, str(error))
    try:
        keyring = keyring_of(settings)
    except (NoKeysError, KeysFileError) as error:
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
        return _run(settings, engine, listener, keyring, sign)


def engine_settings(settings: Settings) -> EngineSettings:
    """What the engine is told of the operator's settings.

    Raises:
        ValueError: The machine cannot do it.
    """
    return EngineSettings(
        max_waiting=settings.max_queue,
        max_running=settings.max_running,
        max_rows=settings.max_rows,
        max_steps=settings.max_steps,
        max_pixels=settings.max_pixels,
        max_images=settings.max_images or EngineSettings.max_images,
        max_forward_seconds=settings.max_forward_seconds,
        num_threads=settings.num_threads,
        niceness=settings.engine_niceness,
        adapters=settings.adapters and settings.adapters.absolute(),
        adapter_bytes=settings.adapter_bytes,
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
            cpu_precision=settings.cpu_precision,
            openvino_cache=settings.openvino_cache and settings.openvino_cache.absolute(),
            openvino_shapes=settings.openvino_shapes,
        ),
    )


def _run(
    settings: Settings, engine: EngineBackend, listener: socket.socket, keyring: Keyring, sign: Sign | None
) -> int:
    try:
        app = create_app(settings, engine, keyring, sign)
    except ValueError as error:
        return _refuse(EXIT_SETTINGS, str(error))
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


class _Server(StoppingServer):
    """Says where it listens once it does, and reports a failed start instead of exiting."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, url: str) -> None:
        super().__init__(config, gateway)
        self.url = url
        self.refusal = ""
        self.status = EXIT_OK

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
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
