"""Answers only requests that name this server in their Host header; others get 421.

A page of any site can make its own name point to 127.0.0.1 and then read what a server there answers (DNS rebinding);
the browser still says that site's name. An address as Host cannot come about that way, so a server that the network
reaches answers to every address; probes ask by address or by any name, and learn nothing worth hiding.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.network.addresses import address_of
from server.host_names import ANY, LOOPBACK, host_of, is_loopback, read_host
from server.http import problems
from server.http.problems import ProblemError, shown
from server.http.route_table import route_path

#: Answered whatever the Host: orchestrators probe by address, load balancers by HTTP/1.0 without one.
PROBES = frozenset({"/healthz", "/readyz"})


class AllowedHostsMiddleware:
    """`bound` is the address that the server listens on, `others` are further names, `*` any."""

    def __init__(self, app: ASGIApp, bound: str, others: Collection[str] = ()) -> None:
        self.app = app
        self.any_host = ANY in others
        self.any_address = not is_loopback(bound)
        self.names = LOOPBACK | _names(bound) | set(others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self.any_host and route_path(scope) not in PROBES:
            hosts = Headers(scope=scope).getlist("host")
            if not (len(hosts) == 1 and self._allowed(hosts[0])):
                await problems.response(self._refusal(hosts), scope)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _allowed(self, header: str) -> bool:
        host = host_of(header)
        return host is not None and (host in self.names or (self.any_address and address_of(host) is not None))

    def _refusal(self, hosts: list[str]) -> ProblemError:
        came = shown(hosts[0]) if len(hosts) == 1 else f"{len(hosts) or 'no'} Host headers"
        known = ", ".join(sorted(self.names)) + (" or an IP address" if self.any_address else "")
        return ProblemError(
            problems.MISDIRECTED,
            f"Host must be {known}; got {came}. The server's operator may allow more: --allowed-host NAME.",
        )


def _names(bound: str) -> set[str]:
    address = address_of(bound)
    return set() if address is not None and address.is_unspecified else {read_host(bound)}
