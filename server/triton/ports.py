"""A free port that stays free for the one it is meant for, from when it is chosen until it is needed no more."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"


@contextmanager
def held_port(host: str = LOOPBACK) -> Iterator[int]:
    """A free port of a host that the kernel gives to nobody else while this block runs.

    The port is bound and never listened on, so connections to it are refused. A server that is told its number and
    sets SO_REUSEADDR, as gRPC, libevent, uvicorn and PyTorch's store do, can listen on it all the same.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, 0))
        port: int = holder.getsockname()[1]
        yield port
