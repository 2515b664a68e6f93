"""Who sends a request: the name of the API key it came with, or "" where keys are not asked for.

Jobs and replayed answers belong to their caller; nobody else is told that they exist.
"""

from starlette.types import Scope

#: In a request's state.
CALLER_STATE = "caller"


def caller_of(scope: Scope) -> str:
    name = scope.get("state", {}).get(CALLER_STATE, "")
    assert isinstance(name, str)
    return name
