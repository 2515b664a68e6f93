"""Generations at a time: each caller has a bound of its own, and is told when to come back."""

from contextlib import ExitStack

import pytest

from server.http.problems import ProblemError
from server.limits.places import Places


async def test_each_caller_has_its_own_and_gets_them_back() -> None:
    places = Places({"shop": 2}.get)
    with ExitStack() as stack:
        for caller in ("shop", "shop", "other", "other", "other", ""):
            stack.enter_context(places.place(caller))
        with pytest.raises(ProblemError) as caught, places.place("shop"):
            pass
        assert caught.value.problem.status == 429
        assert int(caught.value.headers["Retry-After"]) >= 1
        assert str(caught.value) == "shop may have 2 generations at a time, those in line included, and has them."
    with places.place("shop"):
        pass
