"""uvicorn's server with our own way of taking connections."""

import asyncio
import socket
import sys
from functools import partial

import uvicorn
from uvicorn.config import STARTUP_FAILURE

from server.connections import last_word
from server.connections.acceptor import Acceptor
from server.connections.connection import Connection
from server.connections.crowd import Crowd
from server.connections.limits import ConnectionLimits
from server.gateway import Gateway


class ConnectionServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self.gateway = gateway

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """In the place of uvicorn's, which hands the listening sockets to asyncio.

        Raises:
            SystemExit: The application did not start; the log says why.
            OSError: A socket cannot listen.
        """
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        settings = self.gateway.settings
        limits = ConnectionLimits.of(settings).that_fit()
        crowd = Crowd(limits.max_connections, self.gateway.metrics)

        def connection(over_limit: bool) -> Connection:
            return Connection(
                self.config,
                self.server_state,
                self.lifespan.state,
                limits=limits,
                crowd=crowd,
                over_limit=over_limit,
                last_word=partial(last_word.answer, root_path=settings.root_path),
            )

        acceptors = [Acceptor(listener, crowd, connection) for listener in sockets or ()]
        for acceptor in acceptors:
            acceptor.start(self.config.backlog)
        self.servers: list[asyncio.Server] = acceptors  # type: ignore[assignment]
        self.started = True
