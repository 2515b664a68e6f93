"""One POST to an address that was judged: bounded in time, no redirects, nothing read but the status and the header."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from functools import cache

import h11

from engine import __version__
from server.jobs.webhook.address import Receiver

SEND_SECONDS = 15.0
#: Of the answer's header; what follows it is not read.
MAX_HEADER_BYTES = 16_384


class SendError(Exception):
    """Nobody took the message; the message says why in a few words."""


@cache
def system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


async def send(
    receiver: Receiver,
    addresses: list[str],
    headers: Mapping[str, str],
    body: bytes,
    trust: ssl.SSLContext | None = None,
) -> int:
    """The status that the receiver answered with.

    Raises:
        SendError: No connection, no certificate for the name, no answer in time, or one that is no HTTP.
    """
    try:
        async with asyncio.timeout(SEND_SECONDS):
            reader, writer = await _connect(receiver, addresses, trust)
            try:
                return await _talk(receiver, reader, writer, headers, body)
            finally:
                writer.close()
                with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                    async with asyncio.timeout(1):
                        await writer.wait_closed()
    except TimeoutError as error:
        raise SendError("no answer in time") from error
    except ssl.SSLError as error:
        raise SendError(f"TLS failed: {error.reason or type(error).__name__}") from error
    except h11.RemoteProtocolError as error:
        raise SendError("the answer is no HTTP") from error
    except OSError as error:
        raise SendError(f"no connection: {error.strerror or type(error).__name__}") from error


async def _connect(
    receiver: Receiver, addresses: list[str], trust: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    secure = {"ssl": trust or system_trust(), "server_hostname": receiver.host} if receiver.secure else {}
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return await asyncio.open_connection(address, receiver.port, **secure)  # type: ignore[arg-type]
    return await asyncio.open_connection(addresses[-1], receiver.port, **secure)  # type: ignore[arg-type]


async def _talk(
    receiver: Receiver,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    headers: Mapping[str, str],
    body: bytes,
) -> int:
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_BYTES)
    fields = {
        "Host": receiver.authority,
        "User-Agent": f"cosmicman-serve/{__version__}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    request = h11.Request(method="POST", target=receiver.target, headers=list(fields.items()))
    for part in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(http.send(part) or b"")
    await writer.drain()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(4096))
        elif isinstance(event, h11.Response):
            return event.status_code
        elif not isinstance(event, h11.InformationalResponse):
            raise h11.RemoteProtocolError("no answer")
