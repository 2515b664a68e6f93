"""A web of one server on loopback that answers as a test tells it, byte by byte."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

Respond = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Request:
    target: str
    headers: dict[str, str]


@dataclass(kw_only=True)
class Site:
    """What is at each path: whole bytes of an answer, or what writes one."""

    port: int = 0
    pages: dict[str, bytes | Respond] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def url(self, target: str, host: str = "localhost") -> str:
        return f"http://{host}:{self.port}{target}"

    def put(self, target: str, body: bytes, *more: str, status: str = "200 OK", length: int | None = None) -> str:
        head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *more]
        self.pages[target] = "\r\n".join([*head, "Connection: close", "", ""]).encode() + body
        return self.url(target)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            request = Request(target=head[0].split(" ")[1], headers=headers)
            self.requests.append(request)
            page = self.pages.get(request.target, self.pages.get(request.target.partition("?")[0]))
            if page is None:
                page = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(request, writer)
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
