"""Which paths there are and what each takes, known before a request is routed.

A request is counted under its route's own path, `/v1/models/{model}` and not the model's name: there are as many names
as there are routes, whatever clients ask for.
"""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route
from starlette.types import Scope

#: What requests for other paths are counted under.
UNMATCHED = "unmatched"


class RouteTable:
    """Finds a literal path by looking it up, and what has a parameter by its pattern."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._methods: dict[str, frozenset[str]] = {}
        self._patterns: list[Route] = []
        for route in routes:
            assert isinstance(route, Route), route
            if "{" in route.path and route.path not in self._methods:
                self._patterns.append(route)
            self._methods[route.path] = self._methods.get(route.path, frozenset()) | frozenset(route.methods or ())

    def name_of(self, scope: Scope) -> str:
        path = route_path(scope)
        if path in self._methods and "{" not in path:
            return path
        return next((route.path for route in self._patterns if route.path_regex.match(path)), UNMATCHED)

    def methods_of(self, scope: Scope) -> frozenset[str]:
        """What the path takes, whichever of its routes takes it."""
        return self._methods.get(self.name_of(scope), frozenset())

    def takes(self, scope: Scope, method: str) -> bool:
        return method in self.methods_of(scope)


def route_path(scope: Scope) -> str:
    """The path below the root path, whether the proxy before us took that off or left it on."""
    path, root_path = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root_path) :] if root_path and f"{path}/".startswith(f"{root_path}/") else path
