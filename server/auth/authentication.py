"""Asks for an API key wherever one is needed, and names the caller.

A key comes as `Authorization: Bearer KEY`, which is what OpenAI's clients send and Prometheus can, and in no other way:
one that comes in two places may be two keys.
"""

from collections.abc import Collection, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.auth.ending import KEY_END_STATE
from server.auth.keyring import KeyRefusedError, Keyring
from server.auth.keys_file import GENERATE, METRICS, Key
from server.auth.unauthorized import unauthorized
from server.http import problems
from server.http.caller import CALLER_STATE
from server.http.problems import ProblemError
from server.http.route_table import route_path

#: Paths that a key needs another scope for than `generate`.
SCOPED = {"/metrics": METRICS, "/statusz": METRICS}


class AuthenticationMiddleware:
    """`free` are the paths that nobody needs a key for."""

    def __init__(self, app: ASGIApp, keyring: Keyring, free: Collection[str]) -> None:
        self.app = app
        self.keyring = keyring
        self.free = frozenset(free)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.keyring.asked or route_path(scope) in self.free:
            await self.app(scope, receive, send)
            return
        try:
            key = self._key(Headers(scope=scope), route_path(scope))
        except ProblemError as error:
            await problems.response(error, scope)(scope, receive, send)
            return
        scope.setdefault("state", {}).update({CALLER_STATE: key.name, KEY_END_STATE: self.keyring.end_of(key)})
        await self.app(scope, receive, send)

    def _key(self, headers: Headers, path: str) -> Key:
        """The key of a request.

        Raises:
            ProblemError: 401 or 403.
        """
        try:
            key = self.keyring.find(_bearer(headers.getlist("authorization"), "x-api-key" in headers))
        except KeyRefusedError as error:
            raise unauthorized(f"The API key is not accepted: {error}.") from error
        needed = SCOPED.get(path, GENERATE)
        if needed not in key.scopes:
            detail = f"{path} needs a key with the scope {needed}; the key {key.name} has {', '.join(key.scopes)}."
            raise ProblemError(problems.FORBIDDEN, detail)
        return key


def _bearer(values: Sequence[str], elsewhere: bool) -> str:
    """The token in a request's Authorization headers.

    Raises:
        ProblemError: There is none, or more than one.
    """
    how = "Authorization: Bearer KEY"
    if not values:
        also = "; X-API-Key is not read" if elsewhere else ""
        raise unauthorized(f"An API key is needed, as {how}{also}.", token=False)
    if len(values) > 1:
        raise unauthorized(f"One API key is needed, as {how}; got {len(values)} Authorization headers.")
    scheme, _, token = values[0].strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized(f"An API key is needed, as {how}; got an Authorization of another form.", token=False)
    return token.strip()
