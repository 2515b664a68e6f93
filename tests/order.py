"""Which file of tests comes first: the slow ones, so that no process is left alone with one at the end."""

from collections import defaultdict
from collections.abc import Iterable

import pytest

#: Seconds, roughly, of a test with a mark and of one without: they decide an order, and nothing else.
SECONDS = {"slow": 20.0, "browser": 2.0, "": 0.1}


def slow_files_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The same tests; those of a file stay together, as they were."""
    files: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.nodeid.partition("::")[0]].append(item)
    in_order = sorted(files.values(), key=lambda each: -sum(map(_seconds, each)))
    return [item for each in in_order for item in each]


def _seconds(item: pytest.Item) -> float:
    return next(seconds for mark, seconds in SECONDS.items() if not mark or item.get_closest_marker(mark))
