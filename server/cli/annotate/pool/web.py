"""The HTTP client that pictures are fetched by: one connection a request, to the very address that was judged.

The name goes into TLS and the Host header; connections are not kept, since one to the same address may be for another.
"""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import httpx

from engine.annotate.pool.fetch.address import Place
from engine.annotate.pool.fetch.web import WebError

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0


class HttpxReply:
    """An answer of httpx; see ``engine.annotate.pool.fetch.web.Reply``."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx.HTTPError as error:
            raise WebError(str(error) or type(error).__name__) from error


class HttpxWeb:
    """See ``engine.annotate.pool.fetch.web.Web``; no proxy of the environment is used, which would judge for itself."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._client = httpx.AsyncClient(
            verify=trust or ssl.create_default_context(),
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def get(self, place: Place, address: str, headers: Mapping[str, str]) -> AsyncIterator[HttpxReply]:
        host = place.origin.partition("://")[2]
        try:
            url = httpx.URL(scheme=place.scheme, host=address, port=place.port, raw_path=place.target.encode("ascii"))
            request = self._client.build_request(
                "GET", url, headers={"Host": host, **headers}, extensions={"sni_hostname": place.host}
            )
            response = await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise WebError(str(error) or type(error).__name__) from error
        try:
            yield HttpxReply(response)
        finally:
            await response.aclose()
