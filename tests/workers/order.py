"""Which file of tests a process takes next: slow ones first, and those of one folder in one process where it goes.

Fixtures of a file, a folder or a session are made in every process that needs them; so a file is never divided, and a
process goes on in its folder until nothing is left there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

#: Seconds, roughly, of a test with a mark and of one without: they decide an order, and nothing else.
SECONDS = {"slow": 20.0, "browser": 2.0, "": 0.1}


class Files:
    """The files that no process has taken yet.

    Args:
        tests: The file of each test, by its path from the root, and what it takes; in order.
    """

    def __init__(self, tests: Sequence[tuple[str, float]]) -> None:
        self.tests: dict[str, list[int]] = defaultdict(list)
        self.seconds: dict[str, float] = defaultdict(float)
        for index, (file, seconds) in enumerate(tests):
            self.tests[file].append(index)
            self.seconds[file] += seconds
        self._left: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self.tests, key=lambda file: -self.seconds[file]):
            self._left[_folder(file)].append(file)
        self._taken_from: set[str] = set()

    def take(self, last: str | None) -> str | None:
        """The next file for a process whose last one was `last`; None where all are taken."""
        folder = _folder(last) if last else ""
        if not self._left.get(folder):
            folder = max(self._left, key=self._worth, default="")
        if not self._left.get(folder):
            return None
        self._taken_from.add(folder)
        files = self._left[folder]
        file = files.pop(0)
        if not files:
            del self._left[folder]
        return file

    def _worth(self, folder: str) -> tuple[bool, float]:
        """Folders that nobody is in come first, then those with the most work."""
        return folder not in self._taken_from, sum(self.seconds[file] for file in self._left[folder])


def _folder(file: str) -> str:
    return str(PurePosixPath(file).parent)


class Queue:
    """The tests of one process, in order, which are looked for when they are asked for."""

    def __init__(self, files: Files, given_back: Sequence[int] = ()) -> None:
        self._files = files
        self._last: str | None = None
        self._tests: Iterator[int] = iter(given_back)

    def next(self) -> int | None:
        for test in self._tests:
            return test
        self._last = self._files.take(self._last)
        if self._last is None:
            return None
        self._tests = iter(self._files.tests[self._last])
        return next(self._tests)

    def rest(self) -> list[int]:
        """What is left of the file that it is in."""
        return list(self._tests)
