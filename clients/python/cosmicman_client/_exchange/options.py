"""How a client asks: where, with which key, how long and how often; what can be changed for single calls."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlsplit

import httpx

from cosmicman_client._exchange import constants
from cosmicman_client._version import __version__
from cosmicman_client.errors import ConfigurationError

USER_AGENT = f"cosmicman-client/{__version__}"


#: A year; of more than 292 years a socket knows nothing.
LONGEST_SECONDS = 366 * 86_400


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings of a client.

    Attributes:
        base_url: Where the server is.
        api_key: Sent as a bearer token; None sends none.
        timeout: Seconds that one try may take; connecting has its own limit.
        deadline: Seconds that a call may take in all, retries and pauses included; None means no limit.
        max_retries: Tries after the first.
        headers: Sent with every request.
    """

    base_url: str
    api_key: str | None = field(repr=False)
    timeout: float = constants.TIMEOUT_SECONDS
    deadline: float | None = None
    max_retries: int = constants.MAX_RETRIES
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls,
        *,
        base_url: str | None,
        api_key: str | None,
        timeout: float,
        deadline: float | None,
        max_retries: int,
        headers: Mapping[str, str] | None,
    ) -> Self:
        """Fills in what the environment says, and checks everything.

        Raises:
            ConfigurationError: A URL or a key that no request can be sent with.
            ValueError: A time or a number that is none.
        """
        url = base_url or os.environ.get(constants.BASE_URL_VARIABLE) or constants.DEFAULT_BASE_URL
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ConfigurationError(f"base_url must be like https://pictures.example.org/path; got {url!r}")
        if parts.username or parts.password:
            raise ConfigurationError("base_url must not hold a user or a password; a key goes into api_key")
        key = api_key if api_key is not None else os.environ.get(constants.API_KEY_VARIABLE)
        if key is not None and not (key.isascii() and key.isprintable() and key == key.strip() and key):
            raise ConfigurationError("api_key must be printable ASCII without blanks around it")
        return cls(
            base_url=url.rstrip("/"),
            api_key=key,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            headers=dict(headers or {}),
        ).checked()

    def checked(self) -> Self:
        """These options, if their numbers are right."""
        for name, value in (("timeout", self.timeout), ("deadline", self.deadline)):
            if value is not None and not 0 < value <= LONGEST_SECONDS:
                raise ValueError(f"{name} must be more than 0 and at most {LONGEST_SECONDS} seconds; got {value}")
        if self.max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more; got {self.max_retries}")
        return self

    def changed(self, **changes: object) -> Self:
        """The same with some of them changed."""
        return replace(self, **changes).checked()  # type: ignore[arg-type]

    def request_headers(self) -> dict[str, str]:
        """What every request carries."""
        key = {} if self.api_key is None else {"Authorization": f"Bearer {self.api_key}"}
        return {"User-Agent": USER_AGENT, "Accept": "application/json", **key, **self.headers}

    def request_timeout(self, remaining: float | None, *, stream: bool) -> httpx.Timeout:
        """Of one try; a stream may last as long as it likes but may not be silent for long."""
        whole = constants.STREAM_SILENCE_SECONDS if stream else self.timeout
        whole = whole if remaining is None else min(whole, remaining)
        return httpx.Timeout(whole, connect=min(whole, constants.CONNECT_TIMEOUT_SECONDS))
