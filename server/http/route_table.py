"""Which paths there are and what each takes, known before a request is routed.

A request is counted under the path of its route: a literal one is found by looking it up, one with names of things in
it (`/jobs/{job_id}`) by its pattern.
"""

import re
from collections.abc import Iterable

from starlette.routing import BaseRoute, Route
from starlette.types import Scope

#: What requests for other paths are counted under.
UNMATCHED = "unmatched"


class RouteTable:
    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._methods: dict[str, frozenset[str]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        for route in routes:
            assert isinstance(route, Route), route
            self._methods[route.path] = self._methods.get(route.path, frozenset()) | (route.methods or set())
            if "{" in route.path:
                self._patterns[route.path] = route.path_regex

    def name_of(self, scope: Scope) -> str:
        path = route_path(scope)
        if path in self._methods and path not in self._patterns:
            return path
        return next((name for name, pattern in self._patterns.items() if pattern.match(path)), UNMATCHED)

    def takes(self, scope: Scope, method: str) -> bool:
        return method in self._methods.get(self.name_of(scope), ())


def route_path(scope: Scope) -> str:
    """The path below the root path, whether the proxy before us took that off or left it on."""
    path, root_path = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root_path) :] if root_path and f"{path}/".startswith(f"{root_path}/") else path
