"""Serves the labelling page on this machine until it is told to stop."""

import socket
import sys

import uvicorn

from server.labelling.app import create_labelling_app
from server.labelling.desk import LabellingDesk
from server.run import EXIT_ADDRESS, EXIT_OK, announce

HOST = "127.0.0.1"


def serve_labelling(desk: LabellingDesk, port: int) -> int:
    """Runs until SIGINT or SIGTERM; 0 after a stop, 3 for a port that cannot be used."""
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        sys.stderr.write(f"cosmicman annotate: cannot listen on {HOST} port {port}: {error.strerror}\n")
        return EXIT_ADDRESS
    with listener:
        announce(f"The labelling page is ready on http://{HOST}:{listener.getsockname()[1]}")
        labelling_server(desk).run(sockets=[listener])
    return EXIT_OK


def labelling_server(desk: LabellingDesk) -> uvicorn.Server:
    """uvicorn around the page; it logs no requests, since their paths name pictures."""
    config = uvicorn.Config(
        create_labelling_app(desk, HOST),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
    )
    return uvicorn.Server(config)
