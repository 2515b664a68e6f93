"""The refusal of a request without a good key."""

from server.http import problems
from server.http.problems import ProblemError

CHALLENGE = 'Bearer realm="cosmicman"'


def unauthorized(detail: str, *, token: bool = True) -> ProblemError:
    """`token` says whether one came, which is then the one that is not accepted."""
    challenge = CHALLENGE + (', error="invalid_token"' if token else "")
    return ProblemError(problems.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})
