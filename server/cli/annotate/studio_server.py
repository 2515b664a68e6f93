"""A running Label Studio over HTTP: a round's questions become a project of it, and its answers come back.

This is the interface that Label Studio's own SDK speaks. The SDK pins another OpenCV than this project needs, so it
cannot stand beside it (docs/decisions/project/person-models.md).
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import httpx

from server.cli.errors import UsageError

KEY = "COSMICMAN_LABEL_STUDIO_KEY"
_SECONDS = 120.0
_AT_ONCE = 500  # tasks in one request


class StudioServer:
    """A Label Studio, asked as one of its users."""

    def __init__(self, client: httpx.Client, host: str) -> None:
        """Takes a client that has the key, and what messages call the server."""
        self._client, self._host = client, host

    @classmethod
    @contextmanager
    def at(cls, url: str, key: str) -> Iterator[Self]:
        """The server, for as long as its connection is open.

        Args:
            url: Of its page.
            key: A user's access token: the legacy one, or a personal one, which is a JSON web token.

        Raises:
            UsageError: The URL is none, or the server refuses the key.
        """
        try:
            place = httpx.URL(url)
        except httpx.InvalidURL:
            place = httpx.URL()
        if place.scheme not in ("http", "https") or not place.host or place.userinfo:
            raise UsageError(f"--server must be an http(s) URL such as http://127.0.0.1:8080, got {url!r}")
        if not key:
            raise UsageError(f"Label Studio wants a user's access token: set {KEY}")
        with httpx.Client(base_url=place, timeout=_SECONDS) as client:
            server = cls(client, f"Label Studio at {place}")
            scheme = "Token"
            if _is_refresh_token(key):
                scheme, key = "Bearer", str(server._ask("POST", "api/token/refresh/", {"refresh": key})["access"])
            client.headers["Authorization"] = f"{scheme} {key}"
            yield server

    def create(self, title: str, config: str, tasks: Sequence[Mapping[str, Any]]) -> int:
        """A project with tasks; its number."""
        project = self._ask("POST", "api/projects/", {"title": title, "label_config": config})
        number = int(project["id"])
        for start in range(0, len(tasks), _AT_ONCE):
            self._ask("POST", f"api/projects/{number}/import", list(tasks[start : start + _AT_ONCE]))
        return number

    def export(self, number: int) -> Any:
        """All tasks of a project with what people said, as JSON."""
        return self._ask("GET", f"api/projects/{number}/export?exportType=JSON", None)

    def _ask(self, method: str, path: str, body: object) -> Any:
        try:
            answer = self._client.request(method, path, json=body) if body is not None else self._client.get(path)
        except httpx.HTTPError as error:
            raise UsageError(f"{self._host} cannot be asked: {type(error).__name__}: {error}") from error
        if not answer.is_success:
            hint = f"; is {KEY} right?" if answer.status_code in (401, 403) else ""
            raise UsageError(f"{self._host} answers {answer.status_code} to {path}: {answer.text[:300]!r}{hint}")
        try:
            return answer.json()
        except ValueError as error:
            raise UsageError(f"{self._host} answers {path} with what is no JSON; is it a Label Studio?") from error


def _is_refresh_token(key: str) -> bool:
    """Whether a key is a JSON web token of the kind that one exchanges."""
    parts = key.split(".")
    if len(parts) != 3:
        return False
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("token_type") == "refresh"
