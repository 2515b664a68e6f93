"""One exchange with the second reader's service: no redirects, a bounded answer, and the operator's address alone.

It knows HTTP; it does not know what is asked. The caller bounds the time.
"""

import asyncio
import contextlib
import json
import ssl
from functools import cache
from typing import Any

import h11

from engine import __version__
from server.reader.endpoint import Endpoint

MOST_BYTES = 256 * 1024
_CHUNK = 64 * 1024


class CallError(Exception):
    """The service gave no answer that can be read; the message says why in a few words, and quotes no text."""


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


async def call(endpoint: Endpoint, path: str, body: object = None, trust: ssl.SSLContext | None = None) -> Any:
    """The JSON that the service answers with: to a GET, or where there is a body, to a POST of it.

    Raises:
        CallError: No connection, another status than 200, or an answer that is too long or no JSON.
    """
    try:
        secure = {"ssl": trust or _system_trust()} if endpoint.secure else {}
        reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port, **secure)  # type: ignore[arg-type]
        try:
            answer = await _talk(endpoint, reader, writer, path, body)
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()
        return json.loads(answer)
    except ssl.SSLError as error:
        raise CallError(f"TLS failed: {error.reason or type(error).__name__}") from error
    except OSError as error:
        raise CallError(f"no connection: {error.strerror or type(error).__name__}") from error
    except h11.RemoteProtocolError as error:
        raise CallError("the answer is no HTTP") from error
    except (ValueError, RecursionError) as error:
        raise CallError("the answer is no JSON") from error


async def _talk(
    endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: object
) -> bytes:
    http = h11.Connection(h11.CLIENT)
    sent = b"" if body is None else json.dumps(body).encode()
    request = h11.Request(
        method="GET" if body is None else "POST",
        target=endpoint.target(path),
        headers=list(_headers(endpoint, sent).items()),
    )
    for part in (request, h11.Data(data=sent), h11.EndOfMessage()):
        writer.write(http.send(part) or b"")
    await writer.drain()
    answer = bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            _check(event.status_code)
        elif isinstance(event, h11.Data):
            answer += event.data
            if len(answer) > MOST_BYTES:
                raise CallError(f"the answer has more than {MOST_BYTES} bytes")
        elif isinstance(event, h11.EndOfMessage):
            return bytes(answer)
        elif not isinstance(event, h11.InformationalResponse):
            raise h11.RemoteProtocolError("no answer")


def _headers(endpoint: Endpoint, body: bytes) -> dict[str, str]:
    fields = {
        "Host": endpoint.authority,
        "User-Agent": f"cosmicman-serve/{__version__}",
        "Accept": "application/json",
        "Connection": "close",
    }
    if body:
        fields |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    if endpoint.key:
        fields["Authorization"] = f"Bearer {endpoint.key}"
    return fields


def _check(status: int) -> None:
    if 300 <= status < 400:
        raise CallError(f"it redirects ({status}), which is not followed; the address must be where it leads")
    if status != 200:
        raise CallError(f"it answered {status}")
