"""Whether the tests try the many cases that differ little, as they do at night; by day a few of each stand for them."""

import os
from typing import TypeVar

Cases = TypeVar("Cases")
THOROUGH = bool(os.environ.get("COSMICMAN_TESTS_THOROUGH"))


def few_or(few: Cases, many: Cases) -> Cases:
    """The many with COSMICMAN_TESTS_THOROUGH=1, otherwise the few."""
    return many if THOROUGH else few
