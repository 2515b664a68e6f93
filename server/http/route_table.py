"""Which paths there are and what each takes, known before a request is routed.

Every route of the gateway is a literal path, so that a name to count a request under is found by looking it up.
"""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route
from starlette.types import Scope

#: What requests for other paths are counted under.
UNMATCHED = "unmatched"


class RouteTable:
    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._methods: dict[str, frozenset[str]] = {}
        for route in routes:
            assert isinstance(route, Route) and "{" not in route.path, route
            self._methods[route.path] = frozenset(route.methods or ())

    def name_of(self, scope: Scope) -> str:
        path = route_path(scope)
        return path if path in self._methods else UNMATCHED

    def takes(self, scope: Scope, method: str) -> bool:
        return method in self._methods.get(route_path(scope), ())


def route_path(scope: Scope) -> str:
    """The path below the root path, whether the proxy before us took that off or left it on."""
    path, root_path = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root_path) :] if root_path and f"{path}/".startswith(f"{root_path}/") else path
