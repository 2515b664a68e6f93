"""Where the second reader is asked: one http(s) address that the operator gave, and what is sent along."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHAT = "/chat/completions"
MODELS = "/models"
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An OpenAI-compatible service.

    Attributes:
        url: Up to and with the version, such as ``http://127.0.0.1:11434/v1``.
        model: The name the service knows it by; None takes the first that the service lists.
        key: Sent as a bearer token; never shown, not even in ``repr``.
        seconds: Longest that one reading may take in all.

    Raises:
        ValueError: The URL is none that can be asked, or the key none that can be sent.
    """

    url: str
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Judges the URL."""
        try:
            parts = urlsplit(self.url)
            fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            fits = False
        if not fits or "@" in parts.netloc or parts.query or parts.fragment or not self.url.isascii():
            raise ValueError(
                "must be an http(s) URL such as http://127.0.0.1:11434/v1, without a password, a query and a fragment"
            )
        if self.key is not None and not _KEY.fullmatch(self.key):
            raise ValueError("must be printable ASCII without spaces")

    @property
    def secure(self) -> bool:
        """Whether it is asked by TLS."""
        return self.url.startswith("https:")

    @property
    def host(self) -> str:
        """The host's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port to connect to."""
        return urlsplit(self.url).port or (443 if self.secure else 80)

    @property
    def authority(self) -> str:
        """As a Host header has it."""
        return urlsplit(self.url).netloc

    def target(self, path: str) -> str:
        """What a request line asks for."""
        return urlsplit(self.url).path.removesuffix("/").removesuffix(CHAT) + path
