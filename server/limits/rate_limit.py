"""Refuses requests over the caller's requests a minute, before their body is read.

What counts is what can draw: every POST but POST /parse, which takes less time than counting it in Redis.
"""

import ipaddress
import math
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from server.http import problems
from server.http.caller import caller_of
from server.http.problems import ProblemError
from server.http.route_table import RouteTable, route_path
from server.limits.rates import Rates

NOT_COUNTED = frozenset({"/parse"})
#: Whoever has one IPv6 address has all of these.
IPV6_PREFIX = 64


class RateLimitMiddleware:
    """`amount` says how many requests a minute a caller may send ("" is who came without a key); None is any number."""

    def __init__(self, app: ASGIApp, rates: Rates, amount: Callable[[str], int | None], routes: RouteTable) -> None:
        self.app = app
        self.rates = rates
        self.amount = amount
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._counts(scope):
            caller = caller_of(scope)
            amount = self.amount(caller)
            if amount is not None:
                seconds = await self.rates.take(f"key {caller}" if caller else f"from {_network(scope)}", amount)
                if seconds:
                    refusal = _refusal(caller or "Your address", amount, seconds)
                    await problems.response(refusal, scope)(scope, receive, send)
                    return
        await self.app(scope, receive, send)

    def _counts(self, scope: Scope) -> bool:
        return scope["method"] == "POST" and self.routes.takes(scope, "POST") and route_path(scope) not in NOT_COUNTED


def _network(scope: Scope) -> str:
    """What stands for a client without a key: its address, of IPv6 the network that it has to itself."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))


def _refusal(who: str, amount: int, seconds: float) -> ProblemError:
    return ProblemError(
        problems.TOO_MANY_REQUESTS,
        f"{who} may send {amount} requests a minute, and has; there is room again in {math.ceil(seconds)} seconds.",
        headers={"Retry-After": str(math.ceil(seconds))},
    )
