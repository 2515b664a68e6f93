"""An answer with its status and headers, for those who need more than what it says."""

from collections.abc import Mapping
from typing import Generic, TypeVar

import httpx

from cosmicman_client._exchange.endpoints import Endpoint

T = TypeVar("T")


class RawResponse(Generic[T]):
    """What `with_raw_response` gives."""

    def __init__(self, endpoint: Endpoint[T], response: httpx.Response, retries: int) -> None:
        self._endpoint = endpoint
        self._response = response
        #: Tries after the first one.
        self.retries = retries

    @property
    def status_code(self) -> int:
        """HTTP status."""
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        """HTTP headers; names in any case."""
        return self._response.headers

    @property
    def request_id(self) -> str | None:
        """The server's name for the request, as in its log."""
        name: str | None = self._response.headers.get("x-request-id")
        return name

    @property
    def content(self) -> bytes:
        """The body as it came."""
        return self._response.content

    def parse(self) -> T:
        """What the plain call would have returned.

        Raises:
            APIResponseError: The answer is none of this interface.
        """
        return self._endpoint.parse(self._response)
